"""``mlstarter describe``: what a data file is, and the settings that read it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from mlstarter.cli import shared_options
from mlstarter.console import echo

if TYPE_CHECKING:
    from mlstarter.cli.own_data import UserData
    from mlstarter.data.inspect import Inspection
    from mlstarter.questions.terminal import Terminal


@dataclass(frozen=True, slots=True, kw_only=True)
class DescribeOptions:
    """What was said on the command line."""

    file: str
    project: Path | None
    data: tuple[str, ...]
    copy: bool
    yes: bool
    as_json: bool


@click.command()
@click.argument("file")
@click.argument("project", required=False, type=click.Path(path_type=Path))
@click.option(
    "-d", "--data", multiple=True, metavar="KEY=VALUE",
    help="Decide what the file does not: target, data_encoding, date_formats and others. "
    "May be repeated.",
)  # fmt: skip
@click.option(
    "--copy/--no-copy", default=True,
    help="Copy the file into the project, or leave it where it is. Default: copy.",
)  # fmt: skip
@click.option("-y", "--yes", is_flag=True, help="Ask nothing; write what is shown.")
@shared_options.as_json
def describe(**parameters: object) -> None:
    """Say what the data FILE is, and write that down in PROJECT.

    Without PROJECT it only shows: columns, kinds, missing values, the settings that read the
    file and a proposal with reasons. With it, it shows what changes in config.toml and
    schema.toml, and writes that when you agree.
    """
    run(DescribeOptions(**parameters))  # type: ignore[arg-type]


def run(options: DescribeOptions) -> None:
    """Do what the command line says."""
    from mlstarter.cli.own_data import source_path
    from mlstarter.questions.answers_file import parse_pairs
    from mlstarter.questions.terminal import is_interactive, open_terminal

    source = source_path(options.file)
    asks = is_interactive() and not (options.yes or options.as_json)
    terminal = open_terminal() if asks else None
    answers: dict[str, Any] = dict(parse_pairs(options.data))
    if options.project is None:
        _show_file(options, source, answers, terminal)
    else:
        from mlstarter.cli.describe_project import into_project

        into_project(options, source, answers, terminal)


def _show_file(
    options: DescribeOptions, source: Path, answers: dict[str, Any], terminal: Terminal | None
) -> None:
    """Show what a file is; what only its owner knows is left open."""
    import shlex

    from mlstarter.cli.own_data import look
    from mlstarter.console import print_json
    from mlstarter.data.errors import OpenQuestion
    from mlstarter.data.report import as_object, choice_lines, lines
    from mlstarter.data.schema import to_toml

    own: UserData | None = None
    looked_at: Inspection | None = None
    question = None
    try:
        own = look(source, answers, terminal)
        looked_at = own.looked_at
    except OpenQuestion as open_question:
        if open_question.key.startswith("data_"):
            raise
        from mlstarter.data.inspect import inspect

        question, looked_at = open_question, inspect(source, answers)
    proposal = own.proposal if own else None
    if options.as_json and looked_at is not None:
        open_key = {"undecided": question.key if question else None}
        print_json("describe", as_object(looked_at, proposal) | open_key)
        return
    if looked_at is not None and terminal is None:
        echo("\n".join(lines(looked_at)))
    if own is not None:
        echo("\n".join(["", "Proposed", *choice_lines(own.choices)]))
    if question is not None:
        echo(f"\n{question.message} ({question.hint})")
    if proposal is not None and proposal.problem is not None:
        echo(f"\n{proposal.problem.message} ({proposal.problem.hint})")
    if proposal is not None and proposal.schema is not None:
        echo(f"\nschema.toml\n\n{to_toml(proposal.schema, '')}")
    echo(f"\nA project of it: mlstarter new --data-file {shlex.quote(options.file)}")
