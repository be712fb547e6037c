"""Waiting that ends at once when somebody stops the run."""

from __future__ import annotations

import threading

from mlstarter.errors import ExitStatus, MlstarterError


class RunStopped(MlstarterError):
    """The user stopped the run while this waited."""

    exit_status = ExitStatus.INTERRUPTED


def wait(stop: threading.Event, seconds: float) -> None:
    """Return after some seconds; raises RunStopped as soon as ``stop`` is set."""
    if stop.wait(seconds):
        raise RunStopped("stopped")
