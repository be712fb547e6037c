"""Options that several verbs share, so that they are spelt and explained once."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

Command = TypeVar("Command", bound=Callable[..., Any])

FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)
FILE = click.Path(dir_okay=False, path_type=Path)


class _NewFile(click.Path):
    """A file to be written: its folder has to be there before any work is done for it."""

    def convert(
        self,
        value: str | os.PathLike[str],
        param: click.Parameter | None,
        ctx: click.Context | None,
    ) -> Any:
        """Return the path; a usage error where its folder is missing."""
        path = Path(os.fsdecode(super().convert(value, param, ctx)))
        if not path.parent.is_dir():
            self.fail(f"there is no folder {path.parent}; make it first.", param, ctx)
        return path


NEW_FILE = _NewFile(dir_okay=False, path_type=Path)

as_json = click.option("--json", "as_json", is_flag=True, help="Print one JSON object on stdout.")
data = click.option(
    "-d",
    "--data",
    multiple=True,
    metavar="KEY=VALUE",
    help="Answer a question (`mlstarter list questions` shows them). May be repeated.",
)
trust = click.option(
    "--trust",
    is_flag=True,
    help="Run the code that a template of others brings: tasks, hooks, Jinja extensions.",
)


def template_source(command: Command) -> Command:
    """Add ``--template``, ``--directory`` and ``--ref``: where a template comes from."""
    source = click.option(
        "--template",
        "source",
        metavar="SRC",
        help="A Copier or Cookiecutter template instead of the built-in one: a folder, a git URL, "
        "gh:owner/name.",
    )
    folder = click.option(
        "--directory", metavar="DIR", help="The folder inside SRC that holds the template."
    )
    ref = click.option(
        "--ref",
        metavar="VERSION",
        help="The template's version: a tag, branch or commit. Default: the newest release.",
    )
    return source(folder(ref(command)))
