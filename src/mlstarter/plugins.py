"""Presets and project types of other packages, found through their entry points.

    [project.entry-points."mlstarter.presets"]
    our-school = "our_package:PRESETS"

    [project.entry-points."mlstarter.types"]
    robotics = "our_package:TEMPLATE"

``PRESETS`` is the path of a file in the form of ``presets.toml``, offered with the built-in
template. ``TEMPLATE`` is a template's source (a folder or an address), which ``--type robotics``
then stands for. Either may be a function that returns it.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from functools import lru_cache
from importlib.metadata import EntryPoint, entry_points
from os import PathLike, fspath
from pathlib import Path

from mlstarter.errors import EnvironmentProblem
from mlstarter.questions.presets import Preset, read_presets
from mlstarter.sources import builtin
from mlstarter.sources.template import Template

PRESETS, TYPES = "mlstarter.presets", "mlstarter.types"


@dataclass(frozen=True, slots=True)
class ProjectType:
    """A project type of another package: its name, that package, and where its template is."""

    name: str
    package: str
    source: str


def project_types() -> dict[str, ProjectType]:
    """Return the project types of other packages by name.

    Raises:
        EnvironmentProblem: a package's entry point cannot be used; the message names it.
    """
    return {
        point.name: ProjectType(point.name, _package(point), _load(point))
        for point in _entry_points(tuple(sys.path))
        if point.group == TYPES
    }


def presets(template: Template) -> list[Preset]:
    """Return the presets of other packages for the built-in template; none for another one.

    Raises:
        EnvironmentProblem: a package's entry point cannot be used; the message names it.
        TemplateError: its file is not understood.
    """
    if not builtin.is_builtin(template.source):
        return []
    return [
        preset
        for point in _entry_points(tuple(sys.path))
        if point.group == PRESETS
        for preset in read_presets(Path(_load(point)))
    ]


@lru_cache(maxsize=1)
def _entry_points(_path: tuple[str, ...]) -> tuple[EntryPoint, ...]:
    """Return the entry points of both groups; every package on the path is looked at once."""
    points = entry_points()
    return (*points.select(group=PRESETS), *points.select(group=TYPES))


def _load(point: EntryPoint) -> str:
    """Return what an entry point names: a path or an address, possibly through a function."""
    try:
        target = point.load()
        if callable(target):
            target = target()
        if isinstance(target, str | PathLike):
            return str(fspath(target))
        reason = f"it gives {type(target).__name__}, not a path"
    except Exception as error:
        reason = f"{type(error).__name__}: {error}"
    raise EnvironmentProblem(
        f"The package {_package(point)} brings {point.group} that cannot be used "
        f"({point.value}): {reason}.",
        hint=f"upgrade or remove it: pip uninstall {_package(point)}",
    )


def _package(point: EntryPoint) -> str:
    return point.dist.name if point.dist is not None else point.value.partition(":")[0]
