"""A run that is stopped does not wait for a server that never answers."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from mlstarter.cohort import stop as stopping
from mlstarter.cohort.server_answers import RemoteFailed
from mlstarter.cohort.stop import RunStopped
from mlstarter.cohort.transport import Transport
from mlstarter.errors import ExitStatus
from mlstarter.git.process import Git

pytestmark = pytest.mark.skipif(os.name == "nt", reason="the stand-in is a script")


@pytest.fixture
def silent_ssh(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An ssh that says nothing; return the file in which it writes its process's number."""
    program, mark = tmp_path / "ssh", tmp_path / "pid"
    program.write_text(f"#!/bin/sh\necho $$ > {mark}\nexec sleep 60\n")
    program.chmod(0o755)
    monkeypatch.setenv("GIT_SSH_COMMAND", str(program))
    monkeypatch.setenv("GIT_SSH_VARIANT", "simple")
    return mark


@pytest.mark.slow
@pytest.mark.parametrize("work", ["refs", "fetch", "push"])
def test_a_stop_ends_what_waits_for_a_server(
    work: str, silent_ssh: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stopping, "_PATIENCE", 0.5)
    store = tmp_path / "store.git"
    git = Git(
        tmp_path, {"GIT_DIR": str(store)}, (("user.name", "S"), ("user.email", "s@x.invalid"))
    )
    git.run("init", "--quiet", "--bare", "--initial-branch=main")
    tree = git.text("mktree", stdin=b"")
    git.run("update-ref", "HEAD", git.text("commit-tree", tree, "-m", "work"))
    stop, url = threading.Event(), "ssh://git@host.invalid/s.git"
    transport = Transport(stop=stop)
    timer = threading.Timer(0.5, stop.set)
    timer.start()
    start = time.monotonic()

    with pytest.raises(RunStopped) as failure:
        if work == "refs":
            transport.refs(url)
        elif work == "fetch":
            transport.fetch(url, store)
        else:
            transport.push(url, store, ("HEAD:refs/heads/main",))

    timer.join()
    os.kill(int(silent_ssh.read_text()), 9)
    assert 0.9 < time.monotonic() - start < 10
    assert failure.value.exit_status == ExitStatus.INTERRUPTED


def test_a_program_that_is_at_work_gets_to_its_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stopping, "_INTERVAL", 0.02)
    stop = threading.Event()
    stop.set()
    code = "import sys, time; time.sleep(0.1); print(sys.stdin.read())"

    run = stopping.stoppable_runner(stop)
    result = run(
        [sys.executable, "-c", code], input=b"abc", stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )

    assert (result.returncode, result.stdout.strip(), result.stderr) == (0, b"abc", b"")


def test_a_server_that_refuses_is_no_stop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_SSH_COMMAND", "false")

    with pytest.raises(RemoteFailed):
        Transport(attempts=1).refs("ssh://git@host.invalid/s.git")
