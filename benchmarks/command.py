"""What the command lines of all benchmarks have in common."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable


class Unavailable(Exception):
    """Something that a benchmark needs is not here; the message says what, in one sentence."""


def make_parser(description: str | None) -> argparse.ArgumentParser:
    """Return a parser whose ``--help`` shows the module's docstring as it is written."""
    return argparse.ArgumentParser(
        description=description, formatter_class=argparse.RawDescriptionHelpFormatter
    )


def round_count(text: str) -> int:
    """Return a number of rounds: at least two, as the middle half of them is reported."""
    number = int(text)
    if number < 2:
        raise argparse.ArgumentTypeError("at least 2 rounds are needed")
    return number


def parse_rounds(description: str | None, arguments: list[str] | None, default: int) -> int:
    """Return the ``--rounds`` of a benchmark that has no other option."""
    parser = make_parser(description)
    parser.add_argument("--rounds", type=round_count, default=default)
    number: int = parser.parse_args(arguments).rounds
    return number


def run_alone(main: Callable[[], None]) -> None:
    """Run one benchmark from its command line; what it lacks is one sentence, and status 1."""
    try:
        main()
    except Unavailable as reason:
        sys.exit(f"error: {reason}")
