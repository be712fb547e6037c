"""One version of one template, as a value that every other part of mlstarter takes."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal, TypeVar

from mlstarter.errors import TemplateError

EngineName = Literal["copier", "cookiecutter"]

_Result = TypeVar("_Result")


@dataclass(frozen=True)
class Template:
    """A template at one version, readable in the folder ``root``.

    ``source`` is what a project records: a public URL, a folder's absolute path, either with
    ``#subdirectory=SUB`` for a template below the root of its repository. ``version`` is what it
    records beside it: a tag, ``git describe`` where the commit has none, or None for a folder
    that is not under git. ``sources.resolve(source, version)`` gives the same template again.
    ``commit`` is the full id of the commit, where there is one. ``engine`` names the program that
    it was written for; ``engines.of`` is what asks.

    ``is_trusted`` says that the user decided to let it run the code that it brings
    (``engines.with_trust``); ``texts_only`` leaves its tasks and hooks out; ``is_builtin`` says
    that this package brings it: its texts are tested to read nothing of the machine, and its
    question file to be read alike by every parser of YAML.
    """

    source: str
    version: str | None
    root: Path
    engine: EngineName
    commit: str | None = None
    is_trusted: bool = False
    texts_only: bool = False
    is_builtin: bool = False

    def without_code(self) -> Template:
        """Return the template without its tasks or hooks: what its texts alone make."""
        return replace(self, texts_only=True)

    def once(self, make: Callable[[Template], _Result]) -> _Result:
        """Return ``make(self)``, made once for as long as this value lives.

        A folder that is no commit may change between two values, never within one.
        """
        results = self.__dict__.setdefault("results", {})
        if make not in results:
            results[make] = make(self)
        result: _Result = results[make]
        return result


def question_file(root: Path) -> Path | None:
    """Return the ``copier.yml`` or ``copier.yaml`` in ``root``, or None.

    Raises:
        TemplateError: there are two of them.
    """
    paths = [
        path
        for path in root.glob("copier.*")
        if path.is_file() and re.match(r"\.ya?ml", path.suffix, re.IGNORECASE)
    ]
    if len(paths) > 1:
        raise TemplateError(
            f"The template has two question files: {' and '.join(sorted(p.name for p in paths))}.",
            hint="keep one of them",
        )
    return paths[0] if paths else None


def engine_of(root: Path, source: str) -> EngineName:
    """Tell a Copier template from a Cookiecutter one by its files.

    Raises:
        TemplateError: the folder holds neither.
    """
    if question_file(root) is not None:
        return "copier"
    if (root / "cookiecutter.json").is_file():
        return "cookiecutter"
    raise TemplateError(
        f"There is no template in {source}: it has neither copier.yml nor cookiecutter.json.",
        hint="name the folder inside it with --directory SUB",
    )
