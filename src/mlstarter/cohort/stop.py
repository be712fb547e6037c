"""Waiting that ends when somebody stops the run: at once for a pause, soon for a program."""

from __future__ import annotations

import subprocess
import threading
import time
from collections.abc import Callable
from functools import partial
from typing import Any

from mlstarter.errors import ExitStatus, MlstarterError

# A program that is at work gets to its end; one that waits for a server may never.
_PATIENCE = 10.0
_INTERVAL = 0.25


class RunStopped(MlstarterError):
    """The user stopped the run while this waited."""

    exit_status = ExitStatus.INTERRUPTED


def wait(stop: threading.Event, seconds: float) -> None:
    """Return after some seconds; raises RunStopped as soon as ``stop`` is set."""
    if stop.wait(seconds):
        raise RunStopped("stopped")


def stoppable_runner(stop: threading.Event) -> Callable[..., subprocess.CompletedProcess[bytes]]:
    """Return what runs a command as ``subprocess.run`` does, until some seconds after ``stop``.

    Ctrl-C in a terminal reaches the command itself; SIGTERM and a window that is closed may not.
    It raises RunStopped.
    """
    return partial(_run, stop)


def _run(
    stop: threading.Event,
    command: list[str],
    *,
    input: bytes | None = None,
    **options: Any,
) -> subprocess.CompletedProcess[bytes]:
    if input is not None:
        options["stdin"] = subprocess.PIPE
    last_moment = None
    with subprocess.Popen(command, **options) as process:
        while True:
            try:
                out, complaints = process.communicate(input, timeout=_INTERVAL)
            except subprocess.TimeoutExpired:
                input = None  # it is being written
                if stop.is_set():
                    last_moment = last_moment or time.monotonic() + _PATIENCE
                    if time.monotonic() >= last_moment:
                        _end(process)
                        raise RunStopped("stopped") from None
            else:
                return subprocess.CompletedProcess(command, process.returncode, out, complaints)


def _end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(1)
    except subprocess.TimeoutExpired:
        process.kill()
