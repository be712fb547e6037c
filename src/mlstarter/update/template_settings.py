"""What a template's settings keep an update from changing."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from unicodedata import normalize

from mlstarter.git.merge_base import Pristine, TemplateCommit
from mlstarter.git.repository import Repository
from mlstarter.project import Project
from mlstarter.questions import Answers, Question, Questionnaire
from mlstarter.questions.interview import Interview
from mlstarter.sources import Template
from mlstarter.tree import Entry, Tree


def without_exempt_files(
    project: Project,
    ours: str,
    base: TemplateCommit | Pristine,
    tree: Tree,
    template: Template,
    questionnaire: Questionnaire,
    answers: Answers,
    *,
    record: str,
) -> Tree:
    """Return a new render in which the files that an update must leave alone are the base's.

    Those are what ``_skip_if_exists`` names and the project has, and what ``_exclude`` names when
    ``_copier_operation`` is "update". Equal on both of the template's sides, they merge as ours.
    The ``record`` of where the project comes from is never among them: it would stay behind.
    """
    if template.engine != "copier":
        return tree
    skip = tuple(template.config.settings.get("skip_if_exists") or ())
    exclude = tuple(template.config.exclude)
    if not any("_copier_operation" in pattern for pattern in exclude):
        exclude = ()
    if not skip and not exclude:
        return tree
    skipped = _matcher(skip, questionnaire, answers)
    excluded = _matcher(exclude, questionnaire, answers)
    exempt = [
        path
        for path in tree
        if path != record and (excluded(path) or (skipped(path) and _exists(project, ours, path)))
    ]
    if not exempt:
        return tree
    old = base.tree if isinstance(base, Pristine) else _entries(project.repository, base, exempt)
    result = {path: entry for path, entry in tree.items() if path not in exempt}
    result |= {path: old[path] for path in exempt if path in old}
    return dict(sorted(result.items()))


def _matcher(
    patterns: Iterable[str], questionnaire: Questionnaire, answers: Answers
) -> Callable[[str], bool]:
    """Return what says whether a path matches the patterns, rendered as for an update."""
    from pathspec import PathSpec

    interview = Interview(questionnaire, answers)
    interview.values.update(answers)
    operation = {"_copier_operation": "update"}
    lines = [
        normalize("NFD", line)
        for pattern in patterns
        for line in re.split(
            r"\r\n|\r|\n", str(interview.render(pattern, Question("_exclude"), operation))
        )
    ]
    spec = PathSpec.from_lines("gitignore", lines)
    return lambda path: spec.match_file(normalize("NFD", path))


def _exists(project: Project, ours: str, path: str) -> bool:
    return project.repository.blob(ours, project.inside(path)) is not None


def _entries(repository: Repository, base: TemplateCommit, paths: list[str]) -> dict[str, Entry]:
    """Return those of ``paths`` that a template commit holds: it has the project at its root."""
    wanted = set(paths)
    entries: dict[str, Entry] = {}
    for line in repository.git.fields("ls-tree", "-r", "-z", base.commit):
        about, _, path = line.partition("\t")
        data = repository.blob(base.commit, path) if path in wanted else None
        if data is not None:
            entries[path] = Entry(int(about.split()[0], 8), data)
    return entries
