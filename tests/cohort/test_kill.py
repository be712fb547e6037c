"""Killed at any moment, a second run completes with nothing doubled and nothing lost.

SIGKILL cannot be caught: whatever a step left is what the next run finds.
"""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time

import pytest

from tests.cohort.conftest import Classroom, git
from tests.processes import heed_signals

FULL = bool(os.environ.get("MLSTARTER_TEST_FULL"))
BRANCH = "mlstarter/update-2.0.0"

# Runs a cohort command and kills its own process at the Nth call of one function.
KILLER = """
import importlib, os, signal, sys
where, name, number, after = sys.argv[1], sys.argv[2], int(sys.argv[3]), sys.argv[4] == "after"
module = importlib.import_module(where)
owner, _, method = name.rpartition(".")
target = getattr(module, owner) if owner else module
real = getattr(target, method)
calls = 0
def wrapped(*arguments, **options):
    global calls
    calls += 1
    if calls == number and not after:
        os.kill(os.getpid(), signal.SIGKILL)
    result = real(*arguments, **options)
    if calls == number and after:
        os.kill(os.getpid(), signal.SIGKILL)
    return result
setattr(target, method, wrapped)
from mlstarter.cli import run
sys.exit(run(sys.argv[5:]))
"""
RECORD = ("mlstarter.cohort.journal", "Journal.record")
STEPS = [
    ("mlstarter.cohort.remotes", "PlainRemote.create"),
    ("mlstarter.cohort.transport", "Transport.push"),
    ("mlstarter.cohort.transport", "Transport.refs"),
]
# Four records a student: rendered, created, pushed, verified.
MOMENTS = [(RECORD, number) for number in range(1, 13 if FULL else 5)]
MOMENTS += [(step, number) for step in STEPS for number in ((1, 2, 3) if FULL else (2,))]


def is_complete(classroom: Classroom) -> None:
    """Every repository holds exactly what was handed out, once, and is sound."""
    for student in classroom.students:
        assert classroom.refs(student).keys() == {"refs/heads/main"}
        repository = classroom.repository(student)
        assert git(repository, "rev-list", "--count", "main") == "2"
        assert f'"{student}"' in classroom.read(student, ".mlstarter.toml")
        git(repository, "fsck", "--strict")
    names = {path.name for path in classroom.server.iterdir()}
    assert names == {f"{student}.git" for student in classroom.students}


def kill_at(classroom: Classroom, step: tuple[str, str], number: int, when: str, verb: str) -> int:
    program = [sys.executable, "-c", KILLER, *step, str(number), when]
    process = subprocess.run(
        [*program, *classroom.arguments(verb, "--jobs", "1")], capture_output=True, check=False
    )
    return process.returncode


@pytest.mark.slow
@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize(("step", "number"), MOMENTS)
def test_a_kill_at_each_step_of_create_is_repaired(
    classroom: Classroom, step: tuple[str, str], number: int, when: str
) -> None:
    assert kill_at(classroom, step, number, when, "create") == -signal.SIGKILL
    assert classroom.call("create") == 0
    is_complete(classroom)


@pytest.mark.slow
@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("number", [1, 2, 3] if FULL else [2])
@pytest.mark.parametrize(
    "step",
    [
        ("mlstarter.cohort.journal", "Journal.deliver"),
        ("mlstarter.cohort.transport", "Transport.push"),
    ],
    ids=["deliver", "push"],
)  # fmt: skip
def test_a_kill_at_each_step_of_update_is_repaired(
    classroom: Classroom, step: tuple[str, str], number: int, when: str
) -> None:
    assert classroom.call("create") == 0
    heads = {}
    for student in classroom.students:
        classroom.work(student, **{"notes.md": f"{student}\n"})
        heads[student] = classroom.refs(student)["refs/heads/main"]
    classroom.template.release("2.0.0", **{"new.py": "fresh = True\n"})
    assert kill_at(classroom, step, number, when, "update") == -signal.SIGKILL
    assert classroom.call("update") == 0
    for student in classroom.students:
        assert classroom.refs(student).keys() == {"refs/heads/main", f"refs/heads/{BRANCH}"}
        assert classroom.refs(student)["refs/heads/main"] == heads[student]
        assert classroom.read(student, "notes.md", BRANCH) == student
        assert classroom.read(student, "new.py", BRANCH) == "fresh = True"
        git(classroom.repository(student), "fsck", "--strict")


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(40) if FULL else range(6))
def test_a_kill_at_a_random_moment_is_repaired(classroom: Classroom, seed: int) -> None:
    """The whole group of processes dies, git's own included, as when a machine loses power."""
    classroom.enrol(8)
    moments = random.Random(seed)
    for _ in range(3):
        start = subprocess.Popen(
            [sys.executable, "-m", "mlstarter", *classroom.arguments("create")],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        deadline = time.monotonic() + moments.uniform(0.3, 2.5)
        while start.poll() is None and time.monotonic() < deadline:
            time.sleep(0.01)
        if start.poll() is None:
            os.killpg(start.pid, signal.SIGKILL)
        start.wait()
    assert classroom.call("create") == 0
    is_complete(classroom)


@pytest.mark.slow
def test_ctrl_c_ends_in_an_orderly_way_and_the_same_command_goes_on(classroom: Classroom) -> None:
    classroom.enrol(60)
    start = subprocess.Popen(
        [sys.executable, "-m", "mlstarter", *classroom.arguments("create", "--jobs", "1")],
        stderr=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        preexec_fn=heed_signals,
    )
    while start.poll() is None and not (
        classroom.server.is_dir() and len(list(classroom.server.iterdir())) > 2
    ):
        time.sleep(0.02)
    start.send_signal(signal.SIGINT)
    _, err = start.communicate(timeout=60)
    assert start.returncode == 130, err
    assert "of 60 students; the same command goes on from here" in err
    assert "Traceback" not in err
    assert classroom.call("create") == 0
    is_complete(classroom)


@pytest.mark.slow
def test_two_commands_at_once_are_refused(
    classroom: Classroom, capsys: pytest.CaptureFixture[str]
) -> None:
    from mlstarter.cohort.journal import open_journal

    with open_journal(classroom.journal, "ml-test"):
        process = subprocess.run(
            [sys.executable, "-m", "mlstarter", *classroom.arguments("create")],
            capture_output=True,
            text=True,
            check=False,
        )
    assert process.returncode == 1
    assert process.stderr.startswith("error: Another cohort command is at work on ml-test.")
