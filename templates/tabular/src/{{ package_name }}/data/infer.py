"""Writes a first schema.toml from the data: what each column is, and what must not be a feature.

A guess to be read and corrected: whatever stands in schema.toml afterwards is obeyed.
"""

from __future__ import annotations

import difflib
import json
import re
import sys
from dataclasses import dataclass, field, replace
from itertools import takewhile
from pathlib import Path

import numpy as np
import pandas as pd
from pandas.api import types

from .. import settings
from ..errors import ProjectError
from ..files import write
from ..settings import Config
from . import csv_files, tables
from .checks import check_target
from .load import drawn, query
from .power import power
from .schema import Feature, Schema, read

MOST_POWER = 0.98  # of a single column for the target, above which it looks like a leak
FEWEST_ROWS_A_VALUE = 2  # of a category that is worth learning
IDENTIFIER = re.compile(r"(^|[\W_])(id|ids|key|uuid|guid|index|nr|no|number|unnamed.*)$", re.I)


@dataclass
class Guess:
    """What the columns look like, and the sentences that are worth saying about them."""

    features: list[Feature] = field(default_factory=list)
    exclude: dict[str, str] = field(default_factory=dict)


def run(force: bool = False) -> None:
    """Write schema.toml, unless it names features already and `force` is not given."""
    if read().features and not force:
        raise ProjectError(
            "schema.toml describes features already.", "`schema --force` writes them anew."
        )
    infer(settings.load())


def infer(config: Config, root: Path = Path()) -> Schema:
    """Look at the data, write schema.toml and return it; what was left out is said on stderr.

    The target and the columns that schema.toml already excludes are kept. Raises ProjectError if
    the target is missing or cannot be learned.
    """
    given = read(root)
    with tables.connect(config, root) as database:
        frame = drawn(query(database, root), config).df()
        marks = _marks(database, config, root)
    target = given.target.name
    if target and target not in frame.columns:
        near = difflib.get_close_matches(target, frame.columns, n=1, cutoff=0.4)
        raise ProjectError(
            f"features.sql gives no column {target!r} to be the target.",
            f"Did you mean {near[0]!r}?" if near else f"Columns: {', '.join(frame.columns[:20])}",
        )
    if target:
        frame = frame[frame[target].notna()]
    check_target(frame, target, config.task)
    kept = {target, config.split.column, config.evaluation.cluster, *given.exclude}
    guess = Guess(exclude=dict(given.exclude))
    for name in frame.columns:
        if name not in kept:
            _column(guess, frame[name], marks.get(name, []))
    if target:
        _leaks(guess, frame, target, config.task)
    schema = replace(
        given,
        features=tuple(guess.features),
        exclude=guess.exclude,
        row=given.row or f"one row of {tables.files(config, root)[0].name}",
    )
    write(root / "schema.toml", to_toml(schema, root))
    for name in guess.exclude.keys() - given.exclude.keys():
        print(f"not a feature: {name!r}, {guess.exclude[name]}", file=sys.stderr)
    print(f"schema.toml now describes {len(guess.features)} features: read it.", file=sys.stderr)
    return schema


def _column(guess: Guess, column: pd.Series, marks: list[str]) -> None:
    """Decide what one column is; the order of the questions matters."""
    name, rows, values = str(column.name), len(column), column.dropna()
    distinct = values.nunique()
    if values.empty:
        guess.exclude[name] = "constant: it has no values"
    elif distinct == 1 and len(values) == rows:
        guess.exclude[name] = f"constant: always {str(values.iloc[0])[:40]!r}"
    elif set(values.head(1000).astype(str).str.lower()) <= {"true", "false"}:
        guess.features.append(_feature(name, "boolean", marks))
    elif types.is_float_dtype(values) or types.is_integer_dtype(values):
        whole = bool(np.all(np.mod(values, 1) == 0))
        counts_rows = IDENTIFIER.search(name) or values.is_monotonic_increasing
        if whole and distinct == rows and counts_rows:
            guess.exclude[name] = "identifier: another value in each row"
        else:
            guess.features.append(_feature(name, "integer" if whole else "number", marks))
    elif types.is_datetime64_any_dtype(values) or not isinstance(values.iloc[0], str):
        guess.exclude[name] = "date or time: make features of it in features.sql, or split by it"
    elif distinct * FEWEST_ROWS_A_VALUE > len(values):
        guess.exclude[name] = f"near-unique: {distinct} values in {len(values)} rows"
    else:
        guess.features.append(_feature(name, "category", marks))


def _feature(name: str, kind: str, marks: list[str]) -> Feature:
    words = re.sub(r"[\s_]+", " ", re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name)).strip()
    title = words[:1].upper() + words[1:] if words and not name.startswith("__") else name
    return Feature(name, kind, title=title or name, missing=tuple(marks))  # type: ignore[arg-type]


def _leaks(guess: Guess, frame: pd.DataFrame, target: str, task: str) -> None:
    """Leave out what predicts the target (nearly) alone: data are rarely that kind."""
    for feature in list(guess.features):
        strength = power(frame[feature.name], frame[target], task)
        if strength >= MOST_POWER:
            guess.features.remove(feature)
            guess.exclude[feature.name] = (
                f"leak? it alone predicts the target ({strength:.3f} of 1); "
                "a feature only if it is known before the target is"
            )


def _marks(database: object, config: Config, root: Path) -> dict[str, list[str]]:
    path = tables.files(config, root)[0]
    if config.data.source == "sample" or tables.CSV.isdisjoint(path.suffixes):
        return {}
    return csv_files.missing_marks(database, path, root / "data" / "cache")  # type: ignore[arg-type]


def to_toml(schema: Schema, root: Path = Path()) -> str:
    """Return schema.toml with the comments at the head of the one that is there."""
    lines = (root / "schema.toml").read_text(encoding="utf-8").splitlines()
    head = takewhile(lambda line: line.startswith("#"), lines)
    parts = ["\n".join(head), f"row = {toml_value(schema.row)}"]
    parts.append("[target]\n" + _table(schema.target))
    if schema.exclude:
        reasons = schema.exclude.items()
        excluded = (f"{toml_value(name)} = {toml_value(why)}" for name, why in reasons)
        parts.append("[exclude]\n" + "\n".join(excluded))
    parts += ["[[features]]\n" + _table(feature) for feature in schema.features]
    return "\n\n".join(part for part in parts if part) + "\n"


def _table(value: object) -> str:
    """Return the fields of a dataclass that say something, one a line."""
    unsaid = ("", (), np.inf, -np.inf)
    return "\n".join(
        f"{key} = {toml_value(item)}"
        for key, item in vars(value).items()
        if key in ("name", "kind") or item not in unsaid
    )


def toml_value(value: object) -> str:
    """Return a text, number or list of texts as TOML writes it."""
    # JSON's texts, lists and numbers are TOML's, but for one control character.
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
