"""Being stopped in an orderly way: Ctrl-C and SIGTERM as one exception, raised once."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from types import FrameType


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


# Windows has no terminal that hangs up.
ENDINGS = (signal.SIGTERM, signal.SIGHUP) if hasattr(signal, "SIGHUP") else (signal.SIGTERM,)


@contextmanager
def raise_termination() -> Iterator[None]:
    """Turn SIGTERM and SIGHUP into ``Termination``, so that what cleans up (``finally``) runs.

    As Python itself does with Ctrl-C. Outside the main thread nothing changes.
    """

    def stop(number: int) -> None:
        raise Termination(128 + number)

    with _first_signal(ENDINGS, stop):
        yield


@contextmanager
def orderly() -> Iterator[None]:
    """Turn the first signal that ends the program into an exception, and ignore those after it.

    What cleans up (``finally``) then runs to its end, however often somebody presses Ctrl-C.
    Outside the main thread, where Python delivers no signals, nothing changes.
    """

    def stop(number: int) -> None:
        _stopping.number = number
        _stopping.raise_now()

    with _first_signal((signal.SIGINT, *ENDINGS), stop):
        yield


@contextmanager
def _first_signal(numbers: Sequence[signal.Signals], stop: Callable[[int], None]) -> Iterator[None]:
    """Call ``stop`` for the first of these signals, and ignore those after it."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {number: signal.getsignal(number) for number in numbers}
    # nohup's choice to ignore a signal stays.
    before = {n: handler for n, handler in before.items() if handler not in {signal.SIG_IGN, None}}

    def handle(number: int, _: FrameType | None) -> None:
        for other in before:
            signal.signal(other, signal.SIG_IGN)
        stop(number)

    for number in before:
        signal.signal(number, handle)
    try:
        yield
    except Exception as error:
        # Python 3.11 wraps what is raised while a class is made, such as by an import.
        if isinstance(error.__cause__, KeyboardInterrupt | Termination):
            raise error.__cause__ from None
        raise
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
