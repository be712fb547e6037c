"""SIGKILL at any moment leaves the repository as before, or one command puts it right.

The update runs in a forked child whose audit hook counts each call that writes inside the
repository, or starts git, and kills the process right before the N-th. Another test kills git's own
processes at their N-th writing system call, by strace.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from mlstarter.project import Project
from mlstarter.update import UpdateRequest, prepare
from mlstarter.update.apply.application import apply_plan
from mlstarter.update.apply.journal import InterruptedUpdate
from mlstarter.update.apply.recovery import recover
from mlstarter.update.apply.undo import undo
from tests.conftest import Require
from tests.update.story import Template, commit, git, number_lines, snapshot, write

pytestmark = [pytest.mark.usefixtures("identity"), pytest.mark.slow]

FULL = bool(os.environ.get("MLSTARTER_TEST_FULL"))
WRITING = {
    "os.rename", "os.remove", "os.rmdir", "os.mkdir", "os.link", "os.symlink", "os.chmod",
    "os.truncate", "subprocess.Popen",
}  # fmt: skip


@dataclass(frozen=True)
class State:
    """Everything of a repository that a student can see."""

    files: dict[str, bytes]
    head: str
    index: str
    status: str

    @classmethod
    def of(cls, folder: Path) -> State:
        return cls(
            snapshot(folder),
            git(folder, "rev-parse", "HEAD"),
            git(folder, "ls-files", "--stage"),
            git(folder, "status", "--porcelain", "--ignored"),
        )


@pytest.fixture
def story(tmp_path: Path) -> tuple[Template, Path]:
    """A project with work of its own, untracked and ignored files, and a newer template."""
    template = Template(tmp_path / "template")
    template.release(
        "1.0.0",
        {"train.py": number_lines(20), "old/gone.py": number_lines(5), ".gitignore": "*.env\n",
         "kind": "file\n", "run.sh": "echo\n", "src/moved.py": number_lines(30)},
    )  # fmt: skip
    template.move("src/moved.py", "lib/moved.py")
    (template.folder / "old" / "gone.py").unlink()
    (template.folder / "kind").unlink()
    (template.folder / "run.sh").chmod(0o755)
    write(template.folder, {"kind/inner": "now a folder\n", "new/deep/file": "new\n"})
    template.release("1.1.0", {"train.py": number_lines(20, line20="theirs")})
    folder = template.new(tmp_path / "churn", "1.0.0")
    commit(
        folder,
        "Mine",
        {
            "train.py": number_lines(20, line1="mine"),
            "src/moved.py": number_lines(30, line3="mine"),
        },
    )
    write(folder, {"my.env": "secret\n", "draft": "untracked\n", "new/mine": "beside theirs\n"})
    git(folder, "status")
    return template, folder


def with_conflict(folder: Path) -> None:
    commit(folder, "In the way", {"train.py": number_lines(20, line20="mine")})


def run_update(folder: Path) -> None:
    plan = prepare(Project.open(folder), UpdateRequest()).plan
    apply_plan(plan)
    plan.close()


def run_undo(folder: Path) -> None:
    undo(Project.open(folder).repository)


def run_recover(folder: Path) -> None:
    recover(Project.open(folder).repository)


def killed_at(moment: int, action: Callable[[Path], None], folder: Path) -> bool:
    """Run ``action`` in a child that dies right before its ``moment``-th write; say if it did."""
    pid = os.fork()
    if pid == 0:
        _arm(moment, folder)
        try:
            action(folder)
        except BaseException as error:
            sys.stderr.write(f"{error!r}\n")
            os._exit(1)
        os._exit(0)
    _, status = os.waitpid(pid, 0)
    if os.WIFSIGNALED(status):
        assert os.WTERMSIG(status) == signal.SIGKILL
        return True
    assert os.waitstatus_to_exitcode(status) == 0
    return False


def _arm(moment: int, folder: Path) -> None:
    inside = str(folder)
    seen = 0

    def hook(event: str, args: tuple[Any, ...]) -> None:
        nonlocal seen
        if event == "open":
            writes = isinstance(args[2], int) and args[2] & (os.O_WRONLY | os.O_RDWR | os.O_CREAT)
            counts = bool(writes) and inside in str(args[0])
        else:
            counts = event in WRITING and (event == "subprocess.Popen" or inside in str(args))
        if counts:
            seen += 1
            if seen == moment:
                os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(hook)


def copy(folder: Path, number: int) -> Path:
    """Return a copy of a project that looks the same to git."""
    target = folder.parent / f"moment-{number}" / folder.name
    target.parent.mkdir()
    shutil.copytree(folder, target, symlinks=True)
    return target


def assert_recoverable(
    folder: Path, before: State, after: State, action: Callable[[Path], None]
) -> str:
    """Check a repository in which ``action`` was killed; return what it took to mend it."""
    try:
        prepare(Project.open(folder), UpdateRequest(branch="probe")).plan.close()
    except InterruptedUpdate as error:
        assert error.hint == "mlstarter update --recover"
        outcome = recover(Project.open(folder).repository).outcome
        assert outcome in ("undone", "finished")
    else:
        outcome = "none"
    state = State.of(folder)
    assert comparable(state) in (comparable(before), comparable(after))
    locks = {path.name for path in (folder / ".git").rglob("*.lock")}
    assert locks <= {"mlstarter-update.lock"}
    if comparable(state) == comparable(before):
        action(folder)  # the next attempt goes through
        assert comparable(State.of(folder)) == comparable(after)
    git(folder, "fsck", "--strict")
    return outcome


def comparable(state: State) -> object:
    """Return what two runs of one update have in common: all but ids that hold the time."""
    return state.files, state.index, state.status, len(state.head)


SITUATIONS = {"clean": None, "conflict": with_conflict}


@pytest.mark.parametrize("situation", ["clean", "conflict", "undo"])
def test_a_killed_update_is_as_before_or_recoverable(
    story: tuple[Template, Path], situation: str
) -> None:
    _, folder = story
    action = run_update
    if situation == "conflict":
        with_conflict(folder)
    elif situation == "undo":
        run_update(folder)
        action = run_undo
    git(folder, "status")
    before = State.of(folder)
    whole = copy(folder, 0)
    action(whole)
    after = State.of(whole)
    assert comparable(after) != comparable(before)
    outcomes = {}
    moment, step = 1, 1 if FULL else 9
    while True:
        trial = copy(folder, moment)
        if not killed_at(moment, action, trial):
            break
        outcomes[moment] = assert_recoverable(trial, before, after, action)
        shutil.rmtree(trial.parent)
        moment += step
    assert "undone" in outcomes.values()
    assert len(outcomes) >= (40 if FULL else 4)


@pytest.mark.parametrize("situation", ["clean", "conflict"])
def test_a_killed_recovery_can_be_repeated(story: tuple[Template, Path], situation: str) -> None:
    _, folder = story
    if situation == "conflict":
        with_conflict(folder)
    git(folder, "status")
    before = State.of(folder)
    whole = copy(folder, 0)
    run_update(whole)
    after = State.of(whole)
    trials = 0
    for moment in range(30, 200, 8 if FULL else 25):
        moment_copy = copy(folder, moment)
        if not killed_at(moment, run_update, moment_copy):
            break
        for again in range(1, 60, 4 if FULL else 8):
            trial = copy(moment_copy, 1000 * moment + again)
            if not killed_at(again, run_recover, trial):
                shutil.rmtree(trial.parent)
                break
            assert_recoverable(trial, before, after, run_update)
            shutil.rmtree(trial.parent)
            trials += 1
        shutil.rmtree(moment_copy.parent)
    assert trials > 3


def test_edits_made_after_a_kill_are_kept(story: tuple[Template, Path]) -> None:
    _, folder = story
    git(folder, "status")
    trials = 0
    for moment in range(30, 200, 4):
        trial = copy(folder, moment)
        if not killed_at(moment, run_update, trial):
            break
        moves = [p for p in ("train.py", "new/deep/file", "lib/moved.py") if (trial / p).exists()]
        for name in moves:
            (trial / name).write_text("edited after the kill\n")
        recover(Project.open(trial).repository)
        for name in moves:
            assert (trial / name).read_text() == "edited after the kill\n"
        assert (trial / "my.env").read_text() == "secret\n"
        trials += len(moves)
        shutil.rmtree(trial.parent)
    assert trials > 3


def test_work_committed_after_a_kill_is_left_alone(story: tuple[Template, Path]) -> None:
    _, folder = story
    git(folder, "status")
    trial = None
    for moment in range(200, 20, -1):
        trial = copy(folder, moment)
        if killed_at(moment, run_update, trial) and (trial / ".git/index.lock").exists():
            break
        shutil.rmtree(trial.parent)
    assert trial is not None
    (trial / ".git/index.lock").unlink()
    head = commit(trial, "Never mind, I commit what is here")
    before = snapshot(trial)
    outcome = recover(Project.open(trial).repository)
    assert outcome.outcome == "moved on"
    assert outcome.saved_folder is not None and outcome.saved_folder.is_dir()
    assert snapshot(trial) == before
    assert git(trial, "rev-parse", "HEAD").strip() == head


SYSCALLS = (
    "rename,renameat,renameat2,link,linkat,unlink,unlinkat,mkdir,mkdirat,rmdir,write,pwrite64"
)


def trace(folder: Path, call: int, *, follow: bool) -> bool:
    """Run the command line with SIGKILL at a process's ``call``-th writing system call."""
    command = ["strace", "-qq", *(["-f"] if follow else []), "-o", os.devnull]
    command += ["-e", f"trace={SYSCALLS}", "-e", f"inject={SYSCALLS}:signal=KILL:when={call}"]
    command += [sys.executable, "-m", "mlstarter", "update", str(folder), "--yes", "--json"]
    process = subprocess.run(command, capture_output=True, check=False)
    return process.returncode == -signal.SIGKILL or process.returncode == 128 + signal.SIGKILL


@pytest.mark.parametrize("follow", [False, True], ids=["mlstarter", "and its git processes"])
def test_a_kill_at_a_system_call_is_recoverable(
    story: tuple[Template, Path], require: Require, follow: bool
) -> None:
    require("strace")
    _, folder = story
    git(folder, "status")
    before = State.of(folder)
    whole = copy(folder, 0)
    run_update(whole)
    after = State.of(whole)
    kills = 0
    # git's processes are killed at the same call each, and some make more of them than we do.
    every = range(1, 140, 2) if follow else range(1, 140)
    for call in every if FULL else (2, 11, 29, 43, 57):
        trial = copy(folder, call)
        is_killed = trace(trial, call, follow=follow)
        assert_recoverable(trial, before, after, run_update)
        shutil.rmtree(trial.parent)
        kills += is_killed
        if not (is_killed or follow):
            break
    assert follow or kills >= (45 if FULL else 2)
