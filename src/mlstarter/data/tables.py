"""From a file to its cells: which format it is, which of its tables, and what stands in it."""

from __future__ import annotations

import csv
import itertools
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

from mlstarter.data import databases, dialect, encodings, excel, json_files
from mlstarter.data.archives import is_archive, read_bytes
from mlstarter.data.csv_rows import check_widths, column_names, rows_of, unreadable
from mlstarter.data.errors import DataError
from mlstarter.data.formats import detect_format
from mlstarter.data.limits import CELLS, COLUMNS
from mlstarter.data.mojibake import refuse_mojibake
from mlstarter.data.settings import Settings, with_values
from mlstarter.data.show import excerpt

RULE = re.compile(r"\s*:?-{2,}:?\s*|\s*")
Cell = Any
"""str, int, float, bool, None, a date, datetime or time; anything else cannot be read."""


@dataclass(frozen=True, slots=True)
class Table:
    """The cells of a file, by column, as they stand there.

    ``rows`` counts all of the file; ``columns`` may hold the first of them only (``limits.CELLS``).
    ``unreadable`` says of columns without cells why they cannot be read.
    """

    settings: Settings
    rows: int
    columns: Mapping[str, list[Cell]]
    unreadable: Mapping[str, str] = field(default_factory=dict)


def read(path: Path, own_settings: Mapping[str, Any]) -> Table:
    """Find out how a file is read, and read it; ``fixed`` are settings that its owner states.

    Raises DataError for what cannot be read, OpenQuestion for what the owner has to decide.
    """
    settings = with_values(Settings(format=detect_format(path)), own_settings)
    if settings.format == "csv":
        data = read_bytes(path)
        encoding = own_settings.get("encoding") or encodings.detect(data, path.name)
        text = encodings.check(data, encoding, path.name)
        del data
        if "encoding" not in own_settings:
            refuse_mojibake(text, path.name)
        try:
            layout = dialect.detect(text, path.name, own_settings)
        except csv.Error as error:
            raise unreadable(error, path.name) from error
        settings = replace(with_values(layout, own_settings), format="csv", encoding=encoding)
        return _table(settings, path, *_csv(text, settings, path.name))
    if settings.format in ("json", "jsonl"):
        data = read_bytes(path)
        encoding = json_files.encoding_of(data, path.name)
        text = json_files.decode(data, encoding, path.name)
        kind, rows = json_files.read_records(text, settings.format, path.name)
        return _table(replace(settings, format=kind, encoding=encoding), path, *_records(rows))
    settings = choose_table(path, settings)
    return read_cells(path, settings)


def choose_table(path: Path, settings: Settings) -> Settings:
    """Return the settings with the table of a database, or the rows above an Excel header."""
    if settings.format == "excel":
        return excel.settle(path, settings)
    if settings.format == "sqlite":
        return replace(settings, table=databases.sqlite_table(path, settings.table))
    if settings.format == "duckdb":
        return replace(settings, table=databases.duckdb_table(path, settings.table))
    return settings


def read_cells(path: Path, settings: Settings) -> Table:
    """Read a file as ``settings`` say, guessing nothing.

    Raises DataError where it cannot be read so.
    """
    if settings.format == "csv":
        text = encodings.check(read_bytes(path), settings.encoding, path.name)
        check_widths(text, settings, path.name)
        return _table(settings, path, *_csv(text, settings, path.name))
    if settings.format in ("json", "jsonl"):
        data = read_bytes(path)
        text = json_files.decode(data, json_files.encoding_of(data, path.name), path.name)
        _, rows = json_files.read_records(text, settings.format, path.name)
        return _table(settings, path, *_records(rows))
    if is_archive(path):
        raise DataError(
            f"{excerpt(path.name)} holds a file of format {settings.format}, and those are not "
            "read packed.",
            hint="unpack it",
        )
    sources: dict[str, Callable[[Path, Settings], tuple[list[str], int, list[list[Any]]]]] = {
        "excel": excel.read,
        "parquet": databases.read_parquet,
        "sqlite": databases.read_sqlite,
        "duckdb": databases.read_duckdb,
    }
    return _table(settings, path, *sources[settings.format](path, settings))


