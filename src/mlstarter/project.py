"""A generated project: its place in a repository and the record of where it comes from.

The record is the engine's own file, so that the engine's own tools keep working: Copier's
``.copier-answers.yml``, and for Cookiecutter templates the ``.cruft.json`` that cruft reads.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import yaml

from mlstarter.changelog import parse_version
from mlstarter.data_files import load_json, load_yaml
from mlstarter.errors import ProjectError
from mlstarter.git.repository import Repository
from mlstarter.git.template_commits import TemplateOrigin
from mlstarter.sources.address import public
from mlstarter.tree import REGULAR, Entry, Tree

COPIER_FILE = ".copier-answers.yml"
CRUFT_FILE = ".cruft.json"

_COPIER_NAME = re.compile(r"\.copier-answers(\.[A-Za-z0-9_.-]+)?\.ya?ml")
# How a source names a folder inside it (`sources.Template.source`).
_DIRECTORY = "#subdirectory="

# Characters of an address and of a version in a record: no real one comes near.
_LONGEST = {"source": 2000, "version": 200}

Engine = Literal["copier", "cookiecutter"]
ReadFile = Callable[[str], bytes | None]


@dataclass(frozen=True, slots=True)
class Record:
    """What a project says of itself.

    ``path`` is the record's file, relative to the project; ``text`` its bytes. ``branch`` is what
    cruft keeps to: a branch or a tag that moves; ``version`` is then the commit.
    """

    path: str
    text: bytes
    engine: Engine
    source: str
    version: str | None
    answers: Mapping[str, Any]
    branch: str | None = None

    @property
    def origin(self) -> TemplateOrigin:
        """Source and version as a template commit names them."""
        return TemplateOrigin(self.source, self.version)


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
                hint=f'cd {path} && git init && git add -A && git commit -m "Start"',
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

    def record(self, commit: str) -> Record:
        """Return the record as ``commit`` holds it.

        Raises:
            ProjectError: there is none, or it is not readable.
        """

        def read(name: str) -> bytes | None:
            return self.repository.blob(commit, self.inside(name))

        record = read_record(read, (COPIER_FILE,)) or read_record(read, self._names(commit))
        if record is not None:
            return record
        for path in sorted(self.folder.glob(".c*")):
            if is_record(path.name):
                raise ProjectError(
                    f"{path.name} in {self.folder} is not committed.",
                    hint=f"git -C {self.folder} add -f {path.name} && git commit",
                )
        raise ProjectError(
            f"{self.folder} does not say which template it was made from: it has neither "
            f"{COPIER_FILE} nor {CRUFT_FILE}.",
            hint="name the template: mlstarter update --adopt --template SRC --ref V",
        )

    def _names(self, commit: str) -> list[str]:
        where = f"{commit}:{self.prefix}"
        return self.repository.git.fields("ls-tree", "-z", "--name-only", where)

    def inside(self, path: str) -> str:
        """Return a path of the project as a path of the repository."""
        return f"{self.prefix}/{path}" if self.prefix else path


def is_record(name: str) -> bool:
    """Say whether a file of this name, at a project's root, is a record.

    A Copier template may give its answers file a name of its own (``.copier-answers.ml.yml``).
    """
    return name == CRUFT_FILE or _COPIER_NAME.fullmatch(name) is not None


def moves(version: str) -> bool:
    """Say whether a recorded version is a name that moves: a branch, or a tag such as ``v1``."""
    release = parse_version(version)
    return release is None or (len(release.release) == 1 and not release.is_postrelease)


def read_record(read_file: ReadFile, names: Iterable[str]) -> Record | None:
    """Return the record among the files ``names``, read through ``read`` (None: not there).

    Raises:
        ProjectError: there is one, and it is not readable; or there are several.
    """
    records = sorted(name for name in names if is_record(name))
    if COPIER_FILE in records:
        records = [COPIER_FILE]
    if len(records) > 1:
        raise ProjectError(
            f"This folder was made from several templates: {', '.join(records)}.",
            hint="update it with plain `copier update -a FILE`, one at a time",
        )
    text = read_file(records[0]) if records else None
    if text is None:
        return None
    parse = _parse_cruft if records[0] == CRUFT_FILE else _parse_copier
    return parse(records[0], text)


def _parse_copier(name: str, text: bytes) -> Record:
    try:
        values = load_yaml(text)
    except ValueError as error:
        raise _nonsense(name, text, str(error)) from error
    if not isinstance(values, dict):
        raise _nonsense(name, text, "it is not a table of answers")
    source, version = values.get("_src_path"), values.get("_commit")
    if not isinstance(source, str) or not source.strip():
        raise _nonsense(name, text, "it does not name the template (_src_path)")
    if version is not None and not isinstance(version, str | int | float):
        raise _nonsense(name, text, "its _commit is not a version")
    answers = {str(key): value for key, value in values.items() if not str(key).startswith("_")}
    # A password that another tool recorded is neither shown nor recorded again.
    source = public(source)
    recorded_version = None if version is None else str(version)
    _check_origin(name, text, source, recorded_version)
    return Record(name, text, "copier", source, recorded_version, answers)


def _parse_cruft(name: str, text: bytes) -> Record:
    try:
        values = load_json(text)
        source, commit = values["template"], values.get("commit")
        answers = values["context"]["cookiecutter"]
    except (ValueError, KeyError, TypeError, AttributeError, IndexError) as error:
        raise _nonsense(name, text, "it is not what cruft writes") from error
    if not isinstance(source, str) or not isinstance(answers, dict):
        raise _nonsense(name, text, "it is not what cruft writes")
    source = public(source)
    public_answers = {key: value for key, value in answers.items() if not key.startswith("_")}
    if isinstance(values.get("directory"), str):
        source += _DIRECTORY + values["directory"]
    checkout = values.get("checkout")
    for value in (checkout, commit):
        if value is not None and not isinstance(value, str | int | float):
            raise _nonsense(name, text, "its commit is not a version")
    branch = str(checkout) if checkout and commit and moves(str(checkout)) else None
    version = commit if branch else checkout or commit
    recorded_version = str(version) if version else None
    _check_origin(name, text, source, recorded_version)
    return Record(name, text, "cookiecutter", source, recorded_version, public_answers, branch)


def _check_origin(name: str, text: bytes, source: str, version: str | None) -> None:
    """Refuse an address or a version that is none: too long, or with control characters."""
    for what, value in (("source", source), ("version", version or "")):
        if len(value) > _LONGEST[what] or not value.isprintable():
            raise _nonsense(name, text, f"its {what} is not one")


def with_record(
    tree: Tree,
    origin: TemplateOrigin,
    engine: Engine,
    answers: Mapping[str, Any],
    commit: str | None = None,
    previous: Record | None = None,
) -> Tree:
    """Return ``tree`` with a record, which most Copier templates write themselves.

    Cookiecutter writes none; the record is then what cruft writes. ``answers`` are those to be
    recorded, ``commit`` the template's commit id. What else stands in ``previous`` (cruft's
    list of files to skip, say) stays.
    """
    if any(is_record(name) for name in tree):
        return tree
    if engine == "cookiecutter":
        address, _, directory = origin.source.partition(_DIRECTORY)
        values = (
            load_json(previous.text) if previous is not None and previous.path == CRUFT_FILE else {}
        )
        # Who keeps to a branch is recorded by the commit, and goes on keeping to it.
        keeps_to = previous is not None and previous.branch is not None and origin.version == commit
        values |= {
            "template": address,
            "commit": commit,
            "checkout": previous.branch if keeps_to and previous else origin.version,
            "context": {"cookiecutter": dict(answers)},
            "directory": directory or None,
        }
        text = json.dumps(values, indent=2, ensure_ascii=False) + "\n"
        return {**tree, CRUFT_FILE: Entry(REGULAR, text.encode())}
    header = {"_commit": origin.version, "_src_path": origin.source}
    document = {key: value for key, value in header.items() if value is not None} | dict(answers)
    text = yaml.safe_dump(document, allow_unicode=True, sort_keys=False)
    return {**tree, COPIER_FILE: Entry(REGULAR, text.encode())}


def _nonsense(name: str, text: bytes, reason: str) -> ProjectError:
    if b"\n<<<<<<< " in b"\n" + text:
        reason = "it holds conflict markers"
    return ProjectError(
        f"{name} cannot be used: {reason}.",
        hint=f"`git log -p {name}` shows how it was; `git checkout COMMIT -- {name}` takes it back",
    )
