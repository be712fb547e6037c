"""The command line: one verb per file; each parses, calls and prints.

This is the only package that prints or exits. ``main`` alone turns errors into text: one
``error:`` line, one ``hint:`` line, and the exit status 0 (done), 1 (failed), 2 (wrong usage),
3 (done but needs attention) or 130 (interrupted).
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from typing import NoReturn

import click

from mlstarter import __version__
from mlstarter.cli.lazy import LazyGroup
from mlstarter.errors import MlstarterError

INTERRUPTED = 130

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
    debug = "--debug" in argv[:1] or bool(os.environ.get("MLSTARTER_DEBUG"))
    try:
        status = root.main([*argv], prog_name="mlstarter", standalone_mode=False)
        sys.stdout.flush()
    except Exception as error:
        if debug and not isinstance(error, click.exceptions.Exit | click.Abort):
            raise
        return _explain(error)
    except KeyboardInterrupt:
        return _interrupted()
    return status if isinstance(status, int) else 0


def _explain(error: Exception) -> int:
    """Print what went wrong as two lines and return the exit status."""
    if isinstance(error, click.exceptions.Exit):
        return error.exit_code
    if isinstance(error, click.Abort | EOFError):
        return _interrupted()
    if isinstance(error, click.ClickException):
        return _wrong_usage(error)
    if isinstance(error, BrokenPipeError):
        # Whoever reads our output has seen enough (`mlstarter list | head`).
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    return _fail(*_sentences(error))


def _sentences(error: Exception) -> tuple[str, str | None, int]:
    """Return what went wrong, the hint, and the exit status."""
    if isinstance(error, MlstarterError):
        return error.message, error.hint, error.exit_status
    if isinstance(error, OSError):
        where = f" ({error.filename})" if error.filename else ""
        reason = (error.strerror or str(error)).rstrip(".")
        return f"{reason}{where}.", "`mlstarter doctor` checks disk and permissions", 1
    return (
        f"Something unexpected went wrong ({type(error).__name__}: {error}).",
        "run `mlstarter --debug ...` again and report what it prints",
        1,
    )


def _wrong_usage(error: click.ClickException) -> int:
    message = error.format_message()
    context = getattr(error, "ctx", None)
    command = context.command_path if context is not None else "mlstarter"
    hint = f"`{command} --help` shows the options"
    near = getattr(error, "possibilities", None)
    if isinstance(error, click.NoSuchOption):
        message = f'There is no option "{error.option_name}".'
        hint = f'did you mean "{sorted(near)[0]}"?' if near else hint
    return _fail(message, hint, error.exit_code)


def _fail(message: str, hint: str | None, status: int) -> int:
    """Print the ``error:`` and ``hint:`` lines on stderr, in colour on a terminal."""
    click.echo(f"{click.style('error:', fg='red', bold=True)} {message}", err=True)
    if hint:
        click.echo(f"{click.style('hint:', fg='cyan', bold=True)} {hint}", err=True)
    return status


def _interrupted() -> int:
    click.echo("interrupted", err=True)
    return INTERRUPTED
