"""The command line: one verb per file; each parses, calls and prints.

This is the only package that prints or exits. ``main`` alone turns errors into text: one
``error:`` line, one ``hint:`` line, and an ``ExitStatus``.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from contextlib import suppress
from typing import NoReturn

import click

from mlstarter import __version__
from mlstarter.cli import streams
from mlstarter.cli.lazy import LazyGroup
from mlstarter.errors import ExitStatus

VERBS = {
    "new": ("mlstarter.cli.new", "new", "Start a project."),
    "describe": (
        "mlstarter.cli.describe",
        "describe",
        "Say what a data file is, and how to read it.",
    ),
    "update": ("mlstarter.cli.update", "update", "Bring a newer template into a project."),
    "check": ("mlstarter.cli.check", "check", "Say whether a project is fit to be shown."),
    "list": ("mlstarter.cli.list", "list_", "List types, presets, versions or questions."),
    "doctor": ("mlstarter.cli.doctor", "doctor", "Check what this machine has and lacks."),
    "template": ("mlstarter.cli.template", "template", "Write a template of one's own."),
    "cohort": ("mlstarter.cli.cohort", "cohort", "Projects for a whole class."),
    "completion": ("mlstarter.cli.completion", "completion", "Print a shell's completion script."),
}


@click.group(
    cls=LazyGroup,
    table=VERBS,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(__version__, "-V", "--version", prog_name="mlstarter")
@click.option("--debug", is_flag=True, help="Show a traceback with an error.")
def root(debug: bool) -> None:
    """Machine-learning portfolio projects that work on arrival and stay up to date."""
    del debug  # read by run(), which also sees errors that come before this function


def main(argv: Sequence[str] | None = None) -> NoReturn:
    """Run the command line and exit with its status."""
    sys.exit(run(sys.argv[1:] if argv is None else argv))


def run(argv: Sequence[str]) -> int:
    """Run the command line and return its exit status."""
    streams.prepare()
    debug = "--debug" in argv[:1] or bool(os.environ.get("MLSTARTER_DEBUG"))
    try:
        status = root.main([*argv], prog_name="mlstarter", standalone_mode=False)
        sys.stdout.flush()
    except Exception as error:
        if debug and not isinstance(error, click.exceptions.Exit | click.Abort):
            raise
        return _explain(error)
    except KeyboardInterrupt:
        return _report_interruption()
    except SystemExit as stop:
        from mlstarter.interrupts import Termination

        if isinstance(stop, Termination):
            raise
        # click itself ends only where the reader of our output has gone (`mlstarter new | head`).
        streams.discard_output()
        return 0
    return status if isinstance(status, int) else 0


def _explain(error: Exception) -> int:
    """Print what went wrong as two lines and return the exit status."""
    if isinstance(error, click.exceptions.Exit):
        return error.exit_code
    if isinstance(error, click.Abort | EOFError):
        return _report_interruption()
    if isinstance(error, click.exceptions.NoArgsIsHelpError) and error.ctx is not None:
        # `mlstarter` alone asks what there is: that is no mistake.
        from mlstarter.console import echo

        echo(error.ctx.get_help())
        return 0
    from mlstarter.cli import failures

    if isinstance(error, click.ClickException):
        return _fail(*failures.wrong_usage(error))
    if isinstance(error, BrokenPipeError):
        # Whoever reads our output has seen enough (`mlstarter list | head`).
        streams.discard_output()
        return 0
    try:
        sys.stdout.flush()
    except (OSError, ValueError):
        # Or Python would try once more, and end with a traceback of its own.
        streams.discard_output()
    return _fail(*failures.sentences(error))


def _fail(message: str, hint: str | None, status: int) -> int:
    """Print the ``error:`` and ``hint:`` lines on stderr, in colour on a terminal."""
    from mlstarter.console import echo

    # One line each: what a message quotes may hold line ends, and pose as the next line. Where
    # nobody can read it any more the exit status says it.
    with suppress(OSError):
        echo(f" {' '.join(message.splitlines())}", head="error:", colour="red", err=True)
        if hint:
            echo(f" {' '.join(hint.splitlines())}", head="hint:", colour="cyan", err=True)
    return status


def _report_interruption() -> int:
    from mlstarter.console import echo

    echo("interrupted", err=True)
    return ExitStatus.INTERRUPTED
