"""When pushes arrived, by the server's own clock: a bare repository's reflog, a forge's activity.

A commit's date is whatever its author's machine says. The moment at which a server took a push is
not theirs to choose, so where a server tells it, that moment decides what was there at a deadline.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

# A line of a reflog: old, new, who <address> seconds zone, a tab and what was done
# (https://git-scm.com/docs/gitrepository-layout, "logs").
_LINE = re.compile(
    rb"(?P<old>[0-9a-f]{40,64}) (?P<new>[0-9a-f]{40,64}) [^\n]*?> (?P<seconds>\d{1,11}) [-+]\d{4}"
    rb"(\t[^\n]*)?"
)
# A term of pushes has some hundred lines of two hundred bytes.
_MAX_BYTES = 16 * 1024**2


@dataclass(frozen=True, slots=True)
class Push:
    """One move of main on a server: when it arrived, from which commit to which.

    ``old`` or ``new`` is all zeros where the branch was created or deleted.
    """

    moment: datetime
    old: str
    new: str


class MomentUnknown(LookupError):
    """The server's log does not reach back to a moment."""


def read_reflog(repository: Path, branch: str = "main") -> list[Push] | None:
    """Return the pushes that a bare repository's reflog holds, the oldest first.

    None where it keeps none (``core.logAllRefUpdates`` is off in a bare repository unless somebody
    turns it on), or where the file is not one that git wrote.
    """
    path = repository
    for part in ("logs", "refs", "heads", branch):
        path = path / part
        # Where a student can write, a link could lead to any file of the instructor's.
        if path.is_symlink():
            return None
    try:
        if not path.is_file() or path.stat().st_size > _MAX_BYTES:
            return None
        with path.open("rb") as file:
            content = file.read(_MAX_BYTES)
    except OSError:
        return None
    pushes = []
    for line in content.splitlines():
        match = _LINE.fullmatch(line)
        if match is None:
            return None
        moment = datetime.fromtimestamp(int(match["seconds"]), UTC)
        pushes.append(Push(moment, match["old"].decode(), match["new"].decode()))
    return pushes or None


def commit_at(pushes: Sequence[Push], moment: datetime, handed_out: str) -> str | None:
    """Return the commit that main had at a moment, None where there was no branch yet.

    ``handed_out`` is the commit that the repository began with: a log that starts after it says
    what was there before its first line only where that is this commit.

    Raises MomentUnknown where the log does not reach back to the moment.
    """
    before = [push for push in pushes if push.moment <= moment]
    if before:
        commit = before[-1].new
    else:
        commit = pushes[0].old
        if commit not in {handed_out, "0" * len(commit)}:
            raise MomentUnknown
    return commit if commit.strip("0") else None


def pushes_after(pushes: Sequence[Push], moment: datetime) -> list[Push]:
    """Return what arrived after a moment, the oldest first."""
    return [push for push in pushes if push.moment > moment]
