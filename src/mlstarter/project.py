"""A generated project: its place in a repository and the record of where it comes from.

The record is the engine's own file, so that the engine's own tools keep working.
"""

from __future__ import annotations

import shlex
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

from mlstarter import engines
from mlstarter.engines import Record, RecordFormat, record_formats
from mlstarter.errors import ProjectError
from mlstarter.git.repository import Repository
from mlstarter.sources.template import Template
from mlstarter.tree import REGULAR, Entry, Tree

# Looked for first: a project that has it may have records of other templates in it too.
USUAL_RECORD = next(record_formats()).default_path

ReadFile = Callable[[str], bytes | None]


@dataclass(frozen=True, slots=True)
class Project:
    """A project in its repository.

    ``folder`` is the project's folder on disk (in a bare repository: the repository); ``prefix``
    its place in the repository, "" for the root.
    """

    folder: Path
    repository: Repository
    prefix: str

    @classmethod
    def open(cls, path: Path) -> Project:
        """Find the project that ``path`` is in: the nearest folder upwards with a record.

        Without any record the project is ``path`` itself. Nothing is read yet, see ``record``.

        Raises:
            ProjectError: there is no such folder, or it is in no git repository.
        """
        path = path.expanduser()
        if not path.is_dir():
            raise ProjectError(f"There is no folder {path}.", hint="give the project's folder")
        path = path.resolve()
        repository = Repository.find(path)
        if repository is None:
            raise ProjectError(
                f"{path} is not in a git repository, so nothing could be merged into it.",
                hint=f"cd {shlex.quote(str(path))} && git init && git add -A && "
                'git commit -m "Start"',
            )
        if repository.top is None:
            return cls(repository.folder, repository, "")
        top = repository.top.resolve()
        folder = path
        for candidate in (path, *path.parents):
            if any(is_record(name.name) for name in candidate.glob(".c*")):
                folder = candidate
                break
            if candidate == top:
                break
        if not folder.is_relative_to(top):
            folder = path
        prefix = folder.relative_to(top).as_posix() if folder != top else ""
        return cls(folder, repository, prefix)

    def record(
        self, commit: str, contents: Mapping[str, bytes | None] = MappingProxyType({})
    ) -> Record:
        """Return the record as ``commit`` holds it; ``contents`` are files of it already read.

        Raises:
            ProjectError: there is none, or it is not readable.
        """

        def read(name: str) -> bytes | None:
            path = self.inside(name)
            return contents[path] if path in contents else self.repository.blob(commit, path)

        record = read_record(read, (USUAL_RECORD,)) or read_record(read, self._names(commit))
        if record is not None:
            return record
        for path in sorted(self.folder.glob(".c*")):
            if is_record(path.name):
                raise ProjectError(
                    f"{path.name} in {self.folder} is not committed.",
                    hint=f"git -C {shlex.quote(str(self.folder))} add -f {path.name} && git commit",
                )
        raise ProjectError(
            f"{self.folder} does not say which template it was made from: it has neither "
            f"{' nor '.join(form.default_path for form in record_formats())}.",
            hint="name the template: mlstarter update --adopt --template SRC --ref V",
        )

    def _names(self, commit: str) -> list[str]:
        where = f"{commit}:{self.prefix}"
        return self.repository.git.fields("ls-tree", "-z", "--name-only", where)

    def inside(self, path: str) -> str:
        """Return a path of the project as a path of the repository."""
        return f"{self.prefix}/{path}" if self.prefix else path


def is_record(name: str) -> bool:
    """Say whether a file of this name, at a project's root, is a record of its template."""
    return any(form.matches(name) for form in record_formats())


def read_record(read_file: ReadFile, names: Iterable[str]) -> Record | None:
    """Return the record among the files ``names``, read through ``read`` (None: not there).

    Raises:
        ProjectError: there is one, and it is not readable; or there are several.
    """
    records = sorted(name for name in names if is_record(name))
    if USUAL_RECORD in records:
        records = [USUAL_RECORD]
    if len(records) > 1:
        raise ProjectError(
            f"This folder was made from several templates: {', '.join(records)}.",
            hint="update it with plain `copier update -a FILE`, one at a time",
        )
    text = read_file(records[0]) if records else None
    if text is None:
        return None
    return form_of(records[0]).parse(records[0], text)


def form_of(name: str) -> RecordFormat:
    """Return the form of the record in a file of this name, which is one (``is_record``)."""
    return next(form for form in record_formats() if form.matches(name))


def with_record(
    tree: Tree, template: Template, answers: Mapping[str, Any], previous: Record | None = None
) -> Tree:
    """Return ``tree`` with a record, which most Copier templates write themselves.

    ``answers`` are those to be recorded. What else stands in the ``previous`` record (cruft's list
    of files to skip, say) stays.
    """
    if any(is_record(name) for name in tree):
        return tree
    form = engines.of(template).record_format
    return {**tree, form.default_path: Entry(REGULAR, form.write(template, answers, previous))}
