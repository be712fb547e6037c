"""Migrations of a Copier template run in a copy of the project; the merge takes in what they do."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from mlstarter.files import read_tree
from tests.conftest import Run
from tests.engines.helpers import commit, git, write_template

pytestmark = pytest.mark.usefixtures("own_folders")

ANSWERS = "{{ _copier_conf.answers_file }}.jinja"
FIRST = {
    "copier.yml": "name: {type: str, default: ada}\n",
    ANSWERS: "{{ _copier_answers|to_nice_yaml -}}",
    "settings.ini": "old_key = 1\nkeep = 2\n",
    "a.txt.jinja": "{{ name }}\n",
}
RENAME = "sed -i s/old_key/new_key/ settings.ini student.ini"
LOG = "echo {{ _stage }} $VERSION_FROM $VERSION_TO $VERSION_CURRENT {{ name }} >> log.txt"
SECOND = f"""
name: {{type: str, default: ada}}
_migrations:
  - {{version: 1.0.0, command: "touch too-old"}}
  - {{version: 1.5.0, when: "{{{{ _stage == 'before' }}}}", command: "{RENAME}"}}
  - {{version: v2.0.0, command: [sh, -c, "{LOG}"]}}
  - {{version: 2.0.0, when: true, command: "test -d sub || mkdir sub", working_directory: .}}
  - {{version: 3.0.0, command: "touch too-new"}}
  - "echo every time > sub/each-{{{{ _copier_answers.name }}}}.txt"
"""


@pytest.fixture
def source(tmp_path: Path) -> Path:
    source = commit(write_template(tmp_path / "template", FIRST), "1.0.0")
    files = {"copier.yml": SECOND, "settings.ini": "new_key = 1\nkeep = 2\n", "b.txt": "b\n"}
    return commit(write_template(source, files), "2.0.0")


@pytest.fixture
def project(mlstarter: Run, source: Path, tmp_path: Path) -> Path:
    """A project of 1.0.0 with a student's own file that uses the old key."""
    project = tmp_path / "p"
    status, _, err = mlstarter("new", project, "--template", source, "--ref", "1.0.0", "--yes")
    assert status == 0, err
    return commit(write_template(project, {"student.ini": "old_key = mine\n"}))


def test_without_trust_the_migrations_in_between_are_listed_and_nothing_runs(
    mlstarter: Run, project: Path
) -> None:
    head = git(project, "rev-parse", "HEAD")

    status, out, err = mlstarter("update", project, "--yes")

    assert (status, out) == (1, "")
    assert f"migration {RENAME}" in err
    assert "migration sh -c echo {{ _stage }}" in err
    assert "too-old" not in err
    assert "too-new" not in err
    assert "--trust" in err
    assert git(project, "rev-parse", "HEAD") == head
    assert git(project, "status", "--porcelain") == ""


@pytest.mark.slow
def test_with_trust_they_do_what_copier_update_does(
    mlstarter: Run, project: Path, tmp_path: Path
) -> None:
    theirs = tmp_path / "copier" / "p"
    shutil.copytree(project, theirs, symlinks=True)
    subprocess.run(
        [sys.executable, "-m", "copier", "update", "--trust", "--defaults", "--quiet", str(theirs)],
        check=True,
        capture_output=True,
    )

    status, out, err = mlstarter("update", project, "--yes", "--trust")

    assert status == 0, err
    assert read_tree(project) == read_tree(theirs)
    assert (project / "student.ini").read_text() == "new_key = mine\n"
    assert (project / "log.txt").read_text() == "after 1.0.0 2.0.0 v2.0.0 ada\n"
    assert (project / "sub" / "each-ada.txt").read_text() == "every time\n"
    assert RENAME in out
    assert git(project, "status", "--porcelain") == ""
    assert git(project, "show", "HEAD:student.ini") == "new_key = mine"
    # The template's commit holds the template alone, and a second update has nothing to do.
    assert "log.txt" not in git(project, "ls-tree", "-r", "--name-only", "HEAD^2")
    assert mlstarter("update", project, "--yes", "--trust")[1].startswith("Up to date")


@pytest.mark.slow
def test_the_preview_shows_what_they_do_and_undo_takes_it_back(
    mlstarter: Run, project: Path
) -> None:
    before = read_tree(project)
    _, out, _ = mlstarter("update", project, "--trust", "--dry-run", "--json")
    preview = json.loads(out)
    assert read_tree(project) == before

    status, out, _ = mlstarter("update", project, "--trust", "--json")

    payload = json.loads(out)
    assert status == 0
    assert payload["changes"] == preview["changes"]
    assert {"path": "student.ini", "kind": "changed"}.items() <= {
        key: value
        for change in payload["changes"]
        if change["path"] == "student.ini"
        for key, value in change.items()
    }.items()
    assert payload["migrations"] == preview["migrations"]
    assert RENAME in payload["migrations"]["ran"]
    assert mlstarter("update", project, "--undo")[0] == 0
    assert read_tree(project) == before


