"""Read the questions of a template: Copier's copier.yml or Cookiecutter's cookiecutter.json."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path, PurePosixPath
from typing import Any

import yaml

from mlstarter.errors import TemplateError
from mlstarter.questions.environment import copier_environment
from mlstarter.questions.model import MISSING, Question, Questionnaire
from mlstarter.questions.values import CASTS

MERGED = ("_exclude", "_jinja_extensions", "_secret_questions", "_skip_if_exists")
FIELDS = frozenset(Question.__dataclass_fields__) - {"name"}
# Copier's own keys that change how a prompt looks or when it is repeated, not what it means.
IGNORED_FIELDS = frozenset({"qmark", "ask"})


def load(root: Path, engine: str = "copier", *, trust: bool = False) -> Questionnaire:
    """Read the questions of the template in the folder ``root``.

    ``engine`` is "copier" or "cookiecutter". Only a trusted template's Jinja extensions are
    imported. Raises TemplateError where the file is missing or not understood.
    """
    if engine == "cookiecutter":
        from mlstarter.questions.cookiecutter import load_cookiecutter

        return load_cookiecutter(root)
    config = read_copier_config(root)
    environment = copier_environment(
        root,
        envops=config.get("_envops"),
        extensions=config.get("_jinja_extensions", []) if trust else (),
    )
    secret = set(config.get("_secret_questions", []))
    questions = tuple(
        _question(name, stated, secret)
        for name, stated in config.items()
        if not name.startswith("_")
    )
    return Questionnaire(questions, environment)


def read_copier_config(root: Path) -> dict[str, Any]:
    """Read copier.yml: several documents are merged, ``!include`` takes files beside it.

    Raises TemplateError where there is none, or two, or it is not YAML.
    """
    found = [path for path in (root / "copier.yml", root / "copier.yaml") if path.is_file()]
    if len(found) != 1:
        count = "no copier.yml" if not found else "both copier.yml and copier.yaml"
        raise TemplateError(f"The template in {root} has {count}.")
    try:
        documents = _documents(found[0].read_bytes(), root)
    except (yaml.YAMLError, UnicodeDecodeError, ValueError) as error:
        reason = " ".join(str(error).split())
        raise TemplateError(f"The template's {found[0].name} cannot be read: {reason}") from error
    merged: dict[str, Any] = {}
    for document in documents:
        for key, value in document.items():
            if key in MERGED and key in merged:
                merged[key] = [*merged[key], *value]
            else:
                merged[key] = value
    return merged


def _documents(data: bytes, root: Path) -> list[Mapping[str, Any]]:
    class Loader(yaml.SafeLoader):
        """A loader of its own, so that ``!include`` does not leak into others."""

    def include(loader: yaml.Loader, node: yaml.Node) -> list[Any]:
        if not isinstance(node, yaml.ScalarNode):
            raise ValueError("!include takes the name of a file")  # noqa: TRY004
        pattern = str(loader.construct_scalar(node))
        if PurePosixPath(pattern).is_absolute() or ".." in PurePosixPath(pattern).parts:
            raise ValueError(f'!include may not leave the template: "{pattern}"')
        inside = (path for path in sorted(root.glob(pattern)) if path.is_file())
        return [document for path in inside for document in _documents(path.read_bytes(), root)]

    Loader.add_constructor("!include", include)
    flat = list(_flatten(yaml.load_all(data, Loader=Loader)))
    for document in flat:
        if not isinstance(document, Mapping) or not all(isinstance(key, str) for key in document):
            raise ValueError("each document must be a mapping of names to questions")
    return flat


def _flatten(documents: Iterable[Any]) -> Iterable[Any]:
    for document in documents:
        if isinstance(document, list):
            yield from _flatten(document)
        elif document:
            yield document


def _question(name: str, stated: Any, secret: set[str]) -> Question:
    if not isinstance(stated, Mapping):
        stated = {"default": stated}
    unknown = set(stated) - FIELDS - IGNORED_FIELDS
    if unknown:
        raise TemplateError(
            f'The template\'s question "{name}" has a field that is not known: {min(unknown)}.'
        )
    fields = {key: value for key, value in stated.items() if key in FIELDS}
    fields["secret"] = bool(fields.get("secret")) or name in secret
    fields["type"] = fields.get("type") or _implied_type(fields.get("default", MISSING))
    if "choices" in fields and not isinstance(fields["choices"], str | Mapping | Sequence):
        raise TemplateError(f'The choices of the template\'s question "{name}" are not a list.')
    return Question(name, **fields)


def _implied_type(default: Any) -> str:
    name = type(default).__name__
    return name if name in CASTS else "yaml"
