"""Foreign text on a terminal: one line, bounded, nothing that moves a cursor or turns a line."""

from __future__ import annotations

from collections.abc import Iterable


def shown(text: object, limit: int = 60) -> str:
    """Return ``text`` on one line of at most ``limit`` characters, control characters escaped.

    What Python calls unprintable is escaped: control and direction characters, odd spaces.
    """
    whole = str(text)
    safe = "".join(
        letter if letter.isprintable() else letter.encode("unicode_escape").decode("ascii")
        for letter in whole[:limit]
    )
    return safe if len(whole) <= limit else f"{safe[: limit - 3]}..."


def quoted(text: object, limit: int = 60) -> str:
    """Return foreign text in quotes."""
    return f'"{shown(text, limit)}"'


def some(values: Iterable[object], count: int = 5) -> str:
    """Return the first of ``values`` in quotes, and how many more there are."""
    listed = list(values)
    more = f" and {len(listed) - count:,} more" if len(listed) > count else ""
    return ", ".join(quoted(value, 40) for value in listed[:count]) + more
