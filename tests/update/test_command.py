"""`mlstarter update` as it is typed: what it prints, its exit status, its JSON."""

from __future__ import annotations

import json
import signal
import sys
from pathlib import Path
from typing import Any

import pexpect
import pytest

from mlstarter.cli import run
from mlstarter.update.apply.worktree import move_in
from tests.processes import heed_signals
from tests.update.story import QUESTIONS, Template, commit, git, number_lines, snapshot, write

pytestmark = pytest.mark.usefixtures("identity")

CHANGELOG = "# Changes\n\n## 1.1.0\n\n- Train better\n\n## 1.0.0\n\n- First\n"


@pytest.fixture
def template(tmp_path: Path) -> Template:
    small_template = Template(tmp_path / "template")
    small_template.release(
        "1.0.0", {"train.py": number_lines(9), "old.py": "old\n", "a.py": number_lines(9)}
    )
    write(small_template.folder, {"old.py": None})
    small_template.move("a.py", "b.py")
    files = {
        "train.py": number_lines(9, line9="theirs"),
        "new.py": "new\n",
        "CHANGELOG.md": CHANGELOG,
    }
    extra = (
        'colour: {type: str, default: red, help: "Which colour?"}\n'
        "_exclude: [CHANGELOG.md, copier.yml, .git]\n"
    )
    return small_template.release("1.1.0", {**files, "copier.yml": QUESTIONS + extra})


@pytest.fixture
def dest(tmp_path: Path, template: Template) -> Path:
    folder = template.new(tmp_path / "churn", "1.0.0")
    commit(folder, "Mine", {"train.py": number_lines(9, line1="mine")})
    return folder


class CommandRun:
    """What a command printed and its exit status."""

    def __init__(self, capfd: pytest.CaptureFixture[str], *arguments: object) -> None:
        capfd.readouterr()
        self.status = run(["update", *map(str, arguments)])
        self.out, self.err = capfd.readouterr()

    @property
    def json(self) -> dict[str, Any]:
        document: dict[str, Any] = json.loads(self.out)
        assert (document["schema"], document["command"]) == (1, "update")
        return document


