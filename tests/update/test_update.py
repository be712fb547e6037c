"""Situations in which other tools lose work: each asserts both sides' content."""

from __future__ import annotations

from pathlib import Path

import pytest

from mlstarter.project import Project
from mlstarter.update import UpdateRequest, prepare
from mlstarter.update.apply.application import apply_plan
from tests.update.story import (
    Template,
    commit,
    git,
    lines,
    number_lines,
    snapshot,
    update,
    write,
)

pytestmark = pytest.mark.usefixtures("identity")


@pytest.mark.slow
def test_both_sides_edits_in_one_file_end_in_one_merge_commit(
    template: Template, dest: Path
) -> None:
    template.release("1.0.0", {"train.py": number_lines(20), "old.txt": "old\n"})
    template.release(
        "1.1.0",
        {"train.py": number_lines(20, line20="theirs"), "old.txt": None, "new.txt": "new\n"},
    )
    template.new(dest, "1.0.0")
    mine = commit(dest, "Mine", {"train.py": number_lines(20, line1="mine"), "notes.md": "mine\n"})

    outcome = update(dest)

    assert outcome.status == 0
    assert (dest / "train.py").read_text() == number_lines(20, line1="mine", line20="theirs")
    assert (dest / "notes.md").read_text() == "mine\n"
    assert not (dest / "old.txt").exists()
    assert outcome.kinds == {"train.py": "merged", "new.txt": "added", "old.txt": "deleted"}
    parents = git(dest, "log", "-1", "--format=%P").split()
    assert parents[0] == mine
    message = git(dest, "log", "-1", "--format=%B")
    assert message.startswith("Update the template from 1.0.0 to 1.1.0\n")
    assert all(name in message for name in ("train.py", "new.txt", "old.txt"))
    assert git(dest, "log", "-1", "--format=%an", parents[1]).strip() == "mlstarter"
    assert git(dest, "log", "-1", "--format=%an %cn").strip() == "Ada Student Ada Student"
    git(dest, "fsck", "--strict")


@pytest.mark.slow
def test_a_second_update_finds_its_base_in_the_first(template: Template, dest: Path) -> None:
    template.release("1.0.0", {"train.py": number_lines(20)})
    template.release("1.1.0", {"train.py": number_lines(20, line20="theirs 1")})
    template.new(dest, "1.0.0")
    commit(dest, "Mine", {"train.py": number_lines(20, line1="mine")})
    update(dest)
    template.release("1.2.0", {"train.py": number_lines(20, line20="theirs 2")})

    outcome = update(dest)

    assert not outcome.plan.base_rendered
    assert (dest / "train.py").read_text() == number_lines(20, line1="mine", line20="theirs 2")
    assert update(dest).plan.up_to_date


@pytest.mark.slow
def test_a_conflict_is_an_ordinary_merge_with_both_sides_named(
    template: Template, dest: Path
) -> None:
    template.release("1.0.0", {"train.py": number_lines(9), "other.py": "a\n"})
    template.release("1.1.0", {"train.py": number_lines(9, line5="theirs"), "other.py": "b\n"})
    template.new(dest, "1.0.0")
    before = commit(dest, "Mine", {"train.py": number_lines(9, line5="mine")})

    outcome = update(dest)

    assert outcome.status == 3
    assert [c.path for c in outcome.plan.conflicts] == ["train.py"]
    assert "same lines" in outcome.plan.conflicts[0].reason
    text = (dest / "train.py").read_text()
    with_markers = lines(
        "<<<<<<< yours", "mine", "||||||| template-1.0.0", "line 5", "=======", "theirs",
        ">>>>>>> template-1.1.0",
    )  # fmt: skip
    assert with_markers in text
    assert (dest / "other.py").read_text() == "b\n"
    assert git(dest, "rev-parse", "HEAD").strip() == before
    assert "All conflicts fixed" not in git(dest, "status")
    assert git(dest, "diff", "--name-only", "--diff-filter=U").split() == ["train.py"]
    assert git(dest, "show", ":2:train.py") == number_lines(9, line5="mine")
    assert git(dest, "show", ":3:train.py") == number_lines(9, line5="theirs")
    assert git(dest, "show", ":1:train.py") == number_lines(9)

    write(dest, {"train.py": number_lines(9, line5="both")})
    git(dest, "add", "train.py")
    git(dest, "-c", "core.editor=true", "merge", "--continue")
    assert len(git(dest, "log", "-1", "--format=%P").split()) == 2
    assert (
        git(dest, "log", "-1", "--format=%s").strip() == "Update the template from 1.0.0 to 1.1.0"
    )
    assert update(dest).plan.up_to_date


@pytest.mark.slow
def test_a_conflict_can_be_left_with_git_merge_abort(template: Template, dest: Path) -> None:
    template.release("1.0.0", {"train.py": number_lines(9)})
    template.release("1.1.0", {"train.py": number_lines(9, line5="theirs"), "deep/new.py": "n\n"})
    template.new(dest, "1.0.0")
    commit(dest, "Mine", {"train.py": number_lines(9, line5="mine")})
    write(dest, {"untracked.txt": "stays\n"})
    before = snapshot(dest)

    assert update(dest).status == 3
    git(dest, "merge", "--abort")

    assert snapshot(dest) == before
    assert git(dest, "status", "--porcelain", "-unormal") == "?? untracked.txt\n"


