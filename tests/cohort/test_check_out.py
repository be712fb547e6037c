"""A check-out that was cut off is brought to its end; what somebody wrote since is theirs."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from mlstarter.cohort.check_out import check_out, finish_check_out
from mlstarter.git.process import Git
from mlstarter.git.settings import closed_settings
from tests.cohort.conftest import Classroom, git

OLD, NEW = "the first line\n", "the first line\nand another\n"


def first_half(clone: Path) -> None:
    """Some files are new, one is empty, one is gone; git's lock is there."""
    (clone / "text.txt").write_text(NEW)
    (clone / "cut.txt").write_text("")
    (clone / "away.txt").unlink()
    (clone / ".git" / "index.lock").touch()


def work_of_somebody(clone: Path) -> None:
    first_half(clone)
    (clone / "text.txt").write_text("mine\n")


def file_of_somebody(clone: Path) -> None:
    first_half(clone)
    (clone / "mine.txt").write_text("mine\n")


def ignored_file_of_somebody(clone: Path) -> None:
    """The new commit brings a file of that name, which the old one ignores."""
    (clone / "results.log").write_text("mine\n")


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """Return a clone at the first of two commits."""
    clone = tmp_path / "s0001"
    clone.mkdir()
    git = work_tree(clone)
    git.run("init", "--quiet", "--initial-branch=main", "--template=")
    for key in ("name", "email"):
        git.run("config", f"user.{key}", "s@example.invalid")
    files = {"text.txt": OLD, "away.txt": "x\n", ".gitignore": "*.log\n"}
    commit(git, files)
    (clone / "away.txt").unlink()
    commit(git, {"text.txt": NEW, "cut.txt": "whole\n", "results.log": "theirs\n"})
    git.run("checkout", "--quiet", "--detach", "main~1")
    return clone


def work_tree(clone: Path) -> Git:
    return Git(clone, {"GIT_DIR": f"{clone}/.git", **closed_settings()}, limit=10**6)


def commit(git: Git, files: dict[str, str]) -> None:
    for name, text in files.items():
        (git.folder / name).write_text(text)
    git.run("add", "--all", "--force")
    git.run("commit", "--quiet", "--message", "work")


def cut_off(clone: Path, change: Callable[[Path], None]) -> Git:
    git = work_tree(clone)
    (clone / ".git" / "mlstarter-checkout").write_text(git.text("rev-parse", "main"))
    change(clone)
    return git


@pytest.mark.slow
def test_a_check_out_that_was_cut_off_is_finished(clone: Path) -> None:
    (clone / "other.log").write_text("a file of no commit, which is ignored")
    git = cut_off(clone, first_half)

    finish_check_out(git)

    assert git.text("rev-parse", "HEAD") == git.text("rev-parse", "main")
    assert git.text("status", "--porcelain") == ""
    assert (clone / "cut.txt").read_text() == "whole\n"
    assert (clone / "other.log").exists()
    assert not (clone / ".git" / "mlstarter-checkout").exists()


@pytest.mark.slow
@pytest.mark.parametrize("change", [work_of_somebody, file_of_somebody, ignored_file_of_somebody])
def test_what_somebody_wrote_since_stays(clone: Path, change: Callable[[Path], None]) -> None:
    git = cut_off(clone, change)
    before = {path.name: path.read_bytes() for path in clone.iterdir() if path.is_file()}

    finish_check_out(git)

    assert git.text("rev-parse", "HEAD") == git.text("rev-parse", "main~1")
    assert {path.name: path.read_bytes() for path in clone.iterdir() if path.is_file()} == before


@pytest.mark.slow
@pytest.mark.parametrize("note", ["", "--detach", "HEAD", "f" * 40, "é"])
def test_a_note_that_names_no_commit_counts_for_nothing(clone: Path, note: str) -> None:
    git = cut_off(clone, first_half)
    (clone / ".git" / "mlstarter-checkout").write_text(note)

    finish_check_out(git)

    assert (clone / "cut.txt").read_text() == ""


@pytest.mark.slow
def test_a_check_out_leaves_no_note(clone: Path) -> None:
    own_git = work_tree(clone)

    check_out(own_git, own_git.text("rev-parse", "main"))

    assert own_git.text("status", "--porcelain") == ""
    assert not (clone / ".git" / "mlstarter-checkout").exists()


@pytest.mark.slow
def test_the_next_run_does_not_take_a_cut_off_clone_for_somebody_s_work(
    classroom: Classroom, tmp_path: Path
) -> None:
    classroom.hand_out()
    arguments = ("--only", "s0001", "--into", tmp_path / "clones")
    assert classroom.call("clone", *arguments) == 0
    classroom.work("s0001", **{"notes.md": "one\n"})
    clone = tmp_path / "clones" / "s0001"
    newest = classroom.refs("s0001")["refs/heads/main"]
    git(clone, "fetch", "--quiet", f"file://{classroom.repository('s0001')}", "main")
    (clone / ".git" / "mlstarter-checkout").write_text(newest)
    (clone / "notes.md").write_text("on")

    assert classroom.call("clone", *arguments) == 0

    assert git(clone, "rev-parse", "HEAD") == newest
    assert (clone / "notes.md").read_text() == "one\n"
