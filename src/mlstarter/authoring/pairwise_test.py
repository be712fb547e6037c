"""``template test``: make a project for every pair of answers and look at each."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from mlstarter import engines, questions, watchdog
from mlstarter.authoring.answer_combinations import answer_sets, describe, plainer
from mlstarter.authoring.file_syntax import parse_fault
from mlstarter.engines.path_safety import UnfitName
from mlstarter.errors import MlstarterError
from mlstarter.files import TemporaryFolder
from mlstarter.new import create
from mlstarter.programs import run_program
from mlstarter.sources.template import Template
from mlstarter.tree import SYMLINK

Progress = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Outcome:
    """One project: what its answers were, how many files it has, and what is wrong with it."""

    answers: str
    files: int
    faults: tuple[str, ...]


def check_matrix(
    template: Template,
    *,
    trust: bool = False,
    command: str | None = None,
    progress: Progress | None = None,
) -> list[Outcome]:
    """Return the outcome for the defaults and for sets that cover every pair of answers.

    A project is at fault when it cannot be rendered, differs when rendered again, holds a file
    that is not what its name says, or when ``command`` (run by the shell in the project's folder)
    fails in it.
    """
    readable = engines.with_trust(template if trust else template.without_code(), trust)
    questionnaire = questions.load(readable)
    sets = answer_sets(questionnaire, odd=True)
    outcomes = []
    for answers in sets:
        label = describe(answers, sets[0])
        if progress:
            progress(label)
        try:
            try:
                tree = create.plan(readable, answers)
            except UnfitName:
                answers = plainer(questionnaire, answers)  # noqa: PLW2901 - the same set, with other texts
                tree = create.plan(readable, answers)
            faults = [
                f"{path} {fault}"
                for path, entry in tree.items()
                if entry.mode != SYMLINK and (fault := parse_fault(path, entry.data))
            ]
            if create.plan(readable, answers) != tree:
                faults.append("a second render differs: it depends on the moment")
            if command:
                faults += _run(command, readable, answers)
        except MlstarterError as error:
            outcomes.append(Outcome(label, 0, (error.message,)))
            continue
        outcomes.append(Outcome(label, len(tree), tuple(faults)))
    return outcomes


def _run(command: str, template: Template, answers: questions.Answers) -> list[str]:
    with TemporaryFolder(prefix="mlstarter-test-") as work:
        watchdog.tidy_up(work)
        project = create.create(Path(work) / "project", template, answers)
        result = run_program(  # noqa: S604 - the template's author wrote the command
            command,
            cwd=project.path,
            shell=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        if result.returncode == 0:
            return []
        output = (result.stdout + result.stderr).decode("utf-8", "replace").strip().splitlines()
        return [f"`{command}` ended with {result.returncode}: {' / '.join(output[-3:])}"]
