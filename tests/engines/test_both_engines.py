"""Any Copier or Cookiecutter template goes the same way as the built-in one."""

# ruff: noqa: E501 - small templates are read a file to a line

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from tests.conftest import Run
from tests.engines.helpers import commit, git, write_template

pytestmark = pytest.mark.usefixtures("own_folders")

COPIER = {
    "copier.yml": "name: {type: str, help: 'Who?', default: ada}\ntoken: {type: str, secret: true, default: none}\n"
    "kinds: {type: str, multiselect: true, choices: [x, y, z], default: [x]}\n"
    "deep: {type: str, default: d, when: \"{{ 'y' in kinds }}\"}\n"
    "shout: {type: str, default: '{{ name|upper }}', when: false}\n",
    "f.txt.jinja": "{{ name }} {{ kinds }} {{ deep }} {{ shout }} {{ token }}",
    "{{ _copier_conf.answers_file }}.jinja": "{{ _copier_answers|to_nice_yaml -}}",
}
CUTTER = {
    "cookiecutter.json": json.dumps(
        {"name": "My Thing", "slug": "{{ cookiecutter.name|slugify }}", "kind": ["a", "b"], "__up": "{{ cookiecutter.kind|upper }}"}
    ),
    "{{cookiecutter.slug}}/f.txt": "line 1\nline 2\n{{ cookiecutter.name }} {{ cookiecutter.__up }}\n",
    "{{cookiecutter.slug}}/g.txt": "g\n",
}  # fmt: skip


def test_copier_questions_of_every_kind_from_the_command_line(
    mlstarter: Run, tmp_path: Path
) -> None:
    source = commit(write_template(tmp_path / "t", COPIER), "1.0.0")
    project = tmp_path / "p"

    status, _, err = mlstarter(
        *("new", project, "--template", source, "--yes", "--data", "kinds=[y, z]"),
        *("--data", "deep=er", "--data", "token=s3cret"),
    )

    assert status == 0, err
    assert (project / "f.txt").read_text() == "ada ['y', 'z'] er ADA s3cret"
    answers = yaml.safe_load((project / ".copier-answers.yml").read_text())
    assert answers == {
        **{"_commit": "1.0.0", "_src_path": str(source)},
        **{"name": "ada", "kinds": ["y", "z"], "deep": "er"},
    }
    files = [p for p in (tmp_path / "home").rglob("*") if p.is_file() and ".git" not in p.parts]
    assert not [p for p in files if b"s3cret" in p.read_bytes()]


