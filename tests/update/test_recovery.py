"""What `update --recover` does, stage by stage; ``test_kill.py`` goes through every write."""

from __future__ import annotations

import os
import shutil
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from mlstarter.git.process import Git
from mlstarter.project import Project
from mlstarter.update import UpdateRequest, prepare
from mlstarter.update.apply import switch
from mlstarter.update.apply.application import apply_plan
from mlstarter.update.apply.journal import State
from mlstarter.update.apply.recovery import Recovery, recover
from tests.update.story import Template, commit, git, number_lines, snapshot

pytestmark = [
    pytest.mark.usefixtures("identity"),
    pytest.mark.skipif(not hasattr(os, "fork"), reason="a child is killed, which needs fork"),
]


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Return a project with work of its own, and a newer template."""
    template = Template(tmp_path / "template")
    template.release("1.0.0", {"train.py": number_lines(9), "old.py": "old\n"})
    (template.folder / "old.py").unlink()
    template.release("1.1.0", {"train.py": number_lines(9, line9="theirs"), "new/file": "new\n"})
    folder = template.new(tmp_path / "churn", "1.0.0")
    commit(folder, "Mine", {"train.py": number_lines(9, line1="mine")})
    return folder


def die(*_: Any, **__: Any) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


RUN_GIT = Git.run


def die_at_update_ref(self: Git, *arguments: str, **options: Any) -> Any:
    if arguments[0] == "update-ref":
        die()
    return RUN_GIT(self, *arguments, **options)


UNLINK = Path.unlink


def die_at_the_second_name(path: Path, *, missing_ok: bool = False) -> None:
    """Die where a new file has both names: the one that it waited under and its own."""
    if "stage" in path.parts and path.name in {"file", "inner"}:
        die()
    UNLINK(path, missing_ok=missing_ok)


# Where the process dies: an object, its attribute, and what stands in its place.
BEFORE_IT_BEGAN = (State, "begin", die)
BEFORE_THE_LOCK = (switch, "_take_index_lock", die)
BEFORE_THE_FILES = (switch, "_move_files", die)
AMONG_THE_FILES = (switch, "move_in", die)
BETWEEN_TWO_NAMES = (Path, "unlink", die_at_the_second_name)
BEFORE_THE_INDEX = (switch, "_finish", die)
BEFORE_THE_BRANCH = (Git, "run", die_at_update_ref)
BEFORE_THE_END = (State, "end", die)
Place = tuple[Any, str, Callable[..., Any]]


def killed_copy(project: Path, name: str, place: Place) -> Path:
    """Return a copy of a project in which an update was killed at a place."""
    folder = project.parent / name / project.name
    shutil.copytree(project, folder)
    git(folder, "status")
    plan = prepare(Project.open(folder), UpdateRequest()).plan
    process = os.fork()
    if process == 0:
        setattr(*place)
        try:
            apply_plan(plan)
        finally:
            os._exit(1)
    _, status = os.waitpid(process, 0)
    assert os.WIFSIGNALED(status)
    plan.close()
    return folder


def mend(folder: Path) -> Recovery:
    return recover(Project.open(folder).repository)


def conflict(project: Path) -> None:
    commit(project, "In the way", {"train.py": number_lines(9, line9="mine")})


@pytest.mark.slow
@pytest.mark.parametrize("is_conflict", [False, True])
def test_a_killed_update_is_undone_or_finished(project: Path, is_conflict: bool) -> None:
    places: dict[str, list[Place]] = {
        "nothing": [BEFORE_IT_BEGAN],
        "undone": [BEFORE_THE_LOCK, BEFORE_THE_FILES, AMONG_THE_FILES, BETWEEN_TWO_NAMES,
                   BEFORE_THE_INDEX],
        "finished": [BEFORE_THE_END] if is_conflict else [BEFORE_THE_BRANCH, BEFORE_THE_END],
    }  # fmt: skip
    if is_conflict:
        conflict(project)
    before = snapshot(project)
    for outcome, killers in places.items():
        for place in killers:
            folder = killed_copy(project, f"{outcome}-{place[1]}", place)
            assert mend(folder) == Recovery(outcome), place
            assert not list((folder / ".git").glob("mlstarter-update/*"))
            assert not (folder / ".git" / "index.lock").exists()
            assert (folder / ".git" / "MERGE_HEAD").exists() == (
                is_conflict and outcome == "finished"
            )
            if outcome == "finished":
                assert (folder / "new/file").read_text() == "new\n"
                assert not (folder / "old.py").exists()
                assert (git(folder, "status", "--porcelain") == "") != is_conflict
            else:
                assert snapshot(folder) == before
                assert git(folder, "status", "--porcelain") == ""
            assert mend(folder) == Recovery("nothing")


@pytest.mark.slow
def test_what_was_done_since_the_kill_stays(project: Path) -> None:
    trial = killed_copy(project, "edited", BEFORE_THE_INDEX)
    (trial / "new/file").write_text("mine now\n")
    (trial / "train.py").write_text("mine as well\n")
    assert mend(trial) == Recovery("undone", edited_files=("new/file", "train.py"))
    assert (trial / "new/file").read_text() == "mine now\n"
    assert (trial / "train.py").read_text() == "mine as well\n"
    assert (trial / "old.py").read_text() == "old\n"

    moved_on = killed_copy(project, "moved-on", BEFORE_THE_INDEX)
    (moved_on / ".git/index.lock").unlink()
    git(moved_on, "commit", "--quiet", "--allow-empty", "-m", "Went on")
    result = mend(moved_on)
    kept_files = moved_on / ".git" / "mlstarter-saved-1"
    assert result == Recovery("moved on", saved_folder=kept_files)
    assert (kept_files / "backup" / "old.py").read_text() == "old\n"
    assert mend(moved_on) == Recovery("nothing")


@pytest.mark.slow
def test_a_copy_of_what_a_kill_left_is_put_right(template: Template, tmp_path: Path) -> None:
    """A copy makes two files of the two names that an arriving file has."""
    template.release("1.0.0", {"kind": "file\n", "other.py": "1\n"})
    (template.folder / "kind").unlink()
    template.release("1.1.0", {"kind/inner": "in a folder\n", "other.py": "2\n"})
    project = template.new(tmp_path / "churn", "1.0.0")
    before = snapshot(project)
    killed_project = killed_copy(project, "killed", BETWEEN_TWO_NAMES)
    assert (killed_project / "kind/inner").read_text() == "in a folder\n"
    copy = shutil.copytree(killed_project, tmp_path / "copy" / "churn", symlinks=True)
    assert mend(copy) == Recovery("undone")
    assert snapshot(copy) == before
    # Before any file arrived, one of those very bytes is somebody else's.
    early = killed_copy(project, "early", BEFORE_THE_FILES)
    (early / "other.txt").write_text("mine\n")
    assert mend(early) == Recovery("undone")
    assert snapshot(early) == {**before, "other.txt": b"mine\n"}


@pytest.mark.sampled
@pytest.mark.parametrize("place", ["kind/mine", "old/gone.py/mine", "old"])
def test_what_stands_where_an_old_file_was_stays(
    template: Template, tmp_path: Path, place: str
) -> None:
    old = "kind" if place.startswith("kind") else "old/gone.py"
    template.release("1.0.0", {"kind": "file\n", "old/gone.py": "old\n"})
    (template.folder / "kind").unlink()
    (template.folder / "old/gone.py").unlink()
    template.release("1.1.0", {"kind/inner": "in a folder\n"})
    project = template.new(tmp_path / "churn", "1.0.0")
    killed_project = killed_copy(project, "killed", BEFORE_THE_INDEX)
    (killed_project / place).parent.mkdir(parents=True, exist_ok=True)
    (killed_project / place).write_text("mine\n")
    assert mend(killed_project) == Recovery("undone", edited_files=(old,))
    assert (killed_project / place).read_text() == "mine\n"
    assert mend(killed_project) == Recovery("nothing")
    assert git(killed_project, "show", f"HEAD:{old}") != ""
