"""What commands write with: people read stderr, programs read stdout.

rich is imported only when something is drawn. It honours ``NO_COLOR`` and plain terminals.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

JSON_SCHEMA = 1


def to_stderr() -> Console:
    """Return a console for messages and progress."""
    from rich.console import Console

    return Console(stderr=True, highlight=False, soft_wrap=False)


def to_stdout() -> Console:
    """Return a console for results that a person asked for."""
    from rich.console import Console

    return Console(highlight=False)


def print_json(command: str, payload: Mapping[str, Any]) -> None:
    """Print the one object that ``--json`` promises, and nothing else, on stdout.

    ``schema`` is 1; it changes only when a field changes its meaning or goes away.
    """
    document = {"schema": JSON_SCHEMA, "command": command, **payload}
    sys.stdout.write(json.dumps(document, indent=2, ensure_ascii=False, default=str) + "\n")


def print_tree(name: str, paths: Sequence[str]) -> None:
    """Print relative paths as a tree of folders on stdout."""
    from rich.text import Text
    from rich.tree import Tree

    top = Tree(Text(f"{name}/"))
    folders = {"": top}
    for path in paths:
        parent, parts = "", path.split("/")
        for part in parts[:-1]:
            inner = f"{parent}/{part}"
            if inner not in folders:
                folders[inner] = folders[parent].add(Text(f"{part}/"))
            parent = inner
        folders[parent].add(Text(parts[-1]))
    to_stdout().print(top)


def table(*columns: str, title: str | None = None) -> Table:
    """Return an empty table in the one style that all commands share."""
    from rich import box
    from rich.table import Table

    made = Table(title=title, title_justify="left", box=box.SIMPLE_HEAD, pad_edge=False)
    for number, column in enumerate(columns):
        made.add_column(column, overflow="fold", no_wrap=number == 0)
    return made


class Step(Protocol):
    """Called with a short sentence at each step of a long operation."""

    def __call__(self, message: str, /) -> None:
        """Show ``message`` as what is being done now."""


@contextmanager
def steps(*, quiet: bool = False) -> Iterator[Step]:
    """Show steps as they happen: a spinner on a terminal, nothing elsewhere."""
    if quiet or not sys.stderr.isatty():
        yield lambda _message: None
        return
    console = to_stderr()
    with console.status("", spinner="dots") as status:
        yield lambda message: status.update(f"{message} ...")


@contextmanager
def progress(total: int, label: str, *, quiet: bool = False) -> Iterator[Step]:
    """Show a bar of ``total`` items on a terminal; each call counts one and names it."""
    if quiet or not sys.stderr.isatty():
        yield lambda _message: None
        return
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeRemainingColumn,
    )

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=to_stderr(), transient=True) as bar:
        task = bar.add_task(label, total=total)

        def advance(message: str) -> None:
            bar.update(task, advance=1, description=f"{label} {message}")

        yield advance
