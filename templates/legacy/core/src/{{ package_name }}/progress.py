"""One progress bar for every long step: on stderr, with rich where it is installed."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator, Sized
from contextlib import contextmanager
from typing import TypeVar

T = TypeVar("T")


@contextmanager
def progress(description: str, total: float | None = None) -> Iterator[Callable[[float], None]]:
    """Show a bar while the block runs; the value is a function that moves it on by an amount.

    Without a ``total`` the bar only shows that something is going on.
    """
    try:
        from rich.console import Console
        from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn
    except ModuleNotFoundError:
        print(f"{description} ...", file=sys.stderr)
        yield lambda _amount: None
        return
    columns = (
        TextColumn("{task.description:<24}"),
        BarColumn(),
        TextColumn("{task.percentage:>3.0f}%"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=Console(stderr=True)) as bars:
        task = bars.add_task(description, total=total)
        yield lambda amount: bars.advance(task, amount)


def track(items: Iterable[T], description: str) -> Iterator[T]:
    """Pass the items on, showing how many of them are done."""
    total = len(items) if isinstance(items, Sized) else None
    with progress(description, total) as advance:
        for item in items:
            yield item
            advance(1)
