"""What a class costs to render: one project after another, beside Copier's ``run_copy`` for each.

Every project of the class has answers of its own. The work is done in processes of their own, which
import what they need; the figure is what one more project adds to a class of ``CLASS``.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarks.command import parse_rounds, run_alone
from benchmarks.compare import in_turns, report, run
from mlstarter.sources.builtin import BUNDLE

ROUNDS = 3
CLASS = 100
COPIES = 2  # projects that Copier makes a round; it costs much the same for each

OURS = f"""
from mlstarter import engines, questions, sources
template = sources.resolve()
asked = questions.load(template)
for number in range({CLASS}):
    given = {{"project_name": f"flights {{number}} x", "author_name": f"Student {{number}}"}}
    engines.render(template, questions.complete(asked, given))
"""
THEIRS = f"""
import sys
from copier import run_copy
for number in range({COPIES}):
    given = {{"project_name": f"flights {{number}} x", "author_name": f"Student {{number}}"}}
    run_copy(sys.argv[1], f"{{sys.argv[2]}}/{{number}}", data=given, defaults=True, quiet=True)
"""


def main(arguments: list[str] | None = None) -> None:
    """Measure and print, for one project each."""
    rounds = parse_rounds(__doc__, arguments, ROUNDS)
    with tempfile.TemporaryDirectory(prefix="mlstarter-benchmark-") as work:
        template = Path(work) / "template"
        run("git", "clone", "--quiet", str(BUNDLE), str(template))

        def ours(_: int) -> None:
            subprocess.run([sys.executable, "-c", OURS], check=True)

        def theirs(number: int) -> None:
            out = Path(work) / f"out{number}"
            subprocess.run(
                [sys.executable, "-W", "ignore", "-c", THEIRS, template, out], check=True
            )

        times = in_turns(
            {"mlstarter, questions and render": ours, "copier run_copy": theirs}, rounds
        )
    shares = {"mlstarter, questions and render": CLASS, "copier run_copy": COPIES}
    each = {name: [value / shares[name] for value in values] for name, values in times.items()}
    report("one project of a class", each, against="copier run_copy", aim=0.05)


if __name__ == "__main__":
    run_alone(main)