@pytest.mark.slow
@pytest.mark.parametrize("rerere", [False, True])
def test_a_mergetool_resolves_the_conflict(template: Template, dest: Path, rerere: bool) -> None:
    template.release("1.0.0", {"train.py": number_lines(9)})
    template.release("1.1.0", {"train.py": number_lines(9, line5="theirs")})
    template.new(dest, "1.0.0")
    git(dest, "config", "rerere.enabled", str(rerere).lower())
    commit(dest, "Mine", {"train.py": number_lines(9, line5="mine")})
    update(dest)
    tool = 'mergetool.t.cmd=cat "$LOCAL" "$REMOTE" > "$MERGED"'
    git(dest, "-c", tool, "-c", "mergetool.t.trustExitCode=true", "mergetool", "-y", "--tool=t")
    text = (dest / "train.py").read_text()
    assert "mine" in text and "theirs" in text
    git(dest, "commit", "-q", "--no-edit")
    assert "# Conflicts" not in git(dest, "log", "-1", "--format=%B")


@pytest.mark.slow
def test_a_resolution_that_git_remembers_is_used_again(template: Template, dest: Path) -> None:
    template.release("1.0.0", {"train.py": number_lines(9)})
    template.release("1.1.0", {"train.py": number_lines(9, line5="theirs")})
    template.new(dest, "1.0.0")
    git(dest, "config", "rerere.enabled", "true")
    git(dest, "config", "rerere.autoUpdate", "false")
    commit(dest, "Mine", {"train.py": number_lines(9, line5="mine")})
    resolution = number_lines(9, line5="both")
    assert update(dest).status == 3
    commit(dest, "Resolve", {"train.py": resolution})
    git(dest, "reset", "-q", "--hard", "HEAD~1")
    apply_plan(prepare(Project.open(dest), UpdateRequest()).plan)
    assert (dest / "train.py").read_text() == resolution
    assert git(dest, "status", "--porcelain", "train.py") == "UU train.py\n"
    git(dest, "merge", "--abort")
    assert (dest / "train.py").read_text() == number_lines(9, line5="mine")


@pytest.mark.slow
def test_an_edit_in_a_file_that_the_template_renamed_moves_along(
    template: Template, dest: Path
) -> None:
    template.release("1.0.0", {"src/train.py": number_lines(30)})
    template.move("src/train.py", "src/fit.py")
    template.release("1.1.0", {"src/fit.py": number_lines(30, line30="theirs")})
    template.new(dest, "1.0.0")
    commit(dest, "Mine", {"src/train.py": number_lines(30, line2="mine")})

    outcome = update(dest)

    assert outcome.status == 0
    assert (dest / "src/fit.py").read_text() == number_lines(30, line2="mine", line30="theirs")
    assert not (dest / "src/train.py").exists()
    rename = next(c for c in outcome.plan.changes if c.path == "src/fit.py")
    assert (rename.kind, rename.old_path) == ("renamed", "src/train.py")


def test_a_file_that_the_student_moved_gets_the_templates_change(
    template: Template, dest: Path
) -> None:
    template.release("1.0.0", {"train.py": number_lines(30)})
    template.release("1.1.0", {"train.py": number_lines(30, line30="theirs")})
    template.new(dest, "1.0.0")
    git(dest, "mv", "train.py", "fit.py")
    commit(dest, "Move", {"fit.py": number_lines(30, line2="mine")})

    assert update(dest).status == 0

    assert (dest / "fit.py").read_text() == number_lines(30, line2="mine", line30="theirs")
    assert not (dest / "train.py").exists()


def test_an_edited_file_that_the_template_deleted_stays_as_a_conflict(
    template: Template, dest: Path
) -> None:
    template.release("1.0.0", {"train.py": number_lines(9), "keep": "k\n"})
    template.release("1.1.0", {"train.py": None})
    template.new(dest, "1.0.0")
    commit(dest, "Mine", {"train.py": number_lines(9, line1="mine")})

    outcome = update(dest)

    assert outcome.status == 3
    assert "the template deleted it" in outcome.plan.conflicts[0].reason
    assert (dest / "train.py").read_text() == number_lines(9, line1="mine")


def test_a_file_that_the_student_deleted_and_the_template_changed_is_a_conflict(
    template: Template, dest: Path
) -> None:
    template.release("1.0.0", {"train.py": number_lines(9), "gone.py": "unchanged\n"})
    template.release("1.1.0", {"train.py": number_lines(9, line1="theirs")})
    template.new(dest, "1.0.0")
    commit(dest, "Delete", {"train.py": None, "gone.py": None})

    outcome = update(dest)

    assert outcome.status == 3
    assert "you deleted or moved it" in outcome.plan.conflicts[0].reason
    assert (dest / "train.py").read_text() == number_lines(9, line1="theirs")
    assert not (dest / "gone.py").exists()


def test_a_file_that_both_added_differently_is_a_conflict(template: Template, dest: Path) -> None:
    template.release("1.0.0", {"a": "a\n"})
    template.release("1.1.0", {"new.py": "theirs\n"})
    template.new(dest, "1.0.0")
    commit(dest, "Mine", {"new.py": "mine\n"})
    outcome = update(dest)
    assert outcome.status == 3
    assert "both added" in outcome.plan.conflicts[0].reason
    text = (dest / "new.py").read_text()
    assert "mine\n" in text and "theirs\n" in text


def test_an_untracked_file_elsewhere_is_left_alone(template: Template, dest: Path) -> None:
    template.release("1.0.0", {".gitignore": "*.env\nout/\n", "a": "a\n"})
    template.release("1.1.0", {"a": "b\n"})
    template.new(dest, "1.0.0")
    write(dest, {"secret.env": "key\n", "out/model": "m\n", "draft.md": "d\n"})
    before = snapshot(dest)
    assert update(dest).status == 0
    after = snapshot(dest)
    for name in ("secret.env", "out/model", "draft.md"):
        assert after[name] == before[name]
