"""The files of a render that a template's settings keep an update from changing."""

from __future__ import annotations

from mlstarter import engines
from mlstarter.git.merge_base import Pristine, TemplateCommit
from mlstarter.git.repository import Repository
from mlstarter.project import Project
from mlstarter.questions import Answers
from mlstarter.sources import Template
from mlstarter.tree import Entry, Tree


def without_exempt_files(
    project: Project,
    ours: str,
    base: TemplateCommit | Pristine,
    tree: Tree,
    template: Template,
    answers: Answers,
    *,
    record: str,
) -> Tree:
    """Return a new render in which the files that an update must leave alone are the base's.

    Equal on both of the template's sides, they merge as ours. The ``record`` of where the project
    comes from is never among them: it would stay behind.
    """
    exemptions = engines.of(template).exemptions(answers)
    if exemptions is None:
        return tree
    exempt = [
        path
        for path in tree
        if path != record
        and (
            exemptions.excluded(path) or (exemptions.skipped(path) and _exists(project, ours, path))
        )
    ]
    if not exempt:
        return tree
    old = base.tree if isinstance(base, Pristine) else _entries(project.repository, base, exempt)
    result = {path: entry for path, entry in tree.items() if path not in exempt}
    result |= {path: old[path] for path in exempt if path in old}
    return dict(sorted(result.items()))


def _exists(project: Project, ours: str, path: str) -> bool:
    return project.repository.blob(ours, project.inside(path)) is not None


def _entries(repository: Repository, base: TemplateCommit, paths: list[str]) -> dict[str, Entry]:
    """Return those of ``paths`` that a template commit holds: it has the project at its root."""
    names = set(paths)
    entries: dict[str, Entry] = {}
    for line in repository.git.fields("ls-tree", "-r", "-z", base.commit):
        about, _, path = line.partition("\t")
        data = repository.blob(base.commit, path) if path in names else None
        if data is not None:
            entries[path] = Entry(int(about.split()[0], 8), data)
    return entries
