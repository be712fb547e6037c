"""The files of a render that a template's settings keep an update from changing."""

from __future__ import annotations

from dataclasses import replace

from mlstarter.git.merge_base import Pristine, TemplateCommit
from mlstarter.git.repository import Repository
from mlstarter.project import Project
from mlstarter.questions import Answers
from mlstarter.tree import Entry
from mlstarter.update.preparation import Preparation


def without_exempt_files(
    preparation: Preparation, base: TemplateCommit | Pristine, new: Pristine, answers: Answers
) -> Pristine:
    """Return a new render in which the files that an update must leave alone are the base's.

    Equal on both of the template's sides, they merge as ours. The record of where the project comes
    from is never among them: it would stay behind.
    """
    exemptions = preparation.engine.exemptions(answers)
    if exemptions is None:
        return new
    project, record = preparation.project, preparation.record
    exempt = [
        path
        for path in new.tree
        if path != record.path
        and (
            exemptions.excludes(path)
            or (exemptions.skips(path) and _exists(project, preparation.ours, path))
        )
    ]
    if not exempt:
        return new
    old = base.tree if isinstance(base, Pristine) else _entries(project.repository, base, exempt)
    tree = {path: entry for path, entry in new.tree.items() if path not in exempt}
    tree |= {path: old[path] for path in exempt if path in old}
    return replace(new, tree=dict(sorted(tree.items())))


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
