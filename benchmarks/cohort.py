"""What a class costs: create and update a student, beside doing it with Copier and git in a loop.

    python -m benchmarks.cohort [--sizes 10 100 1000 10000] [--loops 5]

Creating ends with a pushed repository in all three ways: ``mlstarter cohort create``, the floor
(``cp -r``, ``git init/add/commit``, ``git push``) and ``copier copy`` alone, which does less. For
the update every student has a commit of their own; the loop is ``copier update`` in a clone,
again without the push that ours includes. The CPU of a student may not grow with the class, nor
the memory of the process.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from benchmarks.command import make_parser, run_alone
from benchmarks.compare import children_cpu, run
from mlstarter.sources.builtin import BUNDLE

AIM = 20


@dataclass(frozen=True)
class Cost:
    """CPU milliseconds a student and the largest process's memory in MB."""

    cpu_ms: float
    memory_mb: float


def main(arguments: list[str] | None = None) -> None:
    """Measure every size and print ratios to the loops of the same run."""
    parser = make_parser(__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=[10])
    parser.add_argument("--loops", type=int, default=5)
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="mlstarter-benchmark-") as work:
        folder = Path(work)
        _surround(folder)
        template = _template(folder)
        loops = _loops(folder, template, options.loops)
        _say_loops(loops)
        rows: dict[int, dict[str, Cost]] = {}
        for size in options.sizes:
            rows[size] = _class(folder, template, size)
            _say_class(size, rows[size], loops)
    _finish(rows, loops)


def _surround(folder: Path) -> None:
    config = folder / "gitconfig"
    config.write_text(
        "[user]\n\tname = Ada\n\temail = ada@example.org\n[init]\n\tdefaultBranch = main\n",
        encoding="utf-8",
    )
    here = str(Path(sys.executable).parent)
    os.environ |= {
        "GIT_CONFIG_GLOBAL": str(config),
        "GIT_CONFIG_NOSYSTEM": "1",
        "PATH": here + os.pathsep + os.environ["PATH"],
        "XDG_CACHE_HOME": str(folder / "cache"),
    }


def _template(folder: Path) -> Path:
    """Return the built-in template as a repository with a newer version of one file."""
    template = folder / "template"
    run("git", "clone", "--quiet", str(BUNDLE), str(template))
    run("git", "tag", "100.0.0", cwd=template)
    for path in sorted(template.glob("project/*/Makefile.jinja")):
        path.write_text(path.read_text(encoding="utf-8") + "\n# newer\n", encoding="utf-8")
    run("git", "commit", "--quiet", "--all", "-m", "Newer", cwd=template)
    run("git", "tag", "101.0.0", cwd=template)
    return template


def _loops(folder: Path, template: Path, count: int) -> dict[str, float]:
    """Return the CPU milliseconds a project of doing it one by one."""
    place = folder / "loops"
    place.mkdir()
    copy = ("copier", "copy", "--quiet", "--defaults", "--vcs-ref", "100.0.0", str(template))
    run(*copy, str(place / "warm"))
    costs: dict[str, float] = {}
    before = children_cpu()
    for number in range(count):
        run(*copy, str(place / f"c{number}"))
    costs["copier copy"] = (children_cpu() - before) / count * 1000
    before = children_cpu()
    for number in range(count):
        project, remote = place / f"f{number}", place / f"f{number}.git"
        run("git", "init", "--quiet", "--bare", str(remote))
        run("cp", "-r", str(place / "warm"), str(project))
        run("git", "init", "--quiet", cwd=project)
        run("git", "add", "--all", cwd=project)
        run("git", "commit", "--quiet", "-m", "Start", cwd=project)
        run("git", "push", "--quiet", f"file://{remote}", "main", cwd=project)
    costs["cp, git init/add/commit, push"] = (children_cpu() - before) / count * 1000
    for number in range(count):
        (place / f"f{number}" / "notes.md").write_text("mine\n", encoding="utf-8")
        run("git", "add", "--all", cwd=place / f"f{number}")
        run("git", "commit", "--quiet", "-m", "Work", cwd=place / f"f{number}")
    before = children_cpu()
    for number in range(count):
        run("copier", "update", "--quiet", "--defaults", cwd=place / f"f{number}")
    costs["copier update"] = (children_cpu() - before) / count * 1000
    return costs


def _class(folder: Path, template: Path, size: int) -> dict[str, Cost]:
    place = folder / f"class-{size}"
    place.mkdir()
    students = [f"s{number:05}" for number in range(size)]
    roster = place / "roster.csv"
    roster.write_text("\n".join(["student_id", *students, ""]), encoding="utf-8")
    common = (
        *(str(roster), "--course-run", "benchmark", "--template", str(template)),
        *("--remote", f"file://{place}/srv/{{student_id}}.git", "--jobs", "2"),
        *("--journal", str(place / "journal.sqlite")),
    )
    start = _cost(1, "mlstarter", "cohort", "create", *common, "--ref", "100.0.0", "--dry-run")
    costs = {
        "create": _cost(size, "mlstarter", "cohort", "create", *common, "--ref", "100.0.0"),
    }
    for student in students:
        commit_as_student(place / "srv" / f"{student}.git")
    costs["update"] = _cost(size, "mlstarter", "cohort", "update", *common, "--to", "101.0.0")
    costs["start"] = start
    shutil.rmtree(place)
    return costs


def commit_as_student(repository: Path) -> None:
    """Commit one file as a student would, without a work tree."""
    stream = (
        "commit refs/heads/main\ncommitter S <s@example.org> 1767225600 +0000\ndata 4\nWork\n"
        "from refs/heads/main^0\nM 100644 inline notes.md\ndata 5\nmine\n\n"
    )
    subprocess.run(
        ["git", "fast-import", "--quiet"],
        cwd=repository,
        input=stream.encode(),
        check=True,
        capture_output=True,
    )


def _cost(size: int, *command: str) -> Cost:
    """Run a command and return what it and its children used, for each of ``size`` students."""
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    assert process.stderr is not None
    arguments = process.stderr.read()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        raise SystemExit(f"{command[:3]} failed: {arguments.decode()[-500:]}")
    return Cost((usage.ru_utime + usage.ru_stime) / size * 1000, usage.ru_maxrss / 1024)


def _say_loops(loops: dict[str, float]) -> None:
    sys.stdout.write("\nA class, CPU a student\n")
    for name, value in loops.items():
        sys.stdout.write(f"  {name:30} {value:9.1f} ms\n")
    sys.stdout.flush()


def _say_class(size: int, costs: dict[str, Cost], loops: dict[str, float]) -> None:
    """Print one size at once: the next may take an hour."""
    for verb, against in (("create", "copier copy"), ("update", "copier update")):
        cost = costs[verb]
        sys.stdout.write(
            f"  {'cohort ' + verb + f', N = {size}':30} {cost.cpu_ms:9.1f} ms"
            f"  {loops[against] / cost.cpu_ms:5.1f} times less than {against}"
            f"  {cost.memory_mb:6.0f} MB\n"
        )
    sys.stdout.flush()


def _finish(rows: dict[int, dict[str, Cost]], loops: dict[str, float]) -> None:
    sys.stdout.write(f"  aim: at least {AIM} times less than the loop\n")
    document = {
        "benchmark": "cohort",
        "aim": AIM,
        "loops": loops,
        "rows": {
            size: {verb: vars(cost) for verb, cost in costs.items()} for size, costs in rows.items()
        },
    }
    sys.stdout.write(json.dumps(document) + "\n")


if __name__ == "__main__":
    run_alone(main)
