"""Being stopped in an orderly way: Ctrl-C and SIGTERM as one exception, raised once."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any


class Terminated(SystemExit):
    """The program was asked to end (SIGTERM, SIGHUP); its exit status is 128 and the signal."""


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
        if number == signal.SIGINT:
            raise KeyboardInterrupt
        raise Terminated(128 + number)

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
