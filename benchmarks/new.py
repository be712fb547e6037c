"""What ``mlstarter new`` costs beside ``copier copy`` and git, of the same template.

Both write the same files with the same answers and end with a repository that has one commit.
Copier gets the template's released version from a local clone of the bundle, so that neither
touches the network.
"""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

from benchmarks.command import parse_rounds, run_alone
from benchmarks.compare import in_turns, report, run
from mlstarter.files import read_tree
from mlstarter.sources.builtin import BUNDLE

ROUNDS = 15
# The author as well: ours would take the name that git knows on this machine.
ANSWERS = ("project_name=flights", "author_name=Ada")
GIT = {f"GIT_{role}_{part}": value for role in ("AUTHOR", "COMMITTER")
       for part, value in (("NAME", "Ada"), ("EMAIL", "ada@example.org"))}  # fmt: skip


def main(arguments: list[str] | None = None) -> None:
    """Measure and print, after checking that both ways give the same files."""
    rounds = parse_rounds(__doc__, arguments, ROUNDS)
    with tempfile.TemporaryDirectory(prefix="mlstarter-benchmark-") as work:
        folder = Path(work)
        template = folder / "template"
        run("git", "clone", "--quiet", str(BUNDLE), str(template))
        here = str(Path(sys.executable).parent)
        env = {**GIT, "PATH": here + os.pathsep + os.environ["PATH"]}

        def ours(number: int) -> None:
            run(
                *("mlstarter", "new", str(folder / f"ours{number}" / "flights"), "--yes"),
                *(word for answer in ANSWERS for word in ("--data", answer)),
                env=env,
            )

        def theirs(number: int) -> None:
            project = folder / f"theirs{number}" / "flights"
            run(
                *("copier", "copy", "--quiet", "--defaults"),
                *(word for answer in ANSWERS for word in ("--data", answer)),
                *(str(template), str(project)),
                env=env,
            )
            run("git", "init", "--quiet", cwd=project)
            run("git", "add", "--all", cwd=project)
            run("git", "commit", "--quiet", "-m", "Start", cwd=project, env=env)

        names = ("mlstarter new", "copier copy + git init/add/commit")
        times = in_turns(dict(zip(names, (ours, theirs), strict=True)), rounds)
        _same(folder / "ours0" / "flights", folder / "theirs0" / "flights")
        report("mlstarter new", times, against=names[1], aim=1)


def _same(ours: Path, theirs: Path) -> None:
    """Fail where the two ways do not give the same files; only where they came from differs."""
    one, other = dict(read_tree(ours)), dict(read_tree(theirs))
    for tree in (one, other):
        tree.pop(".copier-answers.yml")
    if one != other:
        raise SystemExit("the two ways do not write the same files")


if __name__ == "__main__":
    run_alone(main)
