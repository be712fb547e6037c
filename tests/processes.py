"""Processes that a test starts, and sends signals to."""

from __future__ import annotations

import gc
import os
import signal
import subprocess
import sys
import tempfile
import time
import traceback
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NoReturn

# What a fork can still heed (how streams are encoded), or what makes no difference to it.
SETTINGS_OF_A_FORK = {"PYTHONIOENCODING", "PYTHONUNBUFFERED", "PYTHONDONTWRITEBYTECODE"}


def heed_signals() -> None:
    """Undo what a test run in the background inherits (``nohup``, ``&``): that signals are ignored.

    For ``preexec_fn``: it runs in the child, before the program.
    """
    for name in ("SIGINT", "SIGTERM", "SIGHUP"):
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), signal.SIG_DFL)


def run_command_line(
    arguments: Sequence[str | Path], cwd: Path, env: Mapping[str, str], timeout: float = 120
) -> subprocess.CompletedProcess[str]:
    """Run mlstarter in a process of its own without a terminal; return what it wrote.

    The process is a fork of this one, which has loaded everything already: a tenth of the time of
    a new Python. Where there is no fork, or where ``env`` has settings of Python's own, which are
    read when it starts, it is a new one. Raises subprocess.TimeoutExpired, and ends it, where it
    takes longer than ``timeout`` seconds.
    """
    words = [str(argument) for argument in arguments]
    settings = {name for name in env if name.startswith("PYTHON")}
    is_forked = hasattr(os, "fork") and settings <= SETTINGS_OF_A_FORK
    with tempfile.TemporaryFile() as stdout, tempfile.TemporaryFile() as stderr:
        if is_forked:
            process = os.fork()
            if process == 0:
                _become_command_line(words, cwd, env, stdout.fileno(), stderr.fileno())
            status = _wait(process, words, timeout)
        else:
            command = [sys.executable, "-m", "mlstarter", *words]
            status = subprocess.run(
                command, cwd=cwd, env=env, stdin=subprocess.DEVNULL, stdout=stdout, stderr=stderr,
                check=False, timeout=timeout,
            ).returncode  # fmt: skip
        texts = []
        for file in (stdout, stderr):
            file.seek(0)
            text = file.read().decode("utf-8", "surrogateescape")
            texts.append(text.replace("\r\n", "\n").replace("\r", "\n"))
    return subprocess.CompletedProcess(words, status, *texts)


def _wait(process: int, words: list[str], timeout: float) -> int:
    """Return the exit status of a fork; end one that takes too long, and raise TimeoutExpired."""
    end = time.monotonic() + timeout
    while True:
        pid, status = os.waitpid(process, os.WNOHANG)
        if pid:
            return os.waitstatus_to_exitcode(status)
        if time.monotonic() > end:
            os.kill(process, signal.SIGKILL)
            os.waitpid(process, 0)
            raise subprocess.TimeoutExpired(words, timeout)
        time.sleep(0.005)


def _become_command_line(
    words: list[str], cwd: Path, env: Mapping[str, str], stdout: int, stderr: int
) -> NoReturn:
    """Leave the test behind: streams, folder and environment are those of a new process."""
    status = 1
    # A collection would walk through, and so copy, what the tests left behind.
    gc.disable()
    try:
        heed_signals()
        os.chdir(cwd)
        os.environ.clear()
        os.environ.update(env)
        nothing = os.open(os.devnull, os.O_RDONLY)
        for number, source in ((0, nothing), (1, stdout), (2, stderr)):
            os.dup2(source, number)
        encoding, _, errors = env.get("PYTHONIOENCODING", "utf-8").partition(":")
        errors = errors or "strict"
        sys.stdin, sys.stdout, sys.stderr = (
            open(number, mode, encoding=encoding, errors=policy, closefd=False)  # noqa: SIM115
            for number, mode, policy in (
                (0, "r", errors), (1, "w", errors), (2, "w", "backslashreplace"),
            )
        )  # fmt: skip
        from mlstarter.cli import run

        status = run(words)
    except SystemExit as stop:
        status = stop.code if isinstance(stop.code, int) else 1
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)
