"""From a file to its cells: which format it is, which of its tables, and what stands in it."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

from mlstarter.data import databases, dialect, encodings, excel, json_files
from mlstarter.data.archives import inner_name, is_archive, read_bytes
from mlstarter.data.errors import DataError
from mlstarter.data.limits import BYTES, CELLS, COLUMNS
from mlstarter.data.settings import Format, Settings, with_values
from mlstarter.data.show import excerpt

Cell = Any
"""str, int, float, bool, None, a date, datetime or time; anything else cannot be read."""

ENDINGS: Mapping[str, Format] = {
    ".csv": "csv", ".tsv": "csv", ".tab": "csv", ".txt": "csv",
    ".data": "csv", ".dat": "csv", ".psv": "csv",
    ".xlsx": "excel", ".xlsm": "excel", ".parquet": "parquet", ".pq": "parquet",
    ".json": "json", ".jsonl": "jsonl", ".ndjson": "jsonl", ".jsonlines": "jsonl",
    ".sqlite": "sqlite", ".sqlite3": "sqlite", ".db": "sqlite", ".db3": "sqlite",
    ".duckdb": "duckdb", ".ddb": "duckdb",
}  # fmt: skip
REFUSED_FORMATS = {
    ".xls": "an Excel file of before 2007; save it as .xlsx",
    ".xlsb": "a binary Excel file; save it as .xlsx",
    ".ods": "an OpenDocument sheet; save it as .xlsx or .csv",
    ".feather": "a Feather file; save it as .parquet",
    ".arrow": "an Arrow file; save it as .parquet",
    ".pkl": "a pickle, which may run code when it is read; save the table as .parquet",
    ".pickle": "a pickle, which may run code when it is read; save the table as .parquet",
    ".rds": "a file of R; write it as .csv or .parquet",
    ".rdata": "a file of R; write it as .csv or .parquet",
    ".sav": "a file of SPSS; save it as .csv",
    ".dta": "a file of Stata; save it as .csv",
    ".sas7bdat": "a file of SAS; save it as .csv",
    ".mat": "a file of Matlab; save it as .csv",
    ".bz2": "packed in a way that is not read; unpack it, or pack it as .gz",
    ".xz": "packed in a way that is not read; unpack it, or pack it as .gz",
    ".zst": "packed in a way that is not read; unpack it, or pack it as .gz",
    ".7z": "packed in a way that is not read; unpack it, or pack it as .zip",
    ".rar": "packed in a way that is not read; unpack it, or pack it as .zip",
    ".tar": "an archive of several files; unpack it",
    ".tgz": "an archive of several files; unpack it",
}


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
        layout = dialect.detect(text, path.name, own_settings)
        settings = replace(with_values(layout, own_settings), format="csv", encoding=encoding)
        return _table(settings, path, *_csv(text, settings))
    if settings.format in ("json", "jsonl"):
        data = read_bytes(path)
        text = encodings.check(data, json_files.encoding_of(data, path.name), path.name)
        kind, rows = json_files.read_records(text, settings.format, path.name)
        return _table(replace(settings, format=kind), path, *_records(rows))
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
        dialect.check_widths(text, settings, path.name)
        return _table(settings, path, *_csv(text, settings))
    if settings.format in ("json", "jsonl"):
        data = read_bytes(path)
        text = encodings.check(data, json_files.encoding_of(data, path.name), path.name)
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


def detect_format(path: Path) -> Format:
    """Return a file's format: by its first bytes where they say it, else by its ending.

    Raises DataError for a file that is absent, empty, too large or of a kind that is not read.
    """
    try:
        with path.open("rb") as file:
            start = file.read(16)
        size = path.stat().st_size
    except OSError as error:
        raise DataError(
            f"{excerpt(path, 200)} cannot be read: {error.strerror or error}.",
            hint="give the path of a file that you may read",
        ) from error
    if not size:
        raise DataError(f"{excerpt(path.name)} is empty.", hint="give a file that holds a table")
    if start.startswith(b"SQLite format 3\0"):
        return "sqlite"
    if start.startswith(b"PAR1"):
        return "parquet"
    if start[8:12] == b"DUCK":
        return "duckdb"
    if size > BYTES:
        raise DataError(
            f"{excerpt(path.name)} is larger than {BYTES >> 30} GiB.",
            hint="make a Parquet or DuckDB file of it, or take a part of its rows",
        )
    if start.startswith(b"PK\x03\x04") and excel.is_workbook(path):
        return "excel"
    if start.startswith(b"\xd0\xcf\x11\xe0"):
        raise DataError(
            f"{excerpt(path.name)} is {REFUSED_FORMATS['.xls']}.", hint="and give that file"
        )
    name = inner_name(path)
    ending = Path(name).suffix.lower()
    if ending in REFUSED_FORMATS:
        raise DataError(
            f"{excerpt(path.name)} is {REFUSED_FORMATS[ending]}.", hint="and give that file"
        )
    kind = ENDINGS.get(ending)
    if kind in ("excel", "parquet", "sqlite", "duckdb"):
        what = (
            "packed; unpack it" if is_archive(path) else f"no {kind} file, whatever its name says"
        )
        raise DataError(f"{excerpt(path.name)} is {what}.", hint="give the file itself")
    if kind is None and (start[:1] in (b"{", b"[")):
        return "json"
    return kind or "csv"


def _csv(text: str, settings: Settings) -> tuple[list[str], int, list[list[Cell]]]:
    rows = (row for _, row in dialect.rows_of(text, settings))
    first = next(rows, [])
    names = dialect.column_names(first if settings.header else [""] * len(first))
    width = len(names)
    below: Iterable[list[str]] = rows if settings.header else itertools.chain([first], rows)
    first_rows: list[list[str]] = []
    total, most = 0, max(1_000, CELLS // max(width, 1))
    for total, row in enumerate(below, 1):
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
    return dialect.column_names(list(names)), len(rows), columns


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
    good: dict[str, list[Cell]] = {}
    unreadable: dict[str, str] = {}
    for name, cells in zip(names, columns, strict=True):
        plain = [_plain(cell) for cell in cells]
        odd = next((cell for cell in plain if not isinstance(cell, PLAIN)), None)
        if odd is None:
            good[name] = plain
        else:
            what = (
                "binary" if isinstance(odd, bytes | bytearray | memoryview) else "lists or objects"
            )
            unreadable[name] = f"it holds {what}, not values"
    return Table(settings, rows, good, unreadable)


PLAIN = (str, int, float, bool, date, time, type(None))


def _plain(cell: Any) -> Cell:
    if isinstance(cell, Decimal):
        return float(cell)
    if isinstance(cell, UUID):
        return str(cell)
    if isinstance(cell, timedelta):
        return cell.total_seconds()
    return cell