def _csv(text: str, settings: Settings, name: str) -> tuple[list[str], int, list[list[Cell]]]:
    """Return names, number of rows and columns; raises DataError for a second header."""
    rows = rows_of(text, settings)
    line, first = next(rows, (0, []))
    names = column_names(first if settings.header else [""] * len(first))
    width, header = len(names), [cell.strip() for cell in first]
    below = rows if settings.header else itertools.chain([(line, first)], rows)
    first_rows: list[list[str]] = []
    total, most = 0, max(1_000, CELLS // max(width, 1))
    for total, (line, row) in enumerate(below, 1):
        is_rule = total == 1 and all(map(RULE.fullmatch, row))
        again = row[0].strip() == header[0] and [cell.strip() for cell in row] == header
        if settings.header and (is_rule or again):
            what = "repeats the header" if again else "only rules off the header"
            raise DataError(f"{excerpt(name)}, line {line:,}, {what}.", hint="remove that line")
        if total <= most:
            first_rows.append(row[:width])
    return names, total, [list(cells) for cells in zip(*first_rows, strict=True)]


def _records(rows: list[Mapping[str, Any]]) -> tuple[list[str], int, list[list[Cell]]]:
    names: dict[str, None] = {}
    for row in rows:
        names |= dict.fromkeys(row)
        if len(names) > COLUMNS:
            break
    first_rows = rows[: max(1_000, CELLS // max(len(names), 1))]
    columns = [[row.get(name) for row in first_rows] for name in names]
    return column_names(list(names)), len(rows), columns


def _table(
    settings: Settings, path: Path, names: list[str], rows: int, columns: list[list[Cell]]
) -> Table:
    """Return the table, without the columns whose cells are no values."""
    if len(names) > COLUMNS:
        raise DataError(
            f"{excerpt(path.name)} has more than {COLUMNS:,} columns.",
            hint="keep those that matter",
        )
    if not rows or not names:
        raise DataError(
            f"{excerpt(path.name)} has no rows{' below its header' if names else ''}.",
            hint="give a file that holds a table",
        )
    if settings.format != "csv":  # where the line is known, and said
        _refuse_second_header(names, columns, path.name)
    good: dict[str, list[Cell]] = {}
    unreadable: dict[str, str] = {}
    for name, cells in zip(names, columns, strict=True):
        plain = [_plain(cell) for cell in cells]
        odd = next((cell for cell in plain if not isinstance(cell, PLAIN)), None)
        if odd is None:
            good[name] = plain
        else:
            unreadable[name] = _reason(odd)
    return Table(settings, rows, good, unreadable)


def _refuse_second_header(names: list[str], columns: list[list[Cell]], file: str) -> None:
    """Raise DataError for a row whose cells are the names of their columns."""
    for row in (place for place, cell in enumerate(columns[0]) if cell == names[0]):
        cells = [cells[row] for cells in columns]
        if all(cell in (name, None) for cell, name in zip(cells, names, strict=True)):
            raise DataError(
                f"{excerpt(file)}: row {row + 1:,} below the header repeats it.",
                hint="remove it; where another table begins there, give that a file of its own",
            )


def _reason(cell: Any) -> str:
    """Return why cells such as this one cannot be read."""
    if isinstance(cell, excel.Formula):
        return "it holds formulas that were never computed: open the file in Excel, and save it"
    is_binary = isinstance(cell, bytes | bytearray | memoryview)
    return f"it holds {'binary' if is_binary else 'lists or objects'}, not values"


PLAIN = (str, int, float, bool, date, time, type(None))


def _plain(cell: Any) -> Cell:
    if isinstance(cell, Decimal):
        return float(cell)
    if isinstance(cell, UUID):
        return str(cell)
    if isinstance(cell, timedelta):
        return cell.total_seconds()
    return cell
