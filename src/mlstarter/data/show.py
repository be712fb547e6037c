"""Foreign text on a terminal: one line, bounded, nothing that moves a cursor or turns a line."""

from __future__ import annotations

from collections.abc import Iterable


def excerpt(text: object, limit: int = 60) -> str:
    """Return ``text`` on one line of at most ``limit`` characters, control characters escaped.

    What Python calls unprintable is escaped: control and direction characters, odd spaces.
    """
    whole = str(text)
    safe = "".join(
        letter if letter.isprintable() else letter.encode("unicode_escape").decode("ascii")
        for letter in whole[:limit]
    )
    return safe if len(whole) <= limit else f"{safe[: limit - 3]}..."


def quote(text: object, limit: int = 60) -> str:
    """Return foreign text in quotes."""
    return f'"{excerpt(text, limit)}"'


def some(values: Iterable[object], count: int = 5) -> str:
    """Return the first of ``values`` in quotes, and how many more there are."""
    texts = list(values)
    more = f" and {len(texts) - count:,} more" if len(texts) > count else ""
    return ", ".join(quote(value, 40) for value in texts[:count]) + more
