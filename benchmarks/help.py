"""What ``mlstarter --help`` costs beside Python starting and doing nothing."""

from __future__ import annotations

import sys

from benchmarks.compare import in_turns, report, run

ROUNDS = 30


def main() -> None:
    """Measure and print."""
    times = in_turns(
        {
            "mlstarter --help": lambda _: run(sys.executable, "-m", "mlstarter", "--help"),
            "import click": lambda _: run(sys.executable, "-c", "import click"),
            "python -c pass": lambda _: run(sys.executable, "-c", "pass"),
        },
        ROUNDS,
    )
    report("mlstarter --help", times, against="python -c pass", aim=7)


if __name__ == "__main__":
    main()
