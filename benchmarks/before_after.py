"""What the command line costs beside an earlier commit of it, verb by verb.

    python -m benchmarks.before_after [--before COMMIT] [--rounds 7] [--students 20]

Both run in this environment, with the same libraries, and do the same work: they render release
0.1.0 of the built-in template, which both carry; `update` brings other answers. What is updated
from a folder, and a class, has that release as a template of somebody else's, with a newer version
of one file. A pair is measured at one moment, and takes turns at going first. A class is on
repositories of this machine; its figures are of the whole command.
"""

from __future__ import annotations

import io
import json
import os
import platform
import shutil
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from statistics import median, quantiles

from benchmarks.cohort import commit_as_student
from benchmarks.command import Unavailable, make_parser, round_count, run_alone
from benchmarks.compare import children_cpu, run

ROOT = Path(__file__).parents[1]
# The commit before the rework of the sources that the changelog tells of.
BEFORE = "346b0f7"
RELEASE = "0.1.0"
AIM = 1.05
OLD, NEW = "100.0.0", "101.0.0"


@dataclass(frozen=True)
class Side:
    """One of the two programs: its sources, and a folder with its caches and what it makes."""

    source: Path
    folder: Path

    def run(self, *command: str) -> None:
        """Run a command line of this program; raises SystemExit with its words when it fails."""
        environment = {
            "PYTHONPATH": str(self.source),
            # As after an installation: compiled once, in the round that warms up.
            "PYTHONDONTWRITEBYTECODE": "",
            "MLSTARTER_CACHE_DIR": str(self.folder / "cache"),
            "XDG_CACHE_HOME": str(self.folder / "cache"),
            "XDG_STATE_HOME": str(self.folder / "state"),
        }
        try:
            run(sys.executable, "-m", "mlstarter", *command, env=environment)
        except subprocess.CalledProcessError as error:
            words = error.stderr.decode(errors="replace")[-500:]
            raise SystemExit(f"{self.folder.name}: {' '.join(command)} failed: {words}") from None


@dataclass(frozen=True)
class Step:
    """A verb: what is measured, and what has to be there first, which is not."""

    name: str
    measure: Callable[[Side, Path], None]
    prepare: Callable[[Side, Path], None] = lambda _side, _place: None


def main(arguments: list[str] | None = None) -> None:
    """Measure every verb in pairs and print their ratios."""
    parser = make_parser(__doc__)
    parser.add_argument("--before", default=BEFORE, metavar="COMMIT")
    parser.add_argument("--rounds", type=round_count, default=7)
    parser.add_argument("--students", type=int, default=20)
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="mlstarter-benchmark-") as work:
        folder = Path(work)
        _surround(folder)
        before = Side(_sources(options.before, folder / "before"), folder / "before")
        after = Side(_sources("", folder / "after"), folder / "after")
        template = _template(folder, after.source)
        steps = [*_one_project(template), *_course(template, options.students)]
        pairs = _pairs((before, after), steps, options.rounds)
    _report(pairs, options.before)


def _surround(folder: Path) -> None:
    """Give git an identity, and no settings of this machine's."""
    config = folder / "gitconfig"
    config.write_text("[user]\n\tname = Ada\n\temail = ada@example.org\n", encoding="utf-8")
    os.environ |= {"GIT_CONFIG_GLOBAL": str(config), "GIT_CONFIG_NOSYSTEM": "1"}


def _sources(commit: str, folder: Path) -> Path:
    """Return a copy of the sources of a commit, or of the working ones for ""."""
    source = folder / "src"
    if not commit:
        shutil.copytree(ROOT / "src", source, ignore=shutil.ignore_patterns("__pycache__"))
        return source
    process = subprocess.run(
        ["git", "archive", commit, "src"], cwd=ROOT, check=False, capture_output=True
    )
    if process.returncode != 0:
        raise Unavailable(f"commit {commit} is not here: fetch the whole history of git")
    with tarfile.open(fileobj=io.BytesIO(process.stdout)) as archive:
        archive.extractall(folder, filter="data")
    return source


def _template(folder: Path, source: Path) -> Path:
    """Return release 0.1.0 as a repository with a newer version of one file."""
    template = folder / "template"
    bundle = source / "mlstarter" / "sources" / "templates.bundle"
    run("git", "clone", "--quiet", str(bundle), str(template))
    run("git", "checkout", "--quiet", "-b", "newer", f"refs/tags/{RELEASE}", cwd=template)
    for tag in subprocess.run(
        ["git", "tag"], cwd=template, check=True, capture_output=True, text=True
    ).stdout.split():
        run("git", "tag", "--delete", tag, cwd=template)
    run("git", "tag", OLD, cwd=template)
    for path in sorted(template.glob("project/*/Makefile.jinja")):
        path.write_text(path.read_text(encoding="utf-8") + "\n# newer\n", encoding="utf-8")
    run("git", "commit", "--quiet", "--all", "-m", "Newer", cwd=template)
    run("git", "tag", NEW, cwd=template)
    return template


