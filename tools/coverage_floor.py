"""Hold coverage.py's report to what this project asks of it: lines in all, and of each module."""

from __future__ import annotations

import json
import sys
from pathlib import Path

OVERALL = 90.0
EACH = 80.0


def main(report: str) -> int:
    """Print the modules below the floor and the total; return the exit status."""
    content = json.loads(Path(report).read_text(encoding="utf-8"))
    total = content["totals"]["percent_covered"]
    low = {
        name: file["summary"]["percent_covered"]
        for name, file in content["files"].items()
        if file["summary"]["percent_covered"] < EACH
    }
    for name, percent in sorted(low.items(), key=lambda item: item[1]):
        sys.stdout.write(f"{percent:5.1f} %  {name}\n")
    sys.stdout.write(f"{total:5.1f} %  of all lines; {len(low)} modules below {EACH:.0f} %\n")
    return int(total < OVERALL or bool(low))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
