"""Read ``copier.yml`` exactly as Copier 9 does: several documents, ``!include``, merged lists."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path, PurePosixPath
from typing import Any

import yaml

from mlstarter.bounds import (
    MAX_CONFIG_BYTES,
    MAX_INCLUDES,
    MAX_QUESTIONS,
    bounded_evaluation,
    too_large,
)
from mlstarter.data_files import FAST_LOADER, BoundedLoader, yaml_documents
from mlstarter.errors import TemplateError
from mlstarter.files import inside
from mlstarter.sources.template import question_file

# What Copier leaves out when a template has neither `_exclude` nor `_subdirectory`.
DEFAULT_EXCLUDE = (
    "copier.yaml",
    "copier.yml",
    "~*",
    "*.py[co]",
    "__pycache__",
    ".git",
    ".DS_Store",
    ".svn",
)
# Extensions that come with what mlstarter installs, and only add texts and tags. Not Jinja's
# `debug`, which prints every variable.
OWN_EXTENSIONS = frozenset(
    {f"jinja2.ext.{name}" for name in ("do", "i18n", "loopcontrols", "autoescape", "with_")}
    | {f"jinja2.ext.{name}" for name in ("ExprStmtExtension", "InternationalizationExtension")}
    | {"jinja2.ext.LoopControlExtension", "jinja2.ext.AutoEscapeExtension"}
    | {"jinja2.ext.WithExtension"}
    | {
        f"cookiecutter.extensions.{name}Extension"
        for name in ("Jsonify", "RandomString", "Slugify", "Time", "UUID")
    }
)
MERGED_LISTS = ("_exclude", "_jinja_extensions", "_secret_questions", "_skip_if_exists")


@dataclass(frozen=True)
class CopierConfig:
    """What ``copier.yml`` says: ``settings`` without their underscore, and the ``questions``.

    ``questions`` maps a name to its mapping as written (a bare value counts as its default), in
    the order in which they are asked.
    """

    root: Path
    settings: Mapping[str, Any]
    questions: Mapping[str, Mapping[str, Any]]

    def without(self, setting: str) -> CopierConfig:
        """Return the same without one of its settings."""
        settings = {name: value for name, value in self.settings.items() if name != setting}
        return CopierConfig(self.root, settings, self.questions)

    @cached_property
    def secrets(self) -> frozenset[str]:
        """Names of the questions whose answers are never stored."""
        names = {name for name, question in self.questions.items() if question.get("secret")}
        return frozenset(names | set(self.settings.get("secret_questions") or ()))

    @cached_property
    def extensions(self) -> tuple[str, ...]:
        """The Jinja extensions that the template asks for."""
        return tuple(str(name) for name in self.settings.get("jinja_extensions") or ())

    @cached_property
    def foreign_extensions(self) -> tuple[str, ...]:
        """Those of its extensions that are code of others: not Jinja's or Cookiecutter's own."""
        return tuple(name for name in self.extensions if name not in OWN_EXTENSIONS)

    @cached_property
    def suffix(self) -> str:
        """The ending of a file that is rendered; an empty one means every file."""
        suffix = self.settings.get("templates_suffix")
        return ".jinja" if suffix is None else str(suffix)

    @cached_property
    def exclude(self) -> tuple[str, ...]:
        """Patterns of rendered paths that are left out."""
        at_root = PurePosixPath(str(self.settings.get("subdirectory", ""))) == PurePosixPath()
        default = DEFAULT_EXCLUDE if at_root else ()
        patterns = self.settings.get("exclude")
        return default if patterns is None else tuple(patterns)


def load_config(root: Path, *, is_builtin: bool = False) -> CopierConfig:
    """Read the question file of the Copier template in ``root``.

    ``is_builtin``: a test holds the quick parser equal to Copier's for this template.

    Raises:
        TemplateError: the file is not valid YAML, or not a mapping, or includes a file that
            lies outside the template.
    """
    path = question_file(root)
    data: dict[str, Any] = {}
    if path:
        with bounded_evaluation(f"Reading {path.name} of the template"):
            data = _load(inside(root, path), FAST_LOADER if is_builtin else BoundedLoader)
    settings = {key[1:]: value for key, value in data.items() if key.startswith("_")}
    questions = {
        key: dict(value) if isinstance(value, dict) else {"default": value}
        for key, value in data.items()
        if not key.startswith("_")
    }
    if len(questions) > MAX_QUESTIONS:
        raise too_large("The question file", f"{MAX_QUESTIONS} questions")
    _check_shapes(settings)
    for name in settings.get("secret_questions") or ():
        if name in questions:
            questions[name]["secret"] = True
    return CopierConfig(root, settings, questions)


# What a setting has to be, where something else would only show much later.
_LISTS_OF_TEXTS = ("exclude", "jinja_extensions", "secret_questions", "skip_if_exists")
_SHAPES: Mapping[str, tuple[tuple[type, ...], str]] = {
    **dict.fromkeys(
        (*_LISTS_OF_TEXTS, "migrations", "tasks"),
        ((list,), "a list"),
    ),
    **dict.fromkeys(("envops", "external_data"), ((dict,), "a mapping")),
    **dict.fromkeys(
        ("answers_file", "message_after_copy", "message_after_update", "message_before_copy",
         "message_before_update", "subdirectory", "templates_suffix"),
        ((str,), "a text"),
    ),
    "min_copier_version": ((str, int, float), "a version"),
}  # fmt: skip


def _check_shapes(settings: Mapping[str, Any]) -> None:
    """Refuse a setting of another shape than Copier takes."""
    for name, (shapes, words) in _SHAPES.items():
        value = settings.get(name)
        if value is None:
            continue
        texts = name in _LISTS_OF_TEXTS
        fits = isinstance(value, shapes)
        if not fits or (texts and not all(isinstance(part, str) for part in value)):
            raise TemplateError(
                f"_{name} in the template's question file is not {words}"
                f"{' of texts' if texts else ''}.",
                hint="see https://copier.readthedocs.io/en/stable/configuring/",
            )


def _load(path: Path, loader: type[Any]) -> dict[str, Any]:
    try:
        documents = list(_documents(path.read_bytes(), path.parent.resolve(), loader))
    except OSError as error:
        raise TemplateError(
            f"{path.name} of the template cannot be read: {error.strerror}.",
            hint="check the template",
        ) from error
    except (yaml.YAMLError, ValueError, UnicodeDecodeError) as error:
        where = getattr(error, "problem_mark", None)
        line = f" (line {where.line + 1})" if where is not None else ""
        reason = str(getattr(error, "problem", None) or error).splitlines() or ["no reason"]
        raise TemplateError(
            f"{path.name} of the template is not valid YAML{line}.", hint=reason[0]
        ) from error
    for document in documents:
        if not isinstance(document, dict) or not all(isinstance(key, str) for key in document):
            raise TemplateError(
                f"{path.name} of the template is not a mapping of names to questions.",
                hint="see https://copier.readthedocs.io/en/stable/configuring/",
            )
    config: dict[str, Any] = {}
    # The order matters: questions are asked in it. A ChainMap, as Copier uses one, yields the
    # keys of the first document first and the merged lists last.
    for document in documents:
        config.update(document)
    for option in MERGED_LISTS:
        lists = [part for document in documents if (part := document.get(option)) is not None]
        others = [part for part in lists if not isinstance(part, list)]
        if lists:
            # What is no list stays as it is, for `_check_shapes` to name.
            config[option] = others[0] if others else [item for part in lists for item in part]
    return config


def _documents(text: bytes, root: Path, base: type[Any]) -> Iterator[Any]:
    """Yield every document of ``text``, with included files in the place of their tag."""

    # For templates of others not the ten times faster CSafeLoader: it takes files that Copier then
    # refuses.
    class Loader(base):  # type: ignore[misc]
        pass

    file_count = 0

    def include(loader: Any, node: Any) -> list[Any]:
        pattern = str(loader.construct_scalar(node))
        if PurePosixPath(pattern).is_absolute():
            raise ValueError("an included path must be relative")
        if ".." in PurePosixPath(pattern).parts:
            # Looked for, `../../**/x` would walk through all that there is.
            raise ValueError(f"an included file lies outside the template: {pattern}")
        nonlocal file_count
        items: list[Any] = []
        for file in root.glob(pattern):
            file_count += 1
            if file_count > MAX_INCLUDES:
                raise ValueError(f"it includes more than {MAX_INCLUDES} files")
            if not file.resolve().is_relative_to(root):
                raise ValueError(f"an included file lies outside the template: {pattern}")
            items.extend(_flat(parse(file.read_bytes())))
        return items

    def parse(text: bytes) -> Iterator[Any]:
        return yaml_documents(text, Loader, limit=MAX_CONFIG_BYTES)

    Loader.add_constructor("!include", include)
    yield from _flat(parse(text))


def _flat(items: Any) -> Iterator[Any]:
    for item in items:
        if isinstance(item, list):
            yield from _flat(item)
        elif item:
            yield item
