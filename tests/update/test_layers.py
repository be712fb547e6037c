"""A school's layers over a template: updates keep them, with and without their folders."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from mlstarter import questions, sources
from mlstarter.new import create
from tests.update.story import Template, commit, git, number_lines, snapshot, update, write

pytestmark = pytest.mark.usefixtures("identity")


@pytest.fixture
def template(tmp_path: Path) -> Template:
    base_template = Template(tmp_path / "template")
    base_template.release("1.0.0", {"train.py": number_lines(20), "README.md": "theirs\n"})
    return base_template.release(
        "1.1.0", {"train.py": number_lines(20, line20="theirs"), "new.py": "new\n"}
    )


@pytest.fixture
def layer(tmp_path: Path) -> Path:
    folder = tmp_path / "school"
    write(
        folder, {"README.md": "the school's\n", "rules.md.jinja": "{{ name }}\n" + number_lines(9)}
    )
    return folder


@pytest.fixture
def dest(tmp_path: Path, template: Template, layer: Path) -> Path:
    release = sources.resolve(str(template.folder), "1.0.0")
    answers = questions.complete(questions.load(release), {})
    return create.create(tmp_path / "churn", release, answers, layers=[layer]).path


@pytest.mark.slow
def test_an_update_without_the_folder_keeps_the_layer(dest: Path, layer: Path) -> None:
    write(layer, {"README.md": None, "rules.md.jinja": None})
    layer.rmdir()
    commit(dest, "Mine", {"train.py": number_lines(20, line1="mine"), "README.md": "mine\n"})
    before = snapshot(dest)

    outcome = update(dest)

    assert outcome.status == 0
    assert (dest / "train.py").read_text() == number_lines(20, line1="mine", line20="theirs")
    for name in ("README.md", "rules.md", ".mlstarter.toml"):
        assert snapshot(dest)[name] == before[name]
    subjects = git(dest, "log", "--format=%s", "HEAD^2").splitlines()
    assert subjects[:2] == ["Lay the layer school over the render", "Render the template 1.1.0"]
    assert update(dest).plan.up_to_date


@pytest.mark.slow
def test_an_update_with_the_folder_brings_the_layers_changes(
    dest: Path, layer: Path, template: Template
) -> None:
    commit(dest, "Mine", {"rules.md": "churn\n" + number_lines(9, line1="mine")})
    write(layer, {"rules.md.jinja": "{{ name }}\n" + number_lines(9, line9="the school's")})
    outcome = update(dest, layers=(layer,))
    assert outcome.status == 0
    text = "churn\n" + number_lines(9, line1="mine", line9="the school's")
    assert (dest / "rules.md").read_text() == text
    template.release("1.2.0", {"new.py": "newer\n"})
    assert not update(dest).plan.base_rendered
    assert (dest / "rules.md").read_text() == text
    assert (dest / "new.py").read_text() == "newer\n"


@pytest.mark.slow
def test_a_layer_that_is_left_out_stays_below_a_new_one(dest: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    write(other, {"x": "x\n", "rules.md": "none\n"})
    outcome = update(dest, layers=(other,))
    assert outcome.status == 0
    assert (dest / "README.md").read_text() == "the school's\n"
    assert (dest / "rules.md").read_text() == "none\n"
    record = tomllib.loads((dest / ".mlstarter.toml").read_text())
    assert [layer["name"] for layer in record["layers"]] == ["school", "other"]
    subjects = git(dest, "log", "--format=%s", "HEAD^2").splitlines()
    assert subjects[:2] == [f"Lay the layer {name} over the render" for name in ("other", "school")]
