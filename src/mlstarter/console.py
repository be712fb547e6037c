"""What commands write with: people read stderr, programs read stdout.

All text goes through here, because much of it was written by others (file names, answers, what a
template or a student says): nothing in it reaches a terminal as a control sequence, nor rich as
markup. rich is imported only when something is drawn. It honours ``NO_COLOR`` and plain terminals.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Protocol

import click

from mlstarter import escape

if TYPE_CHECKING:
    from rich.console import Console

JSON_SCHEMA = 1


def echo(
    text: object = "",
    *,
    head: str = "",
    colour: str | None = None,
    err: bool = False,
    nl: bool = True,
) -> None:
    """Print text of several lines, harmless for a terminal; ``head`` comes first, in ``colour``."""
    first = click.style(escape.line(head), fg=colour, bold=err) if head else ""
    click.echo(first + escape.lines(text), err=err, nl=nl)


def print_document(text: str) -> None:
    """Print a file's text on stdout: as it is into a file or pipe, harmless on a terminal."""
    click.echo(escape.lines(text) if sys.stdout.isatty() else text, nl=False)


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

    ``schema`` is 1; it changes only when a field changes its meaning or goes away. All of it is
    ASCII: whoever reads it need not know in which encoding it was written.
    """
    document = {"schema": JSON_SCHEMA, "command": command, **payload}
    text = json.dumps(document, indent=2, default=str)
    sys.stdout.write(escape.json_text(text) + "\n")


def print_tree(name: str, paths: Sequence[str]) -> None:
    """Print relative paths as a tree of folders on stdout."""
    from rich.text import Text
    from rich.tree import Tree

    top = Tree(Text(f"{escape.line(name)}/"))
    folders = {"": top}
    for path in paths:
        parent, parts = "", path.split("/")
        for part in parts[:-1]:
            inner = f"{parent}/{part}"
            if inner not in folders:
                folders[inner] = folders[parent].add(Text(f"{escape.line(part)}/"))
            parent = inner
        folders[parent].add(Text(escape.line(parts[-1])))
    to_stdout().print(top)


def print_table(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Print a table on stdout, in the one style that all commands share."""
    from rich import box
    from rich.table import Table
    from rich.text import Text

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for number, column in enumerate(columns):
        table.add_column(Text(column), overflow="fold", no_wrap=number == 0)
    for row in rows:
        # A Text is no markup, whatever brackets it holds.
        table.add_row(*(Text(escape.line(cell)) for cell in row))
    to_stdout().print(table)


def print_lines(parts: Iterable[tuple[str, str]]) -> None:
    """Print pieces of text, each with the name of its style ("" for none), on stdout."""
    from rich.text import Text

    text = Text()
    for part, style in parts:
        text.append(escape.lines(part), style)
    to_stdout().print(text, end="", soft_wrap=True)


class ProgressStep(Protocol):
    """Called with a short sentence at each step of a long operation."""

    def __call__(self, message: str, /) -> None:
        """Show ``message`` as what is being done now."""


@contextmanager
def steps(*, quiet: bool = False) -> Iterator[ProgressStep]:
    """Show steps as they happen: a spinner on a terminal, nothing elsewhere."""
    if quiet or not sys.stderr.isatty():
        yield lambda _message: None
        return
    from rich.text import Text

    console = to_stderr()
    with console.status("", spinner="dots") as status:
        yield lambda message: status.update(Text(f"{escape.line(message)} ..."))


@contextmanager
def progress(total: int, label: str, *, quiet: bool = False) -> Iterator[ProgressStep]:
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
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=to_stderr(), transient=True) as bar:
        task = bar.add_task(label, total=total)

        def advance(message: str) -> None:
            bar.update(task, advance=1, description=f"{label} {escape.line(message)}")

        yield advance
