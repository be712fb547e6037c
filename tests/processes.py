"""Processes that a test starts and sends signals to."""

from __future__ import annotations

import signal


def heed_signals() -> None:
    """Undo what a test run in the background inherits (``nohup``, ``&``): that signals are ignored.

    For ``preexec_fn``: it runs in the child, before the program.
    """
    for name in ("SIGINT", "SIGTERM", "SIGHUP"):
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), signal.SIG_DFL)
