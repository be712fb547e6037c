"""Run benchmarks: ``python -m benchmarks [NAME]...``; without a name, what the command line costs.

Each module of this folder with a ``main`` is one; ``python -m benchmarks.NAME --help`` shows what
it measures and its own options. One that lacks something is skipped with a sentence, one that fails
is named, and the others run.
"""

from __future__ import annotations

import importlib
import subprocess
import sys
import traceback
from pathlib import Path

from benchmarks.command import Unavailable

HARNESS = {"__init__", "__main__", "command", "compare"}
# What runs only where it is named, and why.
BY_NAME = {
    "data": "makes a project and an environment to read a file in",
    "gpu": "needs arguments: a folder, and what to do there",
    "hostile": "needs arguments: a project with a promoted model",
    "noisy_words": "needs arguments: a trained speech project",
    "recorded_words": "needs arguments: a speech project",
    "serve": "makes and trains a project, and environments for two other servers",
    "site": "makes and trains a project",
    "speech": "makes a project and trains it three times: half an hour",
}


def names() -> list[str]:
    """Return the benchmarks there are."""
    return sorted(
        path.stem for path in Path(__file__).parent.glob("*.py") if path.stem not in HARNESS
    )


def main() -> int:
    """Run what the command line names and return an exit status: 1 where one of them failed."""
    selection = sys.argv[1:] or [name for name in names() if name not in BY_NAME]
    unknown_names = [name for name in selection if name not in names()]
    if unknown_names:
        sys.stderr.write(f"error: no benchmark {unknown_names[0]!r}\nhint: {', '.join(names())}\n")
        return 2
    print(f"Runs {', '.join(selection)}.")
    if not sys.argv[1:]:
        print("By name alone, as in `python -m benchmarks.serve --help`:")
        for name, reason in BY_NAME.items():
            print(f"  {name:15} {reason}")
    failures = [name for name in selection if not run(name)]
    if failures:
        sys.stderr.write(f"error: failed: {', '.join(failures)}\n")
    return 1 if failures else 0


def run(name: str) -> bool:
    """Run one benchmark without arguments; return whether it went well or could not be run here."""
    print(f"\n== {name}", flush=True)
    try:
        importlib.import_module(f"benchmarks.{name}").main([])
    except Unavailable as reason:
        print(f"skipped: {reason}")
    except SystemExit as stop:
        if stop.code == 2:  # argparse has said what is missing
            print(f"skipped: it needs arguments, see python -m benchmarks.{name} --help")
            return True
        print(stop, file=sys.stderr)
        return False
    except Exception as error:
        foreign = isinstance(error, ModuleNotFoundError) and error.name
        if foreign and not foreign.startswith(("benchmarks", "mlstarter")):
            print(f"skipped: {foreign} is not installed")
            return True
        traceback.print_exception(error)
        if isinstance(error, subprocess.CalledProcessError) and error.stderr:
            print(error.stderr.decode(errors="replace")[-500:], file=sys.stderr)
        return False
    return True


if __name__ == "__main__":
    sys.exit(main())
