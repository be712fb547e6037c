"""What an update refuses, with the reason and the way out, before anything is touched."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from mlstarter.errors import AnswersError, MlstarterError, ProjectError, TemplateError
from mlstarter.git.process import GitFailed
from tests.update.configurations import VARIABLE
from tests.update.story import (
    QUESTIONS,
    Template,
    commit,
    git,
    number_lines,
    snapshot,
    update,
    write,
)

pytestmark = pytest.mark.usefixtures("identity")


@pytest.fixture
def template(tmp_path: Path) -> Template:
    base_template = Template(tmp_path / "template")
    base_template.release("1.0.0", {"train.py": number_lines(9), ".gitignore": "*.env\nout/\n"})
    return base_template.release(
        "1.1.0", {"train.py": number_lines(9, line9="theirs"), "new.env": "k\n", "out/x/y": "y\n"}
    )


@pytest.fixture
def dest(tmp_path: Path, template: Template) -> Path:
    return template.new(tmp_path / "churn", "1.0.0")


def state(folder: Path) -> object:
    """Return everything of a repository that an update could touch."""
    inner = {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in (folder / ".git").rglob("*")
        if path.is_file() and path.name != "mlstarter-update.lock"
    }
    return snapshot(folder), inner


def refusal_of(folder: Path, **options: Any) -> MlstarterError:
    """Update, which must fail and change nothing; return the error."""
    git(folder, "status")  # writes the index for the last time
    before = state(folder)
    with pytest.raises(MlstarterError) as refusal:
        update(folder, **options)
    assert state(folder) == before
    assert refusal.value.hint
    return refusal.value


def test_uncommitted_changes(dest: Path) -> None:
    write(dest, {"train.py": "edited\n"})
    assert "not committed: train.py" in refusal_of(dest).message


def test_staged_changes(dest: Path) -> None:
    write(dest, {"mine.py": "mine\n"})
    git(dest, "add", "mine.py")
    assert "not committed: mine.py" in refusal_of(dest).message


@pytest.mark.slow
def test_changes_that_git_was_told_not_to_look_at(dest: Path) -> None:
    git(dest, "update-index", "--assume-unchanged", "train.py")
    write(dest, {"train.py": "my own settings\n"})
    error = refusal_of(dest)
    assert "train.py holds changes" in error.message
    git(dest, "update-index", "--no-assume-unchanged", "train.py")
    git(dest, "update-index", "--skip-worktree", "train.py")
    assert "train.py holds changes" in refusal_of(dest).message


@pytest.mark.sampled
@pytest.mark.parametrize(
    ("what", "start"),
    [
        ("A merge", lambda d: git(d, "merge", "--no-ff", "other", ok=False)),
        ("A rebase", lambda d: git(d, "rebase", "other", ok=False)),
        ("A cherry-pick", lambda d: git(d, "cherry-pick", "other", ok=False)),
        ("A revert", lambda d: git(d, "revert", "--no-edit", "HEAD~1", ok=False)),
    ],
)
def test_another_operation_in_progress(
    dest: Path, what: str, start: Callable[[Path], object]
) -> None:
    git(dest, "switch", "-q", "-c", "other")
    commit(dest, "Theirs", {"train.py": "other\n"})
    git(dest, "switch", "-q", "main")
    commit(dest, "One", {"train.py": "mine\n"})
    commit(dest, "Two", {"train.py": "mine again\n"})
    start(dest)
    error = refusal_of(dest)
    assert error.message.startswith(f"{what} is in progress")
    assert "--abort" in (error.hint or "")


def test_a_detached_head_needs_a_branch(dest: Path) -> None:
    git(dest, "switch", "-q", "--detach")
    error = refusal_of(dest)
    assert "detached" in error.message
    assert "--branch" in (error.hint or "")
    assert update(dest, branch="bump").status == 0
    assert git(dest, "show", "bump:new.env") == "k\n"


@pytest.mark.slow
def test_a_downgrade_needs_to_be_allowed(dest: Path) -> None:
    git(dest, "status")
    shutil.rmtree(dest.parent / "none", ignore_errors=True)
    (dest / "new.env").unlink(missing_ok=True)
    update(dest)
    error = refusal_of(dest, to="1.0.0")
    assert "older than the project's 1.1.0" in error.message
    assert update(dest, to="1.0.0", allow_downgrade=True).status == 0
    assert (dest / "train.py").read_text() == number_lines(9)


@pytest.mark.sampled
@pytest.mark.parametrize(
    ("files", "path_in_message"),
    [
        ({"new.env": "my secret\n"}, "new.env"),
        ({"out": "a file where a folder goes\n"}, "out"),
        ({"out/x/y/z": "a folder where a file goes\n"}, "out/x/y/z"),
        ({"out/x/y": "y\n"}, "out/x/y"),
    ],
)
def test_an_ignored_or_untracked_file_is_never_overwritten(
    dest: Path, files: dict[str, str], path_in_message: str
) -> None:
    write(dest, files)
    error = refusal_of(dest)
    assert path_in_message in error.message
    assert "does not track" in error.message
    assert update(dest, branch="bump").status == 0


@pytest.mark.slow
def test_a_link_is_never_written_through(dest: Path, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (dest / "out").symlink_to(elsewhere)
    assert "out" in refusal_of(dest).message
    assert not list(elsewhere.iterdir())


@pytest.mark.slow
def test_an_answers_file_edited_into_nonsense(dest: Path) -> None:
    for text, reason in (
        (": : :\n\t-", "not YAML"),
        ("just a word\n", "not a table"),
        ("_commit: 1.0.0\nname: x\n", "does not name the template"),
        ("_src_path: x\n<<<<<<< yours\n_commit: 1\n=======\n>>>>>>> b\n", "conflict markers"),
        ("_src_path: x\n_commit: [1, 2]\n", "not a version"),
    ):
        commit(dest, "Nonsense", {".copier-answers.yml": text})
        assert reason in refusal_of(dest).message


def test_an_answers_file_that_is_gone_or_not_committed(dest: Path) -> None:
    git(dest, "rm", "-q", "--cached", ".copier-answers.yml")
    git(dest, "commit", "-q", "-m", "Forget it")
    assert "is not committed" in refusal_of(dest).message
    (dest / ".copier-answers.yml").unlink()
    error = refusal_of(dest)
    assert "does not say which template" in error.message
    assert "--adopt" in (error.hint or "")


def test_a_template_that_cannot_be_reached(dest: Path, template: Template) -> None:
    template.folder.rename(template.folder.with_name("moved"))
    error = refusal_of(dest)
    assert isinstance(error, TemplateError)


def test_a_version_that_does_not_exist(dest: Path) -> None:
    assert "9.9.9" in refusal_of(dest, to="9.9.9").message


def test_a_value_for_a_question_that_does_not_apply(dest: Path, template: Template) -> None:
    extra = "colour: {type: str, default: red, when: \"{{ name == 'other' }}\"}\n"
    template.release("1.2.0", {"copier.yml": QUESTIONS + extra})
    error = refusal_of(dest, data={"colour": "blue"})
    assert isinstance(error, AnswersError)
    assert "does not apply" in error.message


def test_a_value_for_no_question_names_the_nearest(dest: Path) -> None:
    error = refusal_of(dest, data={"nmae": "x"})
    assert isinstance(error, AnswersError)
    assert "name" in (error.hint or "")


def test_a_folder_that_is_no_repository(tmp_path: Path) -> None:
    with pytest.raises(ProjectError, match="not in a git repository"):
        update(tmp_path)


def test_a_bare_repository_takes_a_branch_only(dest: Path, tmp_path: Path) -> None:
    git(
        tmp_path,
        "-c",
        "protocol.file.allow=always",
        "clone",
        "-q",
        "--bare",
        str(dest),
        "churn.git",
    )
    bare = tmp_path / "churn.git"
    if os.environ.get(VARIABLE) == "careful":
        with pytest.raises(GitFailed, match=r"safe[.]bareRepository is 'explicit'"):
            update(bare)
        return
    with pytest.raises(ProjectError, match="bare repository"):
        update(bare)
    assert update(bare, branch="bump").status == 0
    assert git(bare, "show", "bump:train.py") == number_lines(9, line9="theirs")


def test_a_repository_without_a_commit(tmp_path: Path) -> None:
    git(tmp_path, "init", "-q")
    with pytest.raises(ProjectError, match="no commit yet"):
        update(tmp_path)


def test_a_branch_that_exists_or_cannot_be(dest: Path) -> None:
    assert "already" in refusal_of(dest, branch="main").message
    assert "cannot be the name" in refusal_of(dest, branch="a..b").message


@pytest.mark.slow
def test_a_sparse_checkout(dest: Path) -> None:
    git(dest, "sparse-checkout", "set", "--no-cone", "/*", "!train.py")
    assert "sparse" in refusal_of(dest).message
    assert update(dest, branch="bump").status == 0


def test_an_index_that_another_git_command_holds(dest: Path) -> None:
    lock = dest / ".git/index.lock"
    lock.write_text("")
    before = snapshot(dest)
    with pytest.raises(ProjectError, match="Another git command") as refusal:
        update(dest)
    assert f"rm -f {lock}" in (refusal.value.hint or "")
    assert lock.exists()
    assert snapshot(dest) == before


@pytest.mark.slow
def test_a_branch_that_another_git_command_holds(dest: Path) -> None:
    lock = dest / ".git/refs/heads/main.lock"
    lock.write_text("")
    git(dest, "status")
    before = snapshot(dest), git(dest, "ls-files", "-s"), git(dest, "status", "--porcelain")
    with pytest.raises(GitFailed) as refusal:
        update(dest)
    assert "main.lock" in (refusal.value.hint or "")
    assert lock.exists()
    after = snapshot(dest), git(dest, "ls-files", "-s"), git(dest, "status", "--porcelain")
    assert after == before
    assert not (dest / ".git/mlstarter-update").exists()
    lock.unlink()
    assert update(dest).status == 0


def test_a_branch_takes_a_clean_result_and_leaves_everything_alone(dest: Path) -> None:
    commit(dest, "Mine", {"mine.py": "mine\n"})
    write(dest, {"train.py": "uncommitted\n", "draft": "untracked\n"})
    git(dest, "add", "draft")
    before = snapshot(dest), git(dest, "status", "--porcelain"), git(dest, "rev-parse", "HEAD")

    assert update(dest, branch="bump").status == 0

    after = snapshot(dest), git(dest, "status", "--porcelain"), git(dest, "rev-parse", "HEAD")
    assert after == before
    assert git(dest, "show", "bump:train.py") == number_lines(9, line9="theirs")
    assert git(dest, "show", "bump:mine.py") == "mine\n"


def test_a_branch_is_not_made_with_a_conflict(dest: Path) -> None:
    commit(dest, "Mine", {"train.py": number_lines(9, line9="mine")})
    git(dest, "status")
    before = state(dest)
    assert update(dest, branch="bump").status == 3
    assert state(dest) == before


@pytest.mark.slow
def test_a_branch_whose_lock_a_killed_git_left_names_the_one_command(dest: Path) -> None:
    lock = dest / ".git/refs/heads/bump.lock"
    lock.write_text("")
    with pytest.raises(GitFailed) as refusal:
        update(dest, branch="bump")
    assert f"rm -f {lock}" in (refusal.value.hint or "")
    lock.unlink()
    assert update(dest, branch="bump").status == 0


@pytest.mark.slow
def test_a_preview_writes_nothing_at_all(dest: Path) -> None:
    from mlstarter.project import Project
    from mlstarter.update import UpdateRequest, prepare

    git(dest, "status")
    before = state(dest)
    preview = prepare(Project.open(dest), UpdateRequest())
    assert preview.plan.changes
    assert "+theirs" in preview.plan.patch()
    preview.plan.close()
    assert state(dest) == before


@pytest.mark.slow
def test_required_signing_and_failing_hooks_do_not_stop_an_update(
    dest: Path, hostile: Path
) -> None:
    (dest / ".git/hooks").mkdir(exist_ok=True)
    for name in ("pre-commit", "post-merge", "reference-transaction", "post-checkout"):
        hook = dest / ".git/hooks" / name
        hook.write_text("#!/bin/sh\nexit 1\n")
        hook.chmod(0o755)
    assert update(dest).status == 0
    assert (dest / "train.py").read_text() == number_lines(9, line9="theirs")
    assert not (hostile / "ran").exists() or "commit" not in (hostile / "ran").read_text()


def test_without_an_identity_a_stand_in_commits(dest: Path, no_identity: Path) -> None:
    outcome = update(dest)
    assert outcome.preview.by.fallback
    assert "identity-not-set@mlstarter.invalid" in git(dest, "log", "-1", "--format=%ce")


def test_two_updates_at_once_are_one_after_the_other(dest: Path) -> None:
    from mlstarter.project import Project
    from mlstarter.update.apply.journal import one_at_a_time

    with one_at_a_time(Project.open(dest).repository):
        assert "Another update" in refusal_of(dest).message
