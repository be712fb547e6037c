"""What ``mlstarter --help`` costs beside Python starting and doing nothing."""

from __future__ import annotations

import sys

from benchmarks.command import parse_rounds, run_alone
from benchmarks.compare import in_turns, report, run

ROUNDS = 30


def main(arguments: list[str] | None = None) -> None:
    """Measure and print."""
    number = parse_rounds(__doc__, arguments, ROUNDS)
    times = in_turns(
        {
            "mlstarter --help": lambda _: run(sys.executable, "-m", "mlstarter", "--help"),
            "import click": lambda _: run(sys.executable, "-c", "import click"),
            "python -c pass": lambda _: run(sys.executable, "-c", "pass"),
        },
        number,
    )
    report("mlstarter --help", times, against="python -c pass", aim=7)


if __name__ == "__main__":
    run_alone(main)
