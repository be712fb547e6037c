"""The files of a render that settings keep an update from changing: the template's, or cruft's."""

from __future__ import annotations

from dataclasses import replace

from mlstarter.bounds import bounded_evaluation
from mlstarter.engines.cookiecutter.record import skip_patterns
from mlstarter.engines.path_patterns import path_test
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
    project, record, ours = preparation.project, preparation.record, preparation.ours
    patterns = skip_patterns(
        record, lambda path: project.repository.blob(ours, project.inside(path))
    )
    if exemptions is None and not patterns:
        return new
    # Anchored: a glob of cruft's starts at the project's root, and a folder stands for its files.
    is_skipped = path_test([f"/{pattern}" for pattern in patterns], "skip of cruft")

    def is_excluded(path: str) -> bool:
        return is_skipped(path) or (exemptions is not None and exemptions.excludes(path))

    names = base.tree if isinstance(base, Pristine) else _names(project.repository, base)
    with bounded_evaluation("Finding the files that the update leaves alone"):
        exempt = {path for path in (*new.tree, *names) if path != record.path and is_excluded(path)}
        skipped_paths = [
            path
            for path in new.tree
            if exemptions is not None and path != record.path and exemptions.skips(path)
        ]
    exempt |= {path for path in skipped_paths if _exists(project, ours, path)}
    if not exempt:
        return new
    old = base.tree if isinstance(base, Pristine) else _entries(project.repository, base, exempt)
    tree = {path: entry for path, entry in new.tree.items() if path not in exempt}
    tree |= {path: old[path] for path in exempt if path in old}
    return replace(new, tree=dict(sorted(tree.items())))


def _exists(project: Project, ours: str, path: str) -> bool:
    return project.repository.blob(ours, project.inside(path)) is not None


def _names(repository: Repository, base: TemplateCommit) -> list[str]:
    return repository.git.fields("ls-tree", "-r", "-z", "--name-only", base.commit)


def _entries(repository: Repository, base: TemplateCommit, names: set[str]) -> dict[str, Entry]:
    """Return those of ``names`` that a template commit holds: it has the project at its root."""
    entries: dict[str, Entry] = {}
    for line in repository.git.fields("ls-tree", "-r", "-z", base.commit):
        about, _, path = line.partition("\t")
        data = repository.blob(base.commit, path) if path in names else None
        if data is not None:
            entries[path] = Entry(int(about.split()[0], 8), data)
    return entries
