"""How much of what somebody else wrote is read, rendered and unpacked, and how long that may take.

Every number is far above what real templates need (the largest of sixty well-known ones has 900
files, a question file of 60 kB and renders in two seconds) and far below what fills a machine.
"""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

from mlstarter.errors import TemplateError
from mlstarter.operating_system import is_linux
from mlstarter.watchdog import watch_block

# A roster: a large university has some thousand students in a course.
MAX_ROSTER_BYTES = 10_000_000
MAX_ROSTER_ROWS = 20_000
MAX_ROSTER_COLUMNS = 1_000
# Files that are read whole. PyYAML's own loader reads about 100 kB a second.
MAX_CONFIG_BYTES = 256_000
# Answers, settings, records: those of real projects have a few thousand bytes.
MAX_RECORD_BYTES = 64 * 1024
# Values of a YAML, JSON or TOML file with every alias written out, and levels within one another.
MAX_NODES = 100_000
MAX_DEPTH = 60
# Digits of one number, and parts of one dotted key.
MAX_DIGITS = 400
MAX_KEY_PARTS = 1_000
MAX_INCLUDES = 100
MAX_QUESTIONS = 1_000
# A rendered project.
MAX_FILES = 20_000
MAX_TREE_BYTES = 500_000_000
# Characters or items of one text or list that a template makes, and bits of a number.
MAX_TEXT = 10_000_000
MAX_BITS = 16_000
# Any single width, indentation or count that a template hands to a method or filter.
MAX_WIDTH = 100_000
# An archive: what it unpacks to, and how many times its own size (text shrinks to a tenth).
MAX_ZIP_BYTES = 100_000_000
MAX_ZIP_RATIO = 100
ZIP_RATIO_FREE_BYTES = 5_000_000
MAX_PATH = 1_000
MAX_NAME = 255
MAX_PATH_DEPTH = 60
# A render in this process, or by the engine in a process of its own.
MAX_SECONDS = 30
MAX_MEMORY = 2_000_000_000

_HINT = "do not use this template, or ask its author what needs so much"


class _TimeUp(BaseException):
    """Time is up; not an Exception, so that no filter's own handler swallows it."""


def too_large(what: str, limit: str) -> TemplateError:
    """Return the sentence for something beyond its bound."""
    return TemplateError(f"{what} is larger than a template needs: over {limit}.", hint=_HINT)


_active = False


def is_limited() -> bool:
    """Say whether a ``bounded_evaluation`` block is under way, which bounds what is within it."""
    return _active


@contextmanager
def bounded_evaluation(what: str) -> Iterator[None]:
    """Bound the time and memory of a block that evaluates somebody else's texts.

    Time by the alarm of POSIX systems, which ends loops and regular expressions alike, in the main
    thread, and by ``watchdog`` for what it does not end; memory by the address space on Linux.
    Elsewhere the bounds of the Jinja environment alone hold (`jinja_guard`). A block within a block
    is bounded by the outer one.

    Raises:
        TemplateError: time or memory is used up.
    """
    global _active  # noqa: PLW0603 - a process has one alarm
    main = threading.current_thread() is threading.main_thread()
    if _active or not main or not hasattr(signal, "setitimer"):
        yield
        return
    too_slow = TemplateError(f"{what} takes longer than {MAX_SECONDS} seconds.", hint=_HINT)
    handler = signal.getsignal(signal.SIGALRM)
    space = _lower_address_space()
    start = time.monotonic()
    other = interval = 0.0
    _active = True
    try:
        signal.signal(signal.SIGALRM, _ring)
        # Again and again: an exception in a destructor is lost.
        other, interval = signal.setitimer(signal.ITIMER_REAL, MAX_SECONDS, 1)
        with watch_block(MAX_SECONDS, too_slow):
            yield
    except _TimeUp:
        raise too_slow from None
    except MemoryError:
        raise TemplateError(f"{what} takes more memory than there is.", hint=_HINT) from None
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, handler)
        if other:  # somebody else's alarm goes on
            remainder = max(other - (time.monotonic() - start), 0.001)
            signal.setitimer(signal.ITIMER_REAL, remainder, interval)
        _active = False
        _restore_address_space(space)


def _ring(_: int, __: FrameType | None) -> None:
    raise _TimeUp


def _lower_address_space() -> tuple[int, int] | None:
    """Leave ``MAX_MEMORY`` to what follows; return the limits to restore, None where it cannot."""
    if not is_linux():
        return None
    import resource

    try:
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
        soft, hard = resource.getrlimit(resource.RLIMIT_AS)
        space = pages * resource.getpagesize() + MAX_MEMORY
        if soft != resource.RLIM_INFINITY and soft <= space:
            return None
        resource.setrlimit(resource.RLIMIT_AS, (space, hard))
    except (OSError, ValueError):
        return None
    return soft, hard


def _restore_address_space(limits: tuple[int, int] | None) -> None:
    if limits is not None:
        import resource

        resource.setrlimit(resource.RLIMIT_AS, limits)
