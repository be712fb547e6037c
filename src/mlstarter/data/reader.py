"""Cells to values, as a generated project reads them: what is written, and nothing guessed.

The project's own `data.py` does the same with its own code; a test holds both equal. The tool
reads with this what it has just described, so that no project begins with a file that it refuses.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from mlstarter.data.errors import DataError
from mlstarter.data.numbers import NumberStyle, to_number
from mlstarter.data.schema import Column, Schema
from mlstarter.data.settings import Settings
from mlstarter.data.show import excerpt, quote
from mlstarter.data.tables import Table, read_cells

LARGEST = 3.4028234663852886e38  # of float32, which the model reads
Value = str | float | datetime | None


@dataclass(frozen=True, slots=True)
class Values:
    """Every column that a schema names, one value a row; None where it is missing."""

    features: Mapping[str, list[Value]]
    target: list[Value]
    dates: Mapping[str, list[Value]]


def read_table(path: Path, settings: Settings, schema: Schema) -> Values:
    """Read a file as settings and schema say.

    Numbers and whole numbers are floats, of a boolean 1.0 and 0.0; categories are texts, times
    datetimes without a zone. Raises DataError naming the column, line and cell that do not fit.
    """
    return values_of(read_cells(path, settings), schema, path.name)


def values_of(table: Table, schema: Schema, name: str) -> Values:
    """Return the values of a table that is read already; see ``read_table``."""
    dates = {column.name: _values(table, column, name) for column in schema.dates}
    features = {column.name: _values(table, column, name) for column in schema.features}
    target = _values(table, schema.target, name) if schema.target.name else []
    return Values(features, target, dates)


def fits(table: Table, column: Column) -> bool:
    """Say whether every cell of a column can be read as it is described."""
    try:
        _values(table, column, "")
    except (DataError, ValueError):
        return False
    return True


def _values(table: Table, column: Column, name: str) -> list[Value]:
    if column.name not in table.columns:
        reason = table.unreadable.get(column.name)
        raise DataError(
            f"{excerpt(name)} has no column {quote(column.name)}"
            f"{f' ({reason})' if reason else ''}.",
            hint="remove it from schema.toml",
        )
    return list(_convert(table, column, name))


def _convert(table: Table, column: Column, name: str) -> Iterator[Value]:
    style = NumberStyle(table.settings.decimal, table.settings.thousands)
    cache: dict[Any, Value] = {}
    for row, cell in enumerate(table.columns[column.name], 1):
        # 1, 1.0 and True are equal, and not the same category.
        key = cell if isinstance(cell, str) else (type(cell), cell)
        if key not in cache:
            try:
                cache[key] = value(cell, column, style)
            except ValueError:
                raise DataError(
                    f"{excerpt(name)}, row {row:,}, column {quote(column.name)}: "
                    f"{quote(as_text(cell))} is no {column.kind}.",
                    hint="mend it, or change kind, missing or format in schema.toml, or decimal "
                    "and thousands in config.toml",
                ) from None
        yield cache[key]


def value(cell: Any, column: Column, style: NumberStyle) -> Value:
    """Return one cell by the kind of its column, None for a missing one.

    Raises ValueError where it does not fit.
    """
    text = as_text(cell)
    if text == "" or text in column.missing:
        return None
    if column.kind == "category":
        return text
    if column.kind == "time":
        return moment(text, column.format if isinstance(cell, str) else "")
    if column.kind == "boolean":
        return _truth(text, cell, column)
    number = to_number(text, style, column.strip) if isinstance(cell, str) else float(cell)
    if number is None or not abs(number) <= LARGEST or (column.kind == "integer" and number % 1):
        raise ValueError(text)
    return number


def _truth(text: str, cell: Any, column: Column) -> float:
    plain = {} if isinstance(cell, str) else {"1": 1.0, "0": 0.0}
    words = plain | dict.fromkeys(column.true, 1.0) | dict.fromkeys(column.false, 0.0)
    if text not in words:
        raise ValueError(text)
    return words[text]


def moment(text: str, pattern: str) -> datetime:
    """Return a time without a zone: in UTC where the text names one.

    Raises ValueError for what is none, or lies outside the years 1 to 9999.
    """
    time = datetime.strptime(text, pattern) if pattern else datetime.fromisoformat(text)
    try:
        return time.astimezone(UTC).replace(tzinfo=None) if time.tzinfo else time
    except OverflowError as error:
        raise ValueError(text) from error


def as_text(cell: Any) -> str:
    """Return a cell as text, the same whatever kind of file it stood in; "" for an empty one."""
    if isinstance(cell, str):
        return cell.strip()
    if cell is None or (isinstance(cell, float) and math.isnan(cell)):
        return ""
    if isinstance(cell, bool):
        return str(cell).lower()
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return cell.isoformat() if isinstance(cell, date) else str(cell)
