"""A layer lies over any template as a commit of its own, and updates keep it."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from tests.conftest import Run
from tests.engines.helpers import commit, git, write_template

pytestmark = pytest.mark.usefixtures("own_folders")

TEMPLATE = {
    "copier.yml": "name: ada\n",
    "README.md.jinja": "# {{ name }}\n",
    "a.txt": "a\n",
    "{{ _copier_conf.answers_file }}.jinja": "{{ _copier_answers|to_nice_yaml -}}",
}
SCHOOL = {
    "README.md.jinja": "# {{ name }} at our school\n",
    "{{ name }}/rules.txt": "be kind\n",
    "run.sh!": "#!/bin/sh\n",
}


@pytest.fixture
def source(tmp_path: Path) -> Path:
    return commit(write_template(tmp_path / "template", TEMPLATE), "1.0.0")


@pytest.fixture
def school(tmp_path: Path) -> Path:
    return write_template(tmp_path / "layers" / "our school", SCHOOL)


def test_a_layer_is_a_commit_of_its_own_recorded_by_name_and_digest(
    mlstarter: Run, source: Path, school: Path, tmp_path: Path
) -> None:
    project = tmp_path / "p"

    status, _, err = mlstarter(*("new", project, "--template", source, "--yes", "--layer", school))

    assert status == 0, err
    assert (project / "README.md").read_text() == "# ada at our school\n"
    assert (project / "ada" / "rules.txt").exists()
    assert git(project, "show", "HEAD~1:README.md") == "# ada"
    assert git(project, "diff", "--name-only", "HEAD~1", "HEAD").split("\n") == [
        *(".mlstarter.toml", "README.md", "ada/rules.txt", "run.sh")
    ]
    record = tomllib.loads((project / ".mlstarter.toml").read_text())
    assert [layer["name"] for layer in record["layers"]] == ["our school"]
    assert record["layers"][0]["digest"].startswith("sha256:")
    assert str(tmp_path) not in (project / ".mlstarter.toml").read_text()
    assert git(project, "status", "--porcelain") == ""


def test_an_update_without_the_folder_keeps_the_layer(
    mlstarter: Run, source: Path, school: Path, tmp_path: Path
) -> None:
    project = tmp_path / "p"
    assert mlstarter("new", project, "--template", source, "--yes", "--layer", school)[0] == 0
    (project / "a.txt").write_text("a\nmine\n")
    git(project, "commit", "-qam", "Mine")
    school.rename(tmp_path / "gone")
    write_template(source, {"a.txt": "new\na\n", "README.md.jinja": "# {{ name }} 2\n"})
    commit(source, "1.1.0")

    status, _, err = mlstarter("update", project, "--yes")

    assert status == 0, err
    assert (project / "README.md").read_text() == "# ada at our school\n"
    assert (project / "a.txt").read_text() == "new\na\nmine\n"
    assert (project / "run.sh").exists()
    # ... and again: the layer lies over the new render too.
    write_template(source, {"b.txt": "b"})
    commit(source, "1.2.0")
    assert mlstarter("update", project, "--yes")[0] == 0
    assert (project / "README.md").read_text() == "# ada at our school\n"
    assert (project / "b.txt").exists()


def test_two_layers_lie_over_each_other_in_the_order_given(
    mlstarter: Run, source: Path, school: Path, tmp_path: Path
) -> None:
    section = write_template(tmp_path / "section b", {"README.md": "section b\n", "s.txt": "s"})
    project = tmp_path / "p"

    status, _, err = mlstarter(
        *("new", project, "--template", source, "--yes", "--layer", school, "--layer", section)
    )

    assert status == 0, err
    assert (project / "README.md").read_text() == "section b\n"
    assert git(project, "rev-list", "--count", "HEAD") == "3"
    names = [
        layer["name"]
        for layer in tomllib.loads((project / ".mlstarter.toml").read_text())["layers"]
    ]
    assert names == ["our school", "section b"]


def test_the_digest_is_of_the_folder_not_of_its_place(
    source: Path, school: Path, tmp_path: Path
) -> None:
    from mlstarter.layer_records import digest_of

    before = digest_of(school)
    new_place = school.rename(tmp_path / "elsewhere")
    assert digest_of(new_place) == before
    (new_place / "run.sh").chmod(0o644)
    assert digest_of(new_place) != before


@pytest.mark.sampled
@pytest.mark.parametrize(
    ("files", "message"),
    [
        ({}, "holds no files"),
        ({"x.jinja": "{{ name"}, "cannot be rendered"),
        ({"copier.yml": "_tasks: [touch x]\n", "y": ""}, "only a template can have: _tasks"),
        ({".copier-answers.yml": "x: 1\n"}, "records where a project comes from"),
        ({"{{ '../' }}x": ""}, "outside the project"),
        ({"a.txt/b": "below a file"}, "through the file or link a.txt"),
        ({"A.TXT/b": "below a file"}, "through the file or link a.txt"),
        ({"A.txt": ""}, "A.txt and a.txt are one file on Windows and macOS"),
        ({"e\u0301": "", "\u00e9": ""}, "are one file on Windows and macOS"),
        ({".MLStarter.toml": ""}, "records where a project comes from"),
        ({".copier-answers.other.yml": ""}, "records where a project comes from"),
        ({"CON.txt": ""}, "layer cannot be used: The template makes the file name 'CON.txt'"),
    ],
)
def test_a_layer_that_cannot_be_is_one_line(
    files: dict[str, str], message: str, mlstarter: Run, source: Path, tmp_path: Path
) -> None:
    layer = tmp_path / "layer"
    layer.mkdir()
    files = {name.replace("{{ '../' }}x", "{{ '..' }}"): text for name, text in files.items()}
    write_template(
        layer,
        {("{{ '..' }}/x" if name == "{{ '..' }}" else name): text for name, text in files.items()},
    )

    status, _, err = mlstarter(
        *("new", tmp_path / "p", "--template", source, "--yes", "--layer", layer)
    )

    assert status in {1, 2}
    assert message in err
    assert not (tmp_path / "p").exists()


def test_a_layer_larger_than_a_project_is_refused_before_it_is_read(
    mlstarter: Run, source: Path, tmp_path: Path
) -> None:
    layer = tmp_path / "layer"
    layer.mkdir()
    with (layer / "x").open("wb") as file:
        file.truncate(600_000_000)  # no byte of it is on the disk

    status, _, err = mlstarter(
        *("new", tmp_path / "p", "--template", source, "--yes", "--layer", layer)
    )

    assert status == 2
    assert "holds more than 20000 files or 500 MB" in err
    assert not (tmp_path / "p").exists()


@pytest.mark.slow
def test_an_update_with_the_folder_takes_it_as_it_is_now(
    mlstarter: Run, source: Path, school: Path, tmp_path: Path
) -> None:
    project = tmp_path / "p"
    assert mlstarter("new", project, "--template", source, "--yes", "--layer", school)[0] == 0
    before = tomllib.loads((project / ".mlstarter.toml").read_text())
    write_template(school, {"{{ name }}/rules.txt": "be very kind\n", "more.txt": "more\n"})

    status, _, err = mlstarter("update", project, "--yes", "--layer", school)

    assert status == 0, err
    assert (project / "ada" / "rules.txt").read_text() == "be very kind\n"
    assert (project / "more.txt").exists()
    assert tomllib.loads((project / ".mlstarter.toml").read_text()) != before


@pytest.mark.parametrize("name", ['a"b', "a\\b", "🚀 𠮷", "a\x7fb", "a\nb", "a'b", "#x"])
def test_a_layers_name_comes_back_from_its_record(name: str) -> None:
    from mlstarter.layer_records import record

    (layer,) = tomllib.loads(record([(name, "sha256:0")]).decode())["layers"]

    assert layer == {"name": name, "digest": "sha256:0"}
