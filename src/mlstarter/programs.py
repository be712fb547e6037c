"""Run a program of a template's author: it ends when this program is ended.

``subprocess.run`` kills the one process that it started. What that one had started, a task or a
hook, would go on writing into a folder that is being removed.
"""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

from mlstarter.operating_system import is_windows

_PATIENCE = 5.0  # seconds to clean up in, before it is killed


def run_program(
    command: str | list[str], *, stdin: bytes | None = None, **options: Any
) -> subprocess.CompletedProcess[bytes]:
    """Run a command to its end, as ``subprocess.run`` does, with ``stdin`` to read.

    Where an exception comes first (Ctrl-C, SIGTERM), it is ended with all that it has started.
    """
    if stdin is not None:
        options["stdin"] = subprocess.PIPE
    # Only the foreground group may ask something on a terminal (a password, for example). There,
    # Ctrl-C and a window that is closed reach every process anyway.
    is_alone = not (is_windows() or _has_terminal())
    if is_alone:
        options["process_group"] = 0
    with subprocess.Popen(command, **options) as process:
        try:
            output, complaint = process.communicate(stdin)
        except BaseException as reason:
            with _without_alarm():
                _end(process, is_alone=is_alone, waits=isinstance(reason, KeyboardInterrupt))
            raise
    return subprocess.CompletedProcess(command, process.returncode, output, complaint)


@contextmanager
def _without_alarm() -> Iterator[None]:
    """Stop the timer: the alarm of ``bounds`` rings again, and would leave the program running.

    To block its signal would not do: another thread might receive it.
    """
    if not hasattr(signal, "setitimer"):
        yield
        return
    rest = signal.setitimer(signal.ITIMER_REAL, 0)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, *rest)


def _end(process: subprocess.Popen[bytes], *, is_alone: bool, waits: bool) -> None:
    """End a process; ``waits`` where Ctrl-C has reached it too, so that it may be at it."""
    if waits and not is_alone and _has_ended(process, 1.0):
        return
    _send(process, signal.SIGTERM, is_alone=is_alone)
    if not _has_ended(process, _PATIENCE):
        _send(process, getattr(signal, "SIGKILL", signal.SIGTERM), is_alone=is_alone)
        process.wait()


def _send(process: subprocess.Popen[bytes], number: int, *, is_alone: bool) -> None:
    if not is_alone:
        process.send_signal(number)
        return
    # It may just have ended.
    with suppress(ProcessLookupError):
        os.killpg(process.pid, number)


def _has_ended(process: subprocess.Popen[bytes], seconds: float) -> bool:
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        return False
    return True


def _has_terminal() -> bool:
    try:
        os.close(os.open("/dev/tty", os.O_RDWR | getattr(os, "O_NOCTTY", 0)))
    except OSError:
        return False
    return True
