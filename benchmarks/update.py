"""What `mlstarter update` costs beside `copier update` and `cruft update` of the same project.

One template in two versions, the built-in one with a few edits, and one project of the first with
a student's commit. Each round each tool updates a fresh copy. cruft gets the same files as a
Cookiecutter template. In-process is what a cohort does: plan and keep the result, in one process
that has done it before.
"""

from __future__ import annotations

import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarks.command import parse_rounds, run_alone
from benchmarks.compare import in_turns, report, run
from mlstarter.files import read_tree, write_tree
from mlstarter.project import Project
from mlstarter.sources.builtin import BUNDLE
from mlstarter.update import UpdateRequest, prepare
from mlstarter.update.apply.application import apply_plan

ROUNDS = 11
OURS, IN_PROCESS = "mlstarter update", "mlstarter in-process"
COPIER, CRUFT = "copier update", "cruft update"
EDITED_FILE = "Makefile"


def main(arguments: list[str] | None = None) -> None:
    """Measure and print, after checking that every way brings both sides' edits together."""
    rounds = parse_rounds(__doc__, arguments, ROUNDS)
    with tempfile.TemporaryDirectory(prefix="mlstarter-benchmark-") as work:
        folder = Path(work)
        os.environ |= _identity(folder)
        template = _template(folder)
        project = _project(folder, template)
        here = str(Path(sys.executable).parent)
        os.environ["PATH"] = here + os.pathsep + os.environ["PATH"]

        def ours(number: int) -> None:
            run("mlstarter", "update", str(_copy(project, f"ours{number}")), "--yes")

        def copier(number: int) -> None:
            place = _copy(project, f"copier{number}")
            run("copier", "update", "--quiet", "--defaults", cwd=place)

        ways = {OURS: ours, COPIER: copier}
        if shutil.which("cruft"):
            cruft_project = _cruft_project(folder, project)

            def cruft(number: int) -> None:
                place = _copy(cruft_project, f"cruft{number}")
                run("cruft", "update", "--skip-apply-ask", cwd=place)

            ways[CRUFT] = cruft
        else:
            sys.stdout.write("cruft is not installed (pip install cruft): left out\n")
        times = in_turns(ways, rounds)
        for name in ("ours0", "copier0", *(["cruft0"] if CRUFT in ways else [])):
            _both_edits(folder / name / project.name)
        report("mlstarter update", times, against=COPIER, aim=0.5)
        only = {IN_PROCESS: _in_process(project, rounds), COPIER: times[COPIER]}
        report("mlstarter update, in-process", only, against=COPIER, aim=0.05)


def _identity(folder: Path) -> dict[str, str]:
    config = folder / "gitconfig"
    config.write_text("[user]\n\tname = Ada\n\temail = ada@example.org\n", encoding="utf-8")
    return {"GIT_CONFIG_GLOBAL": str(config), "GIT_CONFIG_NOSYSTEM": "1"}


def _template(folder: Path) -> Path:
    """Return the built-in template as a repository with a newer version of some files."""
    template = folder / "template"
    run("git", "clone", "--quiet", str(BUNDLE), str(template))
    run("git", "tag", "100.0.0", cwd=template)
    for path in sorted(template.glob(f"project/*/{EDITED_FILE}.jinja")):
        path.write_text(path.read_text(encoding="utf-8") + "\n# a newer line\n", encoding="utf-8")
        (path.parent / "NEWS.md").write_text("# News\n", encoding="utf-8")
    run("git", "add", "--all", cwd=template)
    run("git", "commit", "--quiet", "-m", "Newer", cwd=template)
    run("git", "tag", "101.0.0", cwd=template)
    return template


def _project(folder: Path, template: Path) -> Path:
    project = folder / "start" / "flights"
    command = ("new", str(project), "--template", str(template), "--ref", "100.0.0", "--yes")
    run(sys.executable, "-m", "mlstarter", *command)
    _edit(project)
    return project


def _edit(project: Path) -> None:
    """Commit what a student would: an edit in a file that the template changes, and a new one."""
    path = project / EDITED_FILE
    path.write_text("# a student's line\n" + path.read_text(encoding="utf-8"), encoding="utf-8")
    (project / "notes.md").write_text("mine\n", encoding="utf-8")
    run("git", "add", "--all", cwd=project)
    run("git", "commit", "--quiet", "-m", "Mine", cwd=project)


def _cruft_project(folder: Path, project: Path) -> Path:
    """Return a project of the same files that cruft made and the same student edited."""
    template = folder / "cookiecutter"
    inner = template / "{{cookiecutter.name}}"
    inner.mkdir(parents=True)
    answers = {"name": project.name, "_copy_without_render": ["*"]}
    (template / "cookiecutter.json").write_text(json.dumps(answers), encoding="utf-8")
    first = subprocess.run(
        ["git", "rev-list", "--max-parents=0", "HEAD"],
        cwd=project, capture_output=True, check=True, text=True,
    ).stdout.strip()  # fmt: skip
    pristine = folder / "pristine"
    run("git", "worktree", "add", "--quiet", str(pristine), first, cwd=project)
    files = {name: entry for name, entry in read_tree(pristine).items() if name != ".git"}
    run("git", "worktree", "remove", "--force", str(pristine), cwd=project)
    files.pop(".copier-answers.yml", None)
    write_tree(files, inner)
    run("git", "init", "--quiet", "-b", "main", cwd=template)
    run("git", "add", "--all", "--force", cwd=template)
    run("git", "commit", "--quiet", "-m", "One", cwd=template)
    folder_of_cruft = folder / "cruft"
    folder_of_cruft.mkdir()
    run("cruft", "create", str(template), "--no-input", "--output-dir", str(folder_of_cruft))
    path = inner / EDITED_FILE
    path.write_text(path.read_text(encoding="utf-8") + "\n# a newer line\n", encoding="utf-8")
    (inner / "NEWS.md").write_text("# News\n", encoding="utf-8")
    run("git", "add", "--all", "--force", cwd=template)
    run("git", "commit", "--quiet", "-m", "Two", cwd=template)
    project_of_cruft = folder_of_cruft / project.name
    run("git", "init", "--quiet", "-b", "main", cwd=project_of_cruft)
    run("git", "add", "--all", "--force", cwd=project_of_cruft)
    run("git", "commit", "--quiet", "-m", "Start", cwd=project_of_cruft)
    _edit(project_of_cruft)
    return project_of_cruft


def _copy(project: Path, name: str) -> Path:
    """Copy a project in this process, which is not measured."""
    place = project.parent.parent / name / project.name
    shutil.copytree(project, place, symlinks=True)
    return place


def _both_edits(project: Path) -> None:
    text = (project / EDITED_FILE).read_text(encoding="utf-8")
    if "# a student's line" not in text or "# a newer line" not in text:
        raise SystemExit(f"{project}: an edit is missing")


def _in_process(project: Path, rounds: int) -> list[float]:
    """Return the CPU milliseconds of updating copies in this process, git's own included."""
    times = []
    for number in range(-2, rounds):
        place = _copy(project, f"inner{number}")
        before = _cpu()
        plan = prepare(Project.open(place), UpdateRequest(branch="update")).plan
        plan.quarantine.keep()
        plan.close()
        if number >= 0:
            times.append((_cpu() - before) * 1000)
    last = prepare(Project.open(place), UpdateRequest()).plan
    apply_plan(last)
    last.close()
    _both_edits(place)
    return times


def _cpu() -> float:
    """Return the CPU seconds of this process and its finished children."""
    usages = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(usage.ru_utime + usage.ru_stime for usage in usages)


if __name__ == "__main__":
    run_alone(main)
