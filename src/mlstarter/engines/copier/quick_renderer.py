"""Render a Copier template in this process, without importing Copier.

It does what Copier 9 does for every template but those that ``coverage`` names. That both give the
same paths, modes and bytes is proven in ``tests/engines/``.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from pathlib import Path, PurePath
from typing import Any
from unicodedata import normalize

from mlstarter.bounds import MAX_FILES, MAX_TREE_BYTES, too_large
from mlstarter.engines.copier.config import CopierConfig
from mlstarter.engines.copier.internal_variables import CopierConf, GuardedConf
from mlstarter.engines.jinja import environment
from mlstarter.engines.jinja_guard import denied_variable
from mlstarter.engines.path_patterns import path_test
from mlstarter.engines.path_safety import UnsafePath, checked_path
from mlstarter.engines.template_text import Text
from mlstarter.errors import TemplateError
from mlstarter.files import file_mode
from mlstarter.operating_system import system_name
from mlstarter.sources.template import Template
from mlstarter.tree import SYMLINK, Entry

# What an answers file can hold; Copier leaves out an answer of any other type.
_RECORDED_TYPES = (dict, list, str, int, float, bool, type(None))


@dataclass(frozen=True)
class _Source:
    """One file of the template: where it lies, its path below the copied folder, what it is.

    ``parts`` are the names of its path without the ending of templates, each a text to render.
    """

    path: Path
    parts: tuple[str, ...]
    is_template: bool
    is_link: bool


class QuickRenderer:
    """Renders one version of one Copier template, keeping what it compiled and read."""

    def __init__(
        self, template: Template, config: CopierConfig, *, is_trusted: bool = False
    ) -> None:
        self._is_trusted = is_trusted
        self._template = template
        self._config = config
        self._root = template.root.resolve()
        self._env = environment(config, config.extensions, is_trusted=is_trusted)
        self._keeps_links = bool(config.settings.get("preserve_symlinks", False))
        self._texts: dict[str, Text] = {}
        self._files: dict[Path, Text | bytes] = {}
        self._entries: dict[Path, Entry] = {}
        self._listings: dict[Path, list[_Source]] = {}
        self._matchers: dict[tuple[str, ...], Any] = {}

    def render(self, answers: Mapping[str, Any], folder_name: str) -> dict[str, Entry]:
        """Return the tree for complete ``answers``; ``folder_name`` is the project folder's name.

        Raises:
            NeedsTrust: a text reads from the machine, and the template is not trusted.
            TextError: a text of the template is wrong.
            TemplateError: it makes more than a project needs, or a file of it cannot be read.
            UnsafePath: the template would write outside the project.
        """
        context = self._context(answers, folder_name)
        answers_file = context["_copier_conf"]["answers_file"]
        start = self._start(context)
        is_excluded = self._exclusion(context)
        tree: dict[str, Entry] = {}
        size = 0
        for source in self._list(start):
            target = self._path(source, context, answers_file)
            if target is None or is_excluded(target):
                continue
            name = checked_path(target)
            entry = self._entry(source, context)
            size += len(entry.data)
            if size > MAX_TREE_BYTES:
                raise too_large("The project", f"{MAX_TREE_BYTES // 1_000_000} MB")
            if tree.setdefault(name, entry) != entry:
                raise TemplateError(
                    f"Two files of the template become {name}, and they differ.",
                    hint="choose other answers, or tell the template's author",
                )
        return tree

    def _context(self, answers: Mapping[str, Any], folder_name: str) -> dict[str, Any]:
        hidden_names: frozenset[str] = getattr(answers, "hidden_names", frozenset())
        origin = {"_commit": self._template.version, "_src_path": self._template.source}
        origin = {key: value for key, value in origin.items() if value is not None}
        for_record = {
            name: value
            for name, value in answers.items()
            if name not in hidden_names
            and name not in self._config.secrets
            and name in self._config.questions
            and isinstance(value, _RECORDED_TYPES)
        }
        conf = (CopierConf if self._is_trusted else GuardedConf)(
            sep=os.sep,
            os=system_name(),
            vcs_ref=self._template.version,
            vcs_ref_hash=self._template.commit,
        )
        context = {
            **self._of_the_machine(),
            **origin,
            **answers,
            "_copier_answers": origin | for_record,
            "_copier_conf": conf,
            "_folder_name": folder_name,
            "_copier_phase": "render",
        }
        answers_file = str(self._config.settings.get("answers_file", ".copier-answers.yml"))
        # Its own name may be a text too, which then finds this one empty.
        conf["answers_file"] = ""
        conf["answers_file"] = PurePath(self._text(answers_file).render(context))
        return context

    def _of_the_machine(self) -> dict[str, Any]:
        """Return the variables that say something of the machine or the moment."""
        if self._is_trusted:
            return {"_copier_python": sys.executable}
        return {name: denied_variable(name) for name in ("_external_data", "_copier_python")}

    def _start(self, context: Mapping[str, Any]) -> Path:
        """Return the folder from which files are copied."""
        inner = self._text(str(self._config.settings.get("subdirectory", ""))).render(context)
        start = (self._root / inner.replace("\0", "/../..")).resolve()
        if not start.is_relative_to(self._root):
            raise UnsafePath(
                f"The template's _subdirectory leads out of it: {inner!r}.",
                hint="do not use this template, and tell its author",
            )
        if not _is_there(str(start)) or not start.is_dir():
            raise TemplateError(
                f"The template has no folder {inner!r} for these answers.",
                hint="choose other answers, or tell the template's author",
            )
        return start

    def _exclusion(self, context: Mapping[str, Any]) -> Any:
        """Return a function that says whether a rendered path is left out."""
        context = {**context, "_copier_operation": "copy"}
        patterns = tuple(
            normalize("NFD", line)
            for pattern in self._config.exclude
            for line in re.split(r"\r\n|\r|\n", self._text(pattern).render(context))
        )
        if not patterns:
            return lambda path: False  # noqa: ARG005
        if patterns not in self._matchers:
            self._matchers[patterns] = path_test(patterns, "_exclude of the template")
        return self._matchers[patterns]

    def _list(self, start: Path) -> list[_Source]:
        if start not in self._listings:
            paths = list(islice(self._scan(start, (start,)), MAX_FILES + 1))
            if len(paths) > MAX_FILES:
                raise too_large("The template", f"{MAX_FILES} files")
            sources = (self._source(path, start, is_link) for path, is_link in paths)
            self._listings[start] = [source for source in sources if source is not None]
        return self._listings[start]

    def _source(self, path: Path, start: Path, is_link: bool) -> _Source | None:
        """Return a file to copy, or None where a template beside it makes the same file."""
        suffix = self._config.suffix
        relative = path.relative_to(start)
        if suffix and _is_there(f"{path}{suffix}"):
            return None
        is_template = path.name.endswith(suffix)
        if suffix and is_template:
            relative = relative.with_suffix("")
        return _Source(path, relative.parts, is_template, is_link)

    def _scan(self, folder: Path, above: tuple[Path, ...]) -> Iterator[tuple[Path, bool]]:
        """Yield the files below ``folder`` in an order that is the same everywhere.

        The second value says of a link that it stays one.
        """
        for path in sorted(folder.iterdir()):
            link = path.is_symlink()
            if link and not self._keeps_links:
                real = path.resolve()
                if not real.is_relative_to(self._root):
                    raise UnsafePath(
                        f"The template's symbolic link {path.relative_to(self._root)} leads out "
                        "of the template.",
                        hint="do not use this template, and tell its author",
                    )
                if real in above:
                    raise TemplateError(
                        f"The template's symbolic link {path.relative_to(self._root)} leads in a "
                        "circle.",
                        hint="tell the template's author",
                    )
            if path.is_dir() and not (link and self._keeps_links):
                yield from self._scan(path, (*above, path.resolve()))
            else:
                yield path, link and self._keeps_links

    def _path(
        self, source: _Source, context: Mapping[str, Any], answers_file: PurePath
    ) -> str | None:
        """Return the path that a file of the template gets in the project, or None for none."""
        parts: list[str] = []
        for part in source.parts:
            name = self._text(part).render(context)
            if not name:
                return None
            if name == str(answers_file):
                return answers_file.as_posix()
            parts.append(name)
        path = PurePath(*parts).as_posix()
        # Copier looks for the rendered sibling at the template's root, not beside the file.
        if not source.is_template and _is_there(f"{self._root}/{path}{self._config.suffix}"):
            return None
        return path

    def _entry(self, source: _Source, context: Mapping[str, Any]) -> Entry:
        path = source.path
        if source.is_link:
            target = str(path.readlink())
            if source.is_template:
                target = self._text(target).render(context)
            return Entry(SYMLINK, os.fsencode(PurePath(target)))
        content = self._content(path)
        if isinstance(content, bytes):
            if path not in self._entries:
                self._entries[path] = Entry(file_mode(path), content)
            return self._entries[path]
        return Entry(self._mode(path), _encode(content.render(context), path.name))

    def _content(self, path: Path) -> Text | bytes:
        """Return a file's compiled text, or its bytes where it is only copied."""
        if path not in self._files:
            try:
                self._files[path] = self._read(path)
            except OSError as error:
                raise TemplateError(
                    f"{path.relative_to(self._root)} of the template cannot be read: "
                    f"{error.strerror or 'no such file'}.",
                    hint="check the template",
                ) from error
        return self._files[path]

    def _read(self, path: Path) -> Text | bytes:
        if not path.name.endswith(self._config.suffix):
            return path.read_bytes()
        name = path.relative_to(self._root).as_posix()
        loader = self._env.loader
        assert loader is not None  # noqa: S101 - environment() always sets one
        try:
            source, _, _ = loader.get_source(self._env, name)
        except UnicodeDecodeError as error:
            if not self._config.suffix:
                return path.read_bytes()
            raise TemplateError(
                f"{name} of the template is not text in UTF-8.", hint="tell the template's author"
            ) from error
        return Text(self._env, source, name)

    def _mode(self, path: Path) -> int:
        if path not in self._entries:
            self._entries[path] = Entry(file_mode(path), b"")
        return self._entries[path].mode

    def _text(self, source: str) -> Text:
        if source not in self._texts:
            self._texts[source] = Text(self._env, source)
        return self._texts[source]


def _is_there(path: str) -> bool:
    """Say whether something is at a path; one too long for the system is nowhere."""
    return os.path.exists(path)  # noqa: PTH110 - a class asks a hundred thousand times


def _encode(text: str, name: str) -> bytes:
    try:
        return text.encode()
    except UnicodeEncodeError as error:
        raise TemplateError(
            f"{name} of the template renders to what is no text.", hint="tell its author"
        ) from error
