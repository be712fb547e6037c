"""Standard streams that never stop a command: closed ones, and letters that an encoding lacks."""

from __future__ import annotations

import io
import os
import sys
from contextlib import suppress

_STREAMS = (("stdin", os.O_RDONLY), ("stdout", os.O_WRONLY), ("stderr", os.O_WRONLY))


def prepare() -> None:
    """Open what is closed, and write escapes (``\\u0438``) for letters that the output lacks.

    A closed descriptor would be given to the next file that is opened, and messages would be
    written into that one. An encoding without a letter (cp1252 on Windows as soon as output is
    redirected, ASCII) would end a command after its work was done.
    """
    for number, (name, flags) in enumerate(_STREAMS):
        try:
            os.fstat(number)
        except OSError:
            _open_nothing(number, flags)
        stream = getattr(sys, name)
        if stream is None:
            mode = "r" if flags == os.O_RDONLY else "w"
            setattr(sys, name, open(number, mode, encoding="utf-8", closefd=False))  # noqa: SIM115
        elif isinstance(stream, io.TextIOWrapper) and flags == os.O_WRONLY:
            # What the descriptor was when Python opened it need not be what it is now.
            with suppress(OSError):
                stream.reconfigure(errors="backslashreplace")


def discard_output() -> None:
    """Throw away what is still to be written: its reader has gone, or its disk is full."""
    with suppress(OSError, ValueError, AttributeError):
        _open_nothing(sys.stdout.fileno(), os.O_WRONLY)
        sys.stdout.flush()


def _open_nothing(number: int, flags: int) -> None:
    nothing = os.open(os.devnull, flags)
    if nothing != number:
        os.dup2(nothing, number)
        os.close(nothing)