def test_a_cookiecutter_template_names_its_own_folder(
    mlstarter: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = write_template(tmp_path / "t", CUTTER)
    monkeypatch.chdir(tmp_path)

    status, _, err = mlstarter("new", "--template", source, "--yes", "--data", "kind=b")

    assert status == 0, err
    assert (tmp_path / "my-thing" / "f.txt").read_text().endswith("My Thing B\n")


@pytest.mark.slow
def test_a_cookiecutter_project_is_recorded_as_cruft_does_and_updated_by_a_real_merge(
    mlstarter: Run, tmp_path: Path
) -> None:
    source = commit(write_template(tmp_path / "t", CUTTER), "1.0.0")
    project = tmp_path / "p"
    assert mlstarter("new", project, "--template", source.as_uri(), "--yes")[0] == 0
    record = json.loads((project / ".cruft.json").read_text())
    assert record["template"] == source.as_uri()
    assert record["commit"] == git(source, "rev-parse", "1.0.0^{commit}")
    assert record["checkout"] == "1.0.0"
    assert record["context"]["cookiecutter"] == {
        "name": "My Thing",
        "slug": "my-thing",
        "kind": "a",
    }

    (project / "f.txt").write_text("line 1 of mine\nline 2\nMy Thing A\n")
    git(project, "mv", "g.txt", "moved.txt")
    git(project, "commit", "-qam", "Mine")
    write_template(
        source,
        {
            "{{cookiecutter.slug}}/f.txt": "line 1\nline 2\n{{ cookiecutter.name }} {{ cookiecutter.__up }}\nline 4\n",
            "{{cookiecutter.slug}}/g.txt": "g\nh\n",
        },
    )
    commit(source, "1.1.0")
    from mlstarter.sources import mirror

    mirror.FETCHED_FOLDERS.clear()

    status, _, err = mlstarter("update", project, "--yes")

    assert status == 0, err
    assert (project / "f.txt").read_text() == "line 1 of mine\nline 2\nMy Thing A\nline 4\n"
    assert (project / "moved.txt").read_text() == "g\nh\n"
    assert len(git(project, "rev-list", "--parents", "-1", "HEAD").split()) == 3
    assert json.loads((project / ".cruft.json").read_text())["checkout"] == "1.1.0"


@pytest.mark.slow
def test_a_template_of_templates_is_chosen_by_its_folder(mlstarter: Run, tmp_path: Path) -> None:
    files = {
        "cookiecutter.json": json.dumps(
            {"templates": {"one": {"path": "./one", "title": "One"}, "two": {"path": "two"}}}
        )
    }
    for name in ("one", "two"):
        files |= {f"{name}/{path}": text for path, text in CUTTER.items()}
    files["two/{{cookiecutter.slug}}/two.txt"] = "two"
    source = commit(write_template(tmp_path / "t", files), "1.0")

    status, _, err = mlstarter("new", tmp_path / "p", "--template", source)
    assert status == 2
    assert "holds 2 templates" in err
    assert "--directory: one or two" in err

    assert (
        mlstarter("new", tmp_path / "q", "--template", source, "--directory", "two", "--yes")[0]
        == 0
    )
    assert (tmp_path / "q" / "two.txt").exists()
    assert json.loads((tmp_path / "q" / ".cruft.json").read_text())["directory"] == "two"
    assert mlstarter("update", tmp_path / "q", "--yes")[0] == 0

    assert mlstarter("new", tmp_path / "r", "--template", source, "--yes")[0] == 0
    assert not (tmp_path / "r" / "two.txt").exists()


@pytest.mark.slow
def test_a_project_of_cruft_is_adopted_and_updated(mlstarter: Run, tmp_path: Path) -> None:
    source = commit(write_template(tmp_path / "t", CUTTER), "1.0.0")
    project = write_template(
        tmp_path / "p", {"f.txt": "line 1\nmy line\nMy Thing A\n", "g.txt": "g\n"}
    )
    record = {
        "template": source.as_uri(),
        "commit": git(source, "rev-parse", "HEAD"),
        "checkout": None,
        "context": {"cookiecutter": {"name": "My Thing", "slug": "my-thing", "kind": "a", "_template": source.as_uri()}},
        "directory": None,
    }  # fmt: skip
    (project / ".cruft.json").write_text(json.dumps(record))
    commit(project)
    write_template(source, {"{{cookiecutter.slug}}/g.txt": "g 2\n"})
    commit(source, "1.1.0")

    status, _, err = mlstarter("update", project, "--adopt", "--yes")
    assert status == 0, err
    status, _, err = mlstarter("update", project, "--yes")

    assert status == 0, err
    assert (project / "g.txt").read_text() == "g 2\n"
    assert (project / "f.txt").read_text() == "line 1\nmy line\nMy Thing A\n"


def test_a_copier_template_without_an_answers_file_gets_a_record(
    mlstarter: Run, tmp_path: Path
) -> None:
    files = {name: text for name, text in COPIER.items() if "_copier_conf" not in name}
    source = commit(write_template(tmp_path / "t", files), "1.0.0")

    assert mlstarter("new", tmp_path / "p", "--template", source, "--yes")[0] == 0

    answers = yaml.safe_load((tmp_path / "p" / ".copier-answers.yml").read_text())
    assert answers["_commit"] == "1.0.0"
    assert "token" not in answers


@pytest.mark.slow
def test_plain_copier_updates_a_project_made_here(mlstarter: Run, tmp_path: Path) -> None:
    source = commit(write_template(tmp_path / "t", COPIER), "1.0.0")
    project = tmp_path / "p"
    assert mlstarter("new", project, "--template", source, "--yes")[0] == 0
    write_template(source, {"new.txt": "new"})
    commit(source, "1.1.0")

    subprocess.run(
        [sys.executable, "-m", "copier", "update", "--defaults", "--quiet", str(project)],
        check=True,
        capture_output=True,
    )

    assert (project / "new.txt").exists()
