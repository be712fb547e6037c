"""Run the benchmarks: ``python -m benchmarks [NAME]...``; all of them without a name.

Each module of this folder with a ``main`` is one; ``python -m benchmarks.NAME`` runs it alone,
with its own options.
"""

from __future__ import annotations

import importlib
import sys
from pathlib import Path

HARNESS = {"__init__", "__main__", "compare"}


def names() -> list[str]:
    """Return the benchmarks there are."""
    return sorted(
        path.stem for path in Path(__file__).parent.glob("*.py") if path.stem not in HARNESS
    )


def main() -> int:
    """Run what the command line names and return an exit status."""
    selection = sys.argv[1:] or names()
    unknown_names = [name for name in selection if name not in names()]
    if unknown_names:
        sys.stderr.write(f"error: no benchmark {unknown_names[0]!r}\nhint: {', '.join(names())}\n")
        return 2
    for name in selection:
        sys.argv = [f"benchmarks.{name}"]
        importlib.import_module(f"benchmarks.{name}").main()
    return 0


if __name__ == "__main__":
    sys.exit(main())