@pytest.mark.slow
def test_a_preview_names_every_file_the_answers_and_the_changelog(
    dest: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    before = snapshot(dest)
    call = CommandRun(capfd, dest, "--dry-run")
    assert (call.status, call.err) == (0, "")
    assert call.out == (
        "Update the template from 1.0.0 to 1.1.0: nothing was changed. It would do this:\n"
        "  changed     .copier-answers.yml\n"
        "  renamed     a.py -> b.py\n"
        "  added       new.py\n"
        "  deleted     old.py\n"
        "  merged      train.py\n"
        "\nNew questions:\n"
        "  colour = red\n"
        "\n## 1.1.0\n\n- Train better\n"
    )
    assert snapshot(dest) == before


@pytest.mark.slow
def test_the_preview_is_what_then_happens(dest: Path, capfd: pytest.CaptureFixture[str]) -> None:
    preview = CommandRun(capfd, dest, "--dry-run", "--diff", "--json").json
    assert preview["outcome"] == "preview"
    old = git(dest, "rev-parse", "HEAD").strip()
    outcome = CommandRun(capfd, dest, "--json").json
    assert outcome["outcome"] == "merged"
    assert outcome["commit"] == git(dest, "rev-parse", "HEAD").strip()
    assert outcome["changes"] == preview["changes"]
    assert outcome["answers"] == {"new": {"colour": "red"}, "changed": {}}
    patch = git(dest, "diff-tree", "-p", "--binary", "-M", "-r", old, "HEAD")
    assert preview["diff"] == patch


def test_the_patch_applies_to_the_project(dest: Path, capfd: pytest.CaptureFixture[str]) -> None:
    call = CommandRun(capfd, dest, "--diff")
    (dest.parent / "patch").write_text(call.out)
    git(dest, "apply", "--index", str(dest.parent / "patch"))
    assert (dest / "train.py").read_text() == number_lines(9, line1="mine", line9="theirs")


@pytest.mark.slow
def test_check_says_whether_a_project_is_behind(
    dest: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    call = CommandRun(capfd, dest, "--check")
    assert (call.status, call.out) == (3, "Behind: 1.0.0, the newest is 1.1.0.\n")
    document = CommandRun(capfd, dest, "--check", "--json").json
    assert (document["behind"], document["newest"]) == (True, "1.1.0")
    assert CommandRun(capfd, dest).status == 0
    assert CommandRun(capfd, dest, "--check").out == "Up to date: 1.1.0.\n"
    assert CommandRun(capfd, dest).out == "Up to date: version 1.1.0 with the same answers.\n"


@pytest.mark.slow
def test_a_conflict_says_each_file_with_why_and_how_to_go_on(
    dest: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    commit(dest, "In the way", {"train.py": number_lines(9, line9="mine")})
    preview = CommandRun(capfd, dest, "--dry-run", "--json")
    assert preview.status == 3
    call = CommandRun(capfd, dest)
    assert call.status == 3
    assert "conflicting train.py: you and the template changed the same lines" in call.out
    assert "git merge --continue" in call.out
    assert "git merge --abort" in call.out
    assert git(dest, "status").count("both modified:   train.py") == 1
    again = CommandRun(capfd, dest)
    assert again.status == 1
    assert "error: A merge is in progress" in again.err
    assert "hint: finish it with `git merge --continue`" in again.err


@pytest.mark.slow
def test_a_branch_is_made_or_not_and_says_so(dest: Path, capfd: pytest.CaptureFixture[str]) -> None:
    outcome = CommandRun(capfd, dest, "--branch", "bump", "--json").json
    assert (outcome["outcome"], outcome["branch"]) == ("branched", "bump")
    assert outcome["commit"] == git(dest, "rev-parse", "bump").strip()
    commit(dest, "In the way", {"train.py": number_lines(9, line9="mine")})
    call = CommandRun(capfd, dest, "--branch", "other", "--json")
    assert call.status == 3
    assert call.json["outcome"] == "not branched"
    assert [c["path"] for c in call.json["conflicts"]] == ["train.py"]
    assert "other" not in git(dest, "branch")


@pytest.mark.slow
def test_undo_returns_to_the_commit_before(dest: Path, capfd: pytest.CaptureFixture[str]) -> None:
    write(dest, {"draft": "untracked\n"})
    before, head = snapshot(dest), git(dest, "rev-parse", "HEAD")
    CommandRun(capfd, dest)
    update_commit = git(dest, "rev-parse", "HEAD").strip()
    call = CommandRun(capfd, dest, "--undo", "--json")
    assert (call.status, call.json["left"]) == (0, update_commit)
    assert snapshot(dest) == before
    assert git(dest, "rev-parse", "HEAD") == head
    assert git(dest, "status", "--porcelain", "-uall") == "?? draft\n"
    git(dest, "merge", "-q", update_commit)
    assert (dest / "new.py").exists()


@pytest.mark.slow
def test_undo_refuses_what_would_drop_later_work(
    dest: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    assert "no update to undo" in CommandRun(capfd, dest, "--undo").err
    CommandRun(capfd, dest)
    merge = git(dest, "rev-parse", "HEAD").strip()[:10]
    commit(dest, "Later", {"later.py": "later\n"})
    before = snapshot(dest)
    call = CommandRun(capfd, dest, "--undo")
    assert call.status == 1
    assert "There are commits after the last update" in call.err
    assert f"git revert -m 1 {merge}" in call.err
    assert snapshot(dest) == before
    git(dest, "revert", "--no-edit", "-m", "1", merge)
    assert (dest / "later.py").exists()
    assert not (dest / "new.py").exists()


@pytest.mark.slow
def test_undo_refuses_a_file_that_came_back_in_the_way(
    dest: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    CommandRun(capfd, dest)
    write(dest, {"old.py": "written again by hand\n"})
    call = CommandRun(capfd, dest, "--undo")
    assert call.status == 1
    assert "old.py" in call.err
    assert (dest / "old.py").read_text() == "written again by hand\n"


@pytest.mark.slow
def test_undo_of_an_open_conflict_points_to_git(
    dest: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    commit(dest, "In the way", {"train.py": number_lines(9, line9="mine")})
    CommandRun(capfd, dest)
    call = CommandRun(capfd, dest, "--undo")
    assert call.status == 1
    assert "hint: git merge --abort" in call.err


@pytest.mark.slow
def test_the_next_call_after_a_kill_prints_the_one_command(
    dest: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    from tests.update.test_kill import killed_at, run_update

    before = snapshot(dest)
    for moment in range(90, 20, -1):
        assert not (dest / ".git/mlstarter-update/journal.json").exists()
        if killed_at(moment, run_update, dest):
            if (dest / ".git/mlstarter-update/journal.json").exists():
                break
        else:
            CommandRun(capfd, dest, "--undo")
    call = CommandRun(capfd, dest)
    assert call.status == 1
    assert "was interrupted" in call.err
    assert call.err.splitlines()[-1] == "hint: mlstarter update --recover"
    outcome = CommandRun(capfd, dest, "--recover")
    assert outcome.status == 0
    assert outcome.out in ("Everything is as it was before the update.\n", "The update is done.\n")
    if "as it was" in outcome.out:
        assert snapshot(dest) == before
    assert CommandRun(capfd, dest, "--recover").out == "There was nothing to recover.\n"


def test_options_that_do_not_go_together_are_refused(
    dest: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    for arguments in (("--undo", "--dry-run"), ("--check", "--undo"), ("--recover", "--branch=x")):
        call = CommandRun(capfd, dest, *arguments)
        assert call.status == 2
        assert "goes alone" in call.err
    assert CommandRun(capfd, dest, "--template", "x").status == 2
    assert CommandRun(capfd, dest.parent / "nowhere").err.startswith("error: There is no folder")


def test_a_subfolder_of_the_project_stands_for_the_project(
    dest: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    (dest / "deep/er").mkdir(parents=True)
    assert CommandRun(capfd, dest / "deep/er", "--json").json["project"] == str(dest)


def test_a_hooks_environment_does_not_lead_astray(
    dest: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    other = dest.parent / "other"
    other.mkdir()
    git(other, "init", "-q")
    monkeypatch.setenv("GIT_DIR", str(other / ".git"))
    monkeypatch.setenv("GIT_INDEX_FILE", str(other / ".git/index"))
    monkeypatch.setenv("GIT_WORK_TREE", str(other))
    call = CommandRun(capfd, dest)
    for name in ("GIT_DIR", "GIT_INDEX_FILE", "GIT_WORK_TREE"):
        monkeypatch.delenv(name)
    assert call.status == 0
    assert (dest / "new.py").exists()
    assert not any(p.name != ".git" for p in other.iterdir())


def terminal(dest: Path, *arguments: str) -> pexpect.spawn[str]:
    command = ["-m", "mlstarter", "update", str(dest), *arguments]
    return pexpect.spawn(
        sys.executable,
        command,
        encoding="utf-8",
        timeout=60,
        dimensions=(30, 90),
        preexec_fn=heed_signals,
    )


@pytest.mark.slow
def test_a_new_question_is_asked_on_a_terminal(dest: Path) -> None:
    child = terminal(dest)
    child.expect("Which colour")
    child.send("blue\r")
    child.expect("colour = blue")
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus == 0
    assert "colour: blue" in (dest / ".copier-answers.yml").read_text()


@pytest.mark.slow
def test_ctrl_c_at_a_question_changes_nothing(dest: Path) -> None:
    before = snapshot(dest)
    child = terminal(dest)
    child.expect("Which colour")
    child.sendcontrol("c")
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus == 130
    assert snapshot(dest) == before
    assert not git(dest, "status", "--porcelain")


@pytest.mark.slow
def test_sigterm_while_it_runs_leaves_nothing_half_done(dest: Path) -> None:
    child = terminal(dest)
    child.expect("Which colour")
    before = snapshot(dest)
    child.kill(signal.SIGTERM)
    child.expect(pexpect.EOF)
    child.close()
    assert snapshot(dest) == before


@pytest.mark.slow
def test_a_disk_that_cannot_be_written_is_one_line_and_changes_nothing(
    dest: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(source: Path, target: Path) -> None:
        if target.name == "train.py":
            raise OSError(28, "No space left on device", str(target))
        move_in(source, target)

    monkeypatch.setattr("mlstarter.update.apply.switch.move_in", full)
    git(dest, "status")
    before, index = snapshot(dest), (dest / ".git/index").read_bytes()
    call = CommandRun(capfd, dest)
    assert call.status == 1
    assert "could not be written: No space left on device" in call.err
    assert snapshot(dest) == before
    assert (dest / ".git/index").read_bytes() == index
    assert not (dest / ".git/index.lock").exists()
    assert not (dest / ".git/mlstarter-update").exists()
    monkeypatch.undo()


def test_a_file_that_appears_at_the_last_moment_stops_the_update(
    dest: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def race(source: Path, target: Path) -> None:
        if target.name == "new.py":
            target.write_text("somebody was quicker\n")
        move_in(source, target)

    monkeypatch.setattr("mlstarter.update.apply.switch.move_in", race)
    before = snapshot(dest)
    call = CommandRun(capfd, dest)
    assert call.status == 1
    assert "new.py" in call.err
    assert snapshot(dest) == {**before, "new.py": b"somebody was quicker\n"}
