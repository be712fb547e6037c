"""Reads schema.toml: the target, the features, and the columns that must never be features."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from math import inf
from pathlib import Path
from typing import Literal

from ..config import read_toml
from ..errors import ProjectError


@dataclass(frozen=True)
class Feature:
    """One column that the model reads."""

    name: str
    kind: Literal["number", "integer", "category", "boolean"]
    title: str = ""
    description: str = ""
    unit: str = ""
    missing: tuple[str, ...] = ()
    low: float = -inf
    high: float = inf


@dataclass(frozen=True)
class Target:
    """The column to be predicted; ``positive`` is the class that counts as "yes"."""

    name: str = ""
    title: str = ""
    unit: str = ""
    positive: str = ""


@dataclass(frozen=True)
class Schema:
    """schema.toml."""

    target: Target
    features: tuple[Feature, ...] = ()
    exclude: dict[str, str] = field(default_factory=dict)
    row: str = ""


def load(root: Path = Path()) -> Schema:
    """Read schema.toml; where it names no features yet, look at the data and write it."""
    schema = read(root)
    if schema.features:
        return schema
    from .. import settings
    from .infer import infer

    return infer(settings.load(root), root)


def read(root: Path = Path()) -> Schema:
    """Read schema.toml; a feature that is named as a leak or is the target raises an error."""
    schema = read_toml(Schema, root / "schema.toml")
    names = [feature.name for feature in schema.features]
    for name, count in Counter(names).items():
        if count > 1:
            raise ProjectError(f"schema.toml describes the feature {name!r} {count} times")
        if name == schema.target.name:
            raise ProjectError(
                f"schema.toml names the target {name!r} as a feature", "remove that feature"
            )
        if name in schema.exclude:
            raise ProjectError(
                f"schema.toml excludes the column {name!r} ({schema.exclude[name]}) "
                "and names it as a feature",
                "remove it from one of the two",
            )
    return schema
