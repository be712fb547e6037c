"""What the columns mean: schema.toml, the file of a project that belongs to its owner."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any

from mlstarter.data.errors import DataError
from mlstarter.escape import toml_value

HEAD = """\
# What the model reads. Training, the service and the page obey this file; change it freely.
#
#   kind         number, integer, category or boolean
#   title, description, unit     shown on the page and in the API's documentation
#   missing      texts that stand for a missing value, beside an empty one
#   strip        texts that are taken out of a cell before it is read as a number
#   low, high    hard bounds; without them the training data set the bounds
#   true, false  the words of a boolean
#   examples     cells as they stand in the file: is this how you read them?
#
# [[dates]] names columns that hold a time and their format (strptime; "" for 2026-12-31).
#
# [exclude] names columns that must never become features, and why: naming one of them as a
# feature as well is an error.
"""


_BOUNDS = ("low", "high")


@dataclass(frozen=True, slots=True)
class Column:
    """One column that is read: a feature, the target or a date, as its kind says.

    ``kind`` is number, integer, category, boolean or time; ``format`` belongs to a time.
    """

    name: str
    kind: str
    title: str = ""
    description: str = ""
    unit: str = ""
    missing: tuple[str, ...] = ()
    strip: tuple[str, ...] = ()
    low: float | None = None
    high: float | None = None
    true: tuple[str, ...] = ()
    false: tuple[str, ...] = ()
    format: str = ""
    positive: str = ""
    examples: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Schema:
    """schema.toml."""

    target: Column
    row: str = ""
    exclude: Mapping[str, str] = field(default_factory=dict)
    features: tuple[Column, ...] = ()
    dates: tuple[Column, ...] = ()


def read_schema(text: str) -> Schema:
    """Read schema.toml; raises DataError where it is not understood."""
    try:
        document = tomllib.loads(text)
        target = _column({"name": "", "kind": "category"} | document.get("target", {}))
        features = tuple(_column(table) for table in document.get("features", []))
        dates = tuple(_column({"kind": "time"} | table) for table in document.get("dates", []))
        exclude = {str(k): str(v) for k, v in document.get("exclude", {}).items()}
    except (tomllib.TOMLDecodeError, TypeError, AttributeError, ValueError) as error:
        raise DataError(
            f"schema.toml cannot be read: {error}.", hint="mend it, or move it away"
        ) from error
    return Schema(target, str(document.get("row", "")), exclude, features, dates)


def _column(table: Mapping[str, Any]) -> Column:
    values: dict[str, Any] = {}
    for each in fields(Column):
        if each.name in table:
            value = table[each.name]
            values[each.name] = _value(each.name, value, is_list=isinstance(each.default, tuple))
    for key in ("name", "kind"):
        if key not in values:
            raise ValueError(f"a column has no {key}")
    return Column(**values)


def _value(key: str, value: Any, *, is_list: bool) -> Any:
    """Return a value as a column holds it; raises ValueError for one of another kind."""
    if is_list and isinstance(value, list):
        return tuple(str(item) for item in value)
    kinds = (int, float) if key in _BOUNDS else (str,)
    if is_list or not isinstance(value, kinds) or isinstance(value, bool):
        expected = "a list of texts" if is_list else "a number" if key in _BOUNDS else "a text"
        raise ValueError(f"{key} is not {expected}")
    return value


def to_toml(schema: Schema, head: str = HEAD) -> str:
    """Return schema.toml, with ``head`` as its comment."""
    parts = [head.rstrip("\n"), f"row = {toml_value(schema.row)}"]
    parts.append("[target]\n" + _table(schema.target))
    if schema.exclude:
        lines = (f"{toml_value(name)} = {toml_value(why)}" for name, why in schema.exclude.items())
        parts.append("[exclude]\n" + "\n".join(lines))
    parts += [f"[[features]]\n{_table(column)}" for column in schema.features]
    parts += [f"[[dates]]\n{_table(column)}" for column in schema.dates]
    return "\n\n".join(part for part in parts if part) + "\n"


def _table(column: Column) -> str:
    """Return the keys of a column that say something, one a line."""
    time = column.kind == "time"
    lines = []
    for each in fields(column):
        value = getattr(column, each.name)
        always = each.name in ("name", "format" if time else "kind")
        if always or (value not in ("", (), None) and not (time and each.name == "kind")):
            lines.append(f"{each.name} = {toml_value(value)}")
    return "\n".join(lines)