def _one_project(template: Path) -> Iterator[Step]:
    """The verbs of one student: `--help`, `new` and `update`."""

    answers = ("--to", RELEASE, "--data", "author_name=Grace")

    def work(place: Path) -> None:
        (place / "notes.md").write_text("mine\n", encoding="utf-8")
        run("git", "add", "--all", cwd=place)
        run("git", "commit", "--quiet", "-m", "Work", cwd=place)

    def project_of_folder(side: Side, place: Path) -> None:
        command = ("new", str(place / "mine"), "--template", str(template), "--ref", OLD, "--yes")
        side.run(*command)
        work(place / "mine")

    yield Step("help", lambda side, _: side.run("--help"))
    yield Step(
        "new", lambda side, place: side.run("new", str(place / "new"), "--ref", RELEASE, "--yes")
    )
    yield Step(
        "update --dry-run",
        lambda side, place: side.run("update", str(place / "new"), *answers, "--dry-run"),
        lambda _, place: work(place / "new"),
    )
    yield Step(
        "update", lambda side, place: side.run("update", str(place / "new"), *answers, "--yes")
    )
    yield Step(
        "update from a folder",
        lambda side, place: side.run("update", str(place / "mine"), "--yes"),
        project_of_folder,
    )


def _course(template: Path, size: int) -> Iterator[Step]:
    """The verbs of a class whose students have a commit of their own each."""
    students = [f"s{number:05}" for number in range(size)]

    def call(side: Side, place: Path, verb: str, *options: str) -> None:
        roster = place / "roster.csv"
        roster.write_text("\n".join(["student_id", *students, ""]), encoding="utf-8")
        side.run(
            *("cohort", verb, str(roster), "--course-run", "benchmark"),
            *("--template", str(template), "--ref", OLD, "--jobs", "2"),
            *("--remote", f"file://{place}/srv/{{student_id}}.git"),
            *("--journal", str(place / "journal.sqlite"), *options),
        )

    def work(_: Side, place: Path) -> None:
        for student in students:
            commit_as_student(place / "srv" / f"{student}.git")

    yield Step("cohort create", lambda side, place: call(side, place, "create"))
    yield Step("cohort status", lambda side, place: call(side, place, "status"), work)
    yield Step("cohort update", lambda side, place: call(side, place, "update", "--to", NEW))


def _pairs(
    sides: tuple[Side, Side], steps: list[Step], rounds: int
) -> dict[str, list[tuple[float, float]]]:
    """Return the CPU milliseconds of every step, before and after, of each round but the first.

    The steps of a round build on one another; the first round warms caches.
    """
    pairs: dict[str, list[tuple[float, float]]] = {step.name: [] for step in steps}
    for number in range(-1, rounds):
        places = {side: side.folder / f"round{number}" for side in sides}
        for place in places.values():
            place.mkdir()
        for step in steps:
            times = {}
            # Neither side is always the one after the disk was busy.
            for side in sides if number % 2 else reversed(sides):
                step.prepare(side, places[side])
                start = children_cpu()
                step.measure(side, places[side])
                times[side] = (children_cpu() - start) * 1000
            if number >= 0:
                pairs[step.name].append((times[sides[0]], times[sides[1]]))
        for place in places.values():
            shutil.rmtree(place)
    return pairs


def _report(pairs: dict[str, list[tuple[float, float]]], before: str) -> None:
    """Print a table in Markdown, and the same as a line of JSON."""
    sys.stdout.write("| verb | before | after | ratio | middle half |\n|---|---|---|---|---|\n")
    rows = {}
    for name, times in pairs.items():
        ratios = [after / earlier for earlier, after in times]
        low, _, high = quantiles(ratios, n=4)
        one, other = (median(values) for values in zip(*times, strict=True))
        rows[name] = {
            "before_ms": round(one, 1),
            "after_ms": round(other, 1),
            "ratio": round(median(ratios), 2),
            "low": round(low, 2),
            "high": round(high, 2),
        }
        sys.stdout.write(
            f"| `{name}` | {one:.0f} ms | {other:.0f} ms | {median(ratios):.2f} "
            f"| {low:.2f} to {high:.2f} |\n"
        )
    sys.stdout.write(f"aim: at most {AIM:g}\n")
    machine = {"python": platform.python_version(), "cores": os.cpu_count()}
    document = {"benchmark": "before_after", "before": before, "aim": AIM, "rows": rows} | machine
    sys.stdout.write(json.dumps(document) + "\n")


if __name__ == "__main__":
    run_alone(main)
