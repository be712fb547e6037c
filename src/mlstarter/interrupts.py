"""Being stopped in an orderly way: Ctrl-C and SIGTERM as one exception, raised once."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any


class Termination(SystemExit):
    """The program was asked to end (SIGTERM, SIGHUP); its exit status is 128 and the signal."""


class _Stopping:
    """The signal that came first, and whether a step is under way that it waits for."""

    def __init__(self) -> None:
        self.waits = False
        self.number: int | None = None

    def raise_now(self) -> None:
        if self.number is not None and not self.waits:
            number, self.number = self.number, None
            raise KeyboardInterrupt if number == signal.SIGINT else Termination(128 + number)


_stopping = _Stopping()


@contextmanager
def raise_termination() -> Iterator[None]:
    """Turn SIGTERM and SIGHUP into ``Termination``, so that what cleans up (``finally``) runs.

    As Python itself does with Ctrl-C. Outside the main thread nothing changes.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    names = ("SIGTERM", "SIGHUP")
    numbers = [getattr(signal, name) for name in names if hasattr(signal, name)]
    # nohup's choice to ignore a signal stays.
    before = {number: signal.getsignal(number) for number in numbers}
    before = {n: handler for n, handler in before.items() if handler is signal.SIG_DFL}

    def stop(number: int, _: FrameType | None) -> None:
        for other in before:
            signal.signal(other, signal.SIG_IGN)
        raise Termination(128 + number)

    for number in before:
        signal.signal(number, stop)
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextmanager
def orderly() -> Iterator[None]:
    """Turn the first signal that ends the program into an exception, and ignore those after it.

    What cleans up (``finally``) then runs to its end, however often somebody presses Ctrl-C.
    Outside the main thread, where Python delivers no signals, nothing changes.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    numbers = [signal.SIGINT, signal.SIGTERM]
    if hasattr(signal, "SIGHUP"):
        numbers.append(signal.SIGHUP)
    before: dict[signal.Signals, Any] = {}

    def stop(number: int, _: FrameType | None) -> None:
        for other in before:
            signal.signal(other, signal.SIG_IGN)
        _stopping.number = number
        _stopping.raise_now()

    for number in numbers:
        current = signal.getsignal(number)
        # nohup's choice to ignore a signal stays.
        if current not in {signal.SIG_IGN, None}:
            before[number] = current
    for number in before:
        signal.signal(number, stop)
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextmanager
def to_its_end() -> Iterator[None]:
    """Let a short step end before ``orderly`` raises the exception for a signal.

    For what other programs (git) do: where an exception leaves one running, it goes on writing
    into a folder that is being removed.
    """
    if _stopping.waits or threading.current_thread() is not threading.main_thread():
        yield
        return
    _stopping.waits = True
    try:
        yield
    finally:
        _stopping.waits = False
        _stopping.raise_now()