@pytest.mark.slow
def test_with_a_conflict_the_later_ones_are_named_and_an_abort_takes_the_earlier_ones_back(
    mlstarter: Run, project: Path
) -> None:
    write_template(project, {"settings.ini": "old_key = 5\nkeep = 2\n"})
    commit(project)
    before = read_tree(project)

    status, out, _ = mlstarter("update", project, "--yes", "--trust")

    assert status == 3
    text = (project / "settings.ini").read_text()
    assert "new_key = 5" in text
    assert "new_key = 1" in text
    assert (project / "student.ini").read_text() == "new_key = mine\n"
    assert not (project / "log.txt").exists()
    waiting = out.partition("when the conflicts are resolved:")[2]
    assert "each-ada.txt" in waiting
    assert RENAME not in waiting
    git(project, "merge", "--abort")
    assert read_tree(project) == before


@pytest.mark.slow
def test_a_project_in_a_sub_folder_is_migrated_alone_and_on_a_branch(
    mlstarter: Run, source: Path, tmp_path: Path
) -> None:
    top = commit(write_template(tmp_path / "course", {"student.ini": "old_key = the course's\n"}))
    project = top / "p"
    status, _, err = mlstarter(
        *("new", project, "--template", source, "--ref", "1.0.0", "--yes", "--nested")
    )
    assert status == 0, err
    write_template(project, {"student.ini": "old_key = mine\n"})
    commit(top)
    before = read_tree(top)

    status, _, err = mlstarter("update", project, "--trust", "--yes", "--branch", "newer")

    assert status == 0, err
    assert read_tree(top) == before
    assert git(top, "show", "newer:p/student.ini") == "new_key = mine"
    assert git(top, "show", "newer:p/log.txt") == "after 1.0.0 2.0.0 v2.0.0 ada"
    assert git(top, "show", "newer:student.ini") == "old_key = the course's"


@pytest.mark.slow
def test_a_migration_of_answers_is_followed(mlstarter: Run, source: Path, project: Path) -> None:
    answers = "sed -i 's/^name:/title:/' .copier-answers.yml"
    text = (
        "title: {type: str, default: nobody}\n_migrations: [{version: 3.0.0, when: "
        f'"{{{{ _stage == \'before\' }}}}", command: "{answers}"}}]\n'
    )
    write_template(source, {"copier.yml": text, "a.txt.jinja": "{{ title }}!\n"})
    commit(source, "3.0.0")

    status, _, err = mlstarter("update", project, "--yes", "--trust")

    assert status == 0, err
    assert (project / "a.txt").read_text() == "ada!\n"
    assert yaml.safe_load((project / ".copier-answers.yml").read_text())["title"] == "ada"


@pytest.mark.sampled
@pytest.mark.parametrize(
    ("entry", "message"),
    [
        ("exit 7", "migration `exit 7` failed with exit status 7"),
        ("mkdir -p x/.git && touch x/.git/config", "write into .git"),
        ("ln -s /etc/passwd link", "leads out of the project"),
        ("{version: soon, command: x}", 'is for the version "soon", which is none'),
        ("echo {{ 1 / 0 }}", "cannot be read: division by zero"),
    ],
)
def test_a_migration_that_goes_wrong_is_one_line_and_changes_nothing(
    entry: str, message: str, mlstarter: Run, source: Path, project: Path
) -> None:
    yaml_text = entry if entry.startswith("{v") else json.dumps(entry)
    write_template(source, {"copier.yml": f"name: ada\n_migrations: [{yaml_text}]\n"})
    commit(source, "3.0.0")
    before = read_tree(project)

    status, _, err = mlstarter("update", project, "--yes", "--trust")

    assert status == 1
    assert message in err
    assert "Traceback" not in err
    assert read_tree(project) == before
    assert git(project, "status", "--porcelain") == ""


@pytest.mark.sampled
@pytest.mark.parametrize(
    "entry",
    ["{version: 2.0.0, before: 3}", "{version: 2.0.0, after: [4]}", "3", "null", "{command: 5}",
     "{version: 2.0.0, before: run}"],
)  # fmt: skip
@pytest.mark.parametrize("trust", [(), ("--trust",)], ids=["", "trusted"])
def test_a_migration_that_is_none_is_one_line(
    entry: str, trust: tuple[str, ...], mlstarter: Run, source: Path, project: Path
) -> None:
    write_template(source, {"copier.yml": f"title: nobody\n_migrations: [{entry}]\n"})
    commit(source, "9.0.0")

    status, _, err = mlstarter("update", project, "--yes", *trust)

    assert status == 1
    assert "A migration of the template is not a command" in err
    assert "unexpected" not in err
