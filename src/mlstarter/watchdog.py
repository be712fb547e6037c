"""The last bound on a template that nobody trusts: this process ends itself, and another says why.

Python looks for signals between two of its own steps. Comparing lists that hold one another twice
at forty levels, hashing such tuples or adding up a million lists is one step: neither the alarm of
``bounds`` nor Ctrl-C nor SIGTERM comes through. Only a thread of C's can still end the process
(``faulthandler``), and only another process say what happened and tidy up.
"""

from __future__ import annotations

import faulthandler
import os
import select
import shutil
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from mlstarter.errors import TemplateError
from mlstarter.escape import line

# After the alarm has rung. What is merely slow has ended by then, with the programs it started.
_PATIENCE = 10
# What the watchdog has to speak and tidy up in, before the process is gone.
_LAST_SECONDS = 1
_LONGEST_LINE = 4096
_ESCAPE = "surrogateescape"


@dataclass
class _Watchdog:
    """Whether there is somebody else's template, and the pipe to the process that watches it.

    ``folders`` are temporary ones that outlast a block; ``nothing`` is the null device.
    """

    is_armed: bool = False
    pipe: int | None = None
    nothing: int = -1
    owner: int = 0
    folders: list[str] = field(default_factory=list)


_watchdog = _Watchdog()


def arm() -> None:
    """Have the blocks that follow watched: a template is read that does not come with mlstarter."""
    _watchdog.is_armed = True


def tidy_up(folder: str | Path) -> None:
    """Have a temporary folder of this process removed, should it not come to that itself."""
    _watchdog.folders.append(str(folder))


@contextmanager
def watch_block(seconds: int, error: TemplateError) -> Iterator[None]:
    """End this process with status 1 where the block takes some seconds longer, and say ``error``.

    Nothing is watched before ``arm``, on Windows, and beside other threads, where a copy of the
    process could not run.
    """
    pipe = _pipe() if _watchdog.is_armed else None
    if pipe is None:
        yield
        return
    sentences = f"error: {line(error.message)}\thint: {line(error.hint)}"
    for folder in _watchdog.folders:
        _tell(pipe, f"+ {folder}")
    _tell(pipe, f"{seconds + _PATIENCE} {sentences}")
    limit = seconds + _PATIENCE + _LAST_SECONDS
    faulthandler.dump_traceback_later(limit, exit=True, file=_watchdog.nothing)
    try:
        yield
    finally:
        faulthandler.cancel_dump_traceback_later()
        _tell(pipe, "0 ")


def _tell(pipe: int, text: str) -> None:
    # Somebody may have ended it; the alarm still rings.
    with suppress(OSError):
        os.write(pipe, text.encode("utf-8", _ESCAPE)[: _LONGEST_LINE - 1] + b"\n")


def _pipe() -> int | None:
    """Return the pipe to this process's own watchdog, which is started where there is none."""
    if not hasattr(os, "fork"):
        return None
    if _watchdog.pipe is not None and _watchdog.owner == os.getpid():
        return _watchdog.pipe
    if threading.active_count() > 1:
        return None
    try:
        reader, writer = os.pipe()
        _watchdog.nothing = os.open(os.devnull, os.O_WRONLY)
        child = os.fork()
    except OSError:
        return None
    if not child:
        _watch(reader)
    os.close(reader)
    _watchdog.pipe, _watchdog.owner = writer, os.getpid()
    return writer


def _watch(reader: int) -> None:
    """Be the watchdog: end with the pipe, or with its owner once that takes too long."""
    try:
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.SIG_IGN)
        os.chdir("/")  # or a disk that the owner stood on would be busy for a moment after it
        owner = os.getppid()
        # Whoever reads what the owner writes waits for nobody else.
        for name in os.listdir("/dev/fd"):  # noqa: PTH208 - as short as possible
            if int(name) not in {2, reader}:
                with suppress(OSError):
                    os.close(int(name))
        _keep_watch(reader, owner)
    finally:
        os._exit(0)


def _keep_watch(reader: int, owner: int) -> None:
    seconds, message, pending = 0, "", b""
    folders: set[str] = set()
    while select.select([reader], [], [], seconds or None)[0]:
        part = os.read(reader, _LONGEST_LINE)
        if not part:
            return
        *lines, pending = (pending + part).split(b"\n")
        for each in lines:
            number, _, rest = each.decode("utf-8", _ESCAPE).partition(" ")
            if number == "+":
                folders.add(rest)
            else:
                seconds, message = int(number), rest
    os.write(2, message.replace("\t", "\n").encode("utf-8", _ESCAPE) + b"\n")
    for folder in folders:
        shutil.rmtree(folder, ignore_errors=True)
    # It ends itself; where even that does not come through, it is killed.
    if not select.select([reader], [], [], 3 * _LAST_SECONDS)[0]:
        os.kill(owner, signal.SIGKILL)
