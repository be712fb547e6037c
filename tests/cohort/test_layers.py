"""The school's layers over a class: kept, changed and delivered like a new version."""

from __future__ import annotations

import shutil
import tomllib
from pathlib import Path
from typing import Any

import pytest

from mlstarter.cli import run
from tests.cohort.conftest import Classroom, document_of, git

BRANCH = "mlstarter/update-1.0.0"


@pytest.fixture
def school(tmp_path: Path) -> Path:
    folder = tmp_path / "school"
    (folder / "docs").mkdir(parents=True)
    (folder / "docs" / "rules.md").write_text("Be kind.\nBe early.\n")
    (folder / "Makefile").write_text("all:\n\techo school\n")
    return folder


@pytest.fixture
def ready(classroom: Classroom, school: Path) -> Classroom:
    assert classroom.call("create", "--layer", school) == 0
    return classroom


def record(classroom: Classroom, student: str, branch: str = "main") -> dict[str, Any]:
    return tomllib.loads(classroom.read(student, ".mlstarter.toml", branch))


def offered_branches(classroom: Classroom, student: str) -> list[str]:
    heads = "refs/heads/"
    refs = classroom.refs(student)
    return sorted(ref.removeprefix(heads) for ref in refs if ref.startswith(heads + "mlstarter/"))


@pytest.mark.slow
def test_a_changed_layer_is_delivered_without_a_new_version(
    ready: Classroom, school: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    ready.work("s0001", **{"notes.md": "mine\n", "docs/rules.md": "Be kind.\nBe early.\nMe too.\n"})
    before = record(ready, "s0001")
    (school / "docs" / "rules.md").write_text("Be very kind.\nBe early.\n")
    (school / "more.md").write_text("More for {{ project_name }}.\n")
    capsys.readouterr()

    assert ready.call("update", "--layer", school, "--json") == 0

    rows = document_of(capsys.readouterr().out)["students"]
    assert {row["outcome"] for row in rows} == {"offered"}
    (branch,) = offered_branches(ready, "s0001")
    assert branch.startswith(BRANCH + "-")
    assert ready.read("s0001", "docs/rules.md", branch) == "Be very kind.\nBe early.\nMe too."
    assert ready.read("s0001", "notes.md", branch) == "mine"
    assert ready.read("s0002", "more.md", branch) == "More for {{ project_name }}."
    after = record(ready, "s0001", branch)
    assert after["cohort"] == before["cohort"] == {"course_run": "ml-test", "student_id": "s0001"}
    assert after["layers"][0]["name"] == before["layers"][0]["name"] == "school"
    assert after["layers"][0]["digest"] != before["layers"][0]["digest"]

    # Not twice, not even with the journal lost.
    assert ready.call("update", "--layer", school) == 0
    ready.journal.unlink()
    assert ready.call("update", "--layer", school) == 0
    assert offered_branches(ready, "s0001") == [branch]


@pytest.mark.slow
def test_layers_that_did_not_change_change_nothing(
    ready: Classroom, school: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert ready.call("update", "--layer", school, "--json") == 0
    assert {r["outcome"] for r in document_of(capsys.readouterr().out)["students"]} == {"current"}
    ready.template.release("2.0.0", **{"new.py": "fresh = True\n"})
    assert ready.call("update", "--to", "2.0.0", "--layer", school) == 0
    assert offered_branches(ready, "s0003") == ["mlstarter/update-2.0.0"]
    assert ready.read("s0003", "docs/rules.md", "mlstarter/update-2.0.0") == "Be kind.\nBe early."


@pytest.mark.slow
def test_an_update_without_the_folder_keeps_the_layer(ready: Classroom, school: Path) -> None:
    school.rename(school.with_name("gone"))
    ready.template.release("2.0.0", **{"Makefile": "all:\n\techo new\n", "new.py": "x = 1\n"})
    assert ready.call("update", "--mode", "merge") == 0
    assert ready.read("s0001", "Makefile") == "all:\n\techo school"
    assert ready.read("s0001", "new.py") == "x = 1"


@pytest.mark.slow
def test_a_layer_can_be_added_to_a_class_that_had_none(classroom: Classroom, school: Path) -> None:
    assert classroom.call("create") == 0
    assert classroom.call("update", "--layer", school, "--mode", "merge") == 0
    assert classroom.read("s0001", "docs/rules.md") == "Be kind.\nBe early."
    assert [layer["name"] for layer in record(classroom, "s0001")["layers"]] == ["school"]
    assert record(classroom, "s0001")["cohort"]["student_id"] == "s0001"


@pytest.mark.slow
def test_a_layer_added_later_and_changed_again_replaces_its_offer(
    classroom: Classroom, school: Path
) -> None:
    classroom.hand_out()
    assert classroom.call("update", "--layer", school) == 0
    (before,) = offered_branches(classroom, "s0001")
    (school / "docs" / "rules.md").write_text("Be very kind.\n")
    assert classroom.call("update", "--layer", school) == 0
    (after,) = offered_branches(classroom, "s0001")
    assert after != before
    assert classroom.read("s0001", "docs/rules.md", after) == "Be very kind."


@pytest.mark.slow
def test_a_repository_made_anew_with_other_layers_is_said_to_begin_otherwise(
    ready: Classroom, school: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (school / "docs" / "rules.md").write_text("Be very kind.\n")
    for student in ("s0001", "s0002"):
        shutil.rmtree(ready.repository(student))
    assert ready.call("create", "--recreate", "--layer", school, "--only", "s0001") == 0
    assert "so they push their own clone over it with `git push --force" in capsys.readouterr().err
    (school / "docs" / "rules.md").write_text("Be kind.\nBe early.\n")
    assert ready.call("create", "--recreate", "--layer", school, "--only", "s0002") == 0
    assert "--force" not in capsys.readouterr().err


@pytest.mark.slow
def test_a_student_s_own_layer_leaves_the_school_s_and_the_marker(
    ready: Classroom, school: Path, tmp_path: Path
) -> None:
    mine = tmp_path / "mine"
    mine.mkdir()
    (mine / "LICENSE").write_text("My licence\n")
    clone = ready.clone("s0001")

    assert run(["update", str(clone), "--yes", "--layer", str(mine)]) == 0

    git(clone, "push", "--quiet", "origin", "main")
    layers = record(ready, "s0001")
    assert [layer["name"] for layer in layers["layers"]] == ["school", "mine"]
    assert layers["cohort"] == {"course_run": "ml-test", "student_id": "s0001"}
    assert ready.read("s0001", "LICENSE") == "My licence"
    # The school's updates go on, and take the student's layer along.
    (school / "more.md").write_text("more\n")
    assert ready.call("update", "--layer", school, "--mode", "merge", "--only", "s0001") == 0
    assert ready.read("s0001", "more.md") == "more"
    assert ready.read("s0001", "LICENSE") == "My licence"
    assert [layer["name"] for layer in record(ready, "s0001")["layers"]] == ["school", "mine"]


@pytest.mark.slow
def test_a_layer_called_like_the_marker_is_refused(
    ready: Classroom, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "cohort").mkdir()
    (tmp_path / "cohort" / "x").write_text("x\n")
    clone = ready.clone("s0001")
    assert run(["update", str(clone), "--yes", "--layer", str(tmp_path / "cohort")]) == 2
    assert "A layer cannot be called cohort in a project of a class." in capsys.readouterr().err
