"""Tables of SQLite and DuckDB files, and Parquet files, which DuckDB reads."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any

from mlstarter.data.csv_rows import column_names
from mlstarter.data.errors import DataError, OpenQuestion, Option
from mlstarter.data.limits import CELLS
from mlstarter.data.requirements import require
from mlstarter.data.settings import Settings
from mlstarter.data.show import excerpt, quote, some

NESTED_TYPES = ("STRUCT", "MAP", "UNION", "BLOB", "BIT", "VARIANT", "GEOMETRY")
Cells = tuple[list[str], int, list[list[Any]]]


def _identifier(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _choose(path: Path, table: str, tables: Mapping[str, int]) -> str:
    """Return the table to read: the one that is named, the only one with rows, or the choice."""
    if table:
        if table not in tables:
            raise DataError(
                f"{excerpt(path.name)} has no table {quote(table)}.",
                hint=f"its tables are {some(tables)}" if tables else "it has none",
            )
        return table
    if not tables:
        raise DataError(
            f"{excerpt(path.name)} has no table in its own schema.",
            hint="give a file that holds one, or copy it into the schema main; was the file copied "
            "without the one beside it that ends in wal?",
        )
    with_rows = [name for name, rows in tables.items() if rows] or [*tables]
    if len(with_rows) == 1:
        return with_rows[0]
    names = sorted(tables, key=lambda name: -tables[name])
    titles = [f"{excerpt(name, 40)} ({tables[name]:,} rows)" for name in names]
    raise OpenQuestion(
        "data_table",
        f"{excerpt(path.name)} holds {len(tables)} tables: {', '.join(titles[:8])}.",
        "Which table?",
        [Option(name, title) for name, title in zip(names, titles, strict=True)],
    )


def _refuse_open(path: Path, ending: str) -> None:
    """Raise DataError where last changes lie beside a database: a copy would lack them."""
    log = path.with_name(path.name + ending)
    if log.is_file() and log.stat().st_size:
        raise DataError(
            f"The last changes of {excerpt(path.name)} lie beside it, in {excerpt(log.name)}.",
            hint="close the program that has it open, or open and close it once with its own shell",
        )


@contextmanager
def _sqlite(path: Path) -> Iterator[sqlite3.Connection]:
    try:
        address = f"{path.resolve().as_uri()}?mode=ro"
        with closing(sqlite3.connect(address, uri=True)) as database:
            database.execute("PRAGMA trusted_schema = OFF")
            yield database
    except sqlite3.Error as error:
        is_text = str(error).startswith("Could not decode")
        raise DataError(
            f"{excerpt(path.name)} cannot be read as SQLite: {excerpt(error, 80)}.",
            hint="write that column anew as UTF-8, or leave it out in a view"
            if is_text
            else "check the file with `sqlite3 FILE .tables`",
        ) from error


def sqlite_table(path: Path, table: str) -> str:
    """Return the table or view of a SQLite file to read; SQLite's own do not count."""
    _refuse_open(path, "-wal")
    with _sqlite(path) as database:
        names = database.execute(
            "SELECT name FROM sqlite_master WHERE type IN ('table', 'view') "
            "AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY rowid"
        )
        tables: dict[str, int] = {}
        for (name,) in names.fetchall():
            query = f"SELECT count(*) FROM {_identifier(name)}"  # noqa: S608 - quoted
            # A view of a table that is gone: no reason to refuse the others.
            with suppress(sqlite3.OperationalError):
                tables[name] = database.execute(query).fetchall()[0][0]
    return _choose(path, table, tables)


def read_sqlite(path: Path, settings: Settings) -> Cells:
    """Return names, number of rows and columns of a table."""
    with _sqlite(path) as database:
        table = _identifier(settings.table)
        total = database.execute(f"SELECT count(*) FROM {table}").fetchone()[0]  # noqa: S608
        cursor = database.execute(f"SELECT * FROM {table}")  # noqa: S608 - quoted
        names = [column[0] for column in cursor.description]
        first_rows = cursor.fetchmany(max(1_000, CELLS // max(len(names), 1)))
    return column_names(names), total, _columns(first_rows, len(names))


@contextmanager
def _duckdb(path: Path | None = None, source: Path | None = None) -> Iterator[Any]:
    duckdb = require("duckdb", "Reading Parquet and DuckDB files")
    name = (path or source or Path()).name
    try:
        # A view of somebody else's database must not read other files.
        config = {"enable_external_access": "false"} if path else {}
        place = str(path) if path else ":memory:"
        with closing(duckdb.connect(place, read_only=path is not None, config=config)) as database:
            database.execute("SET enable_progress_bar = false")
            yield database
    except duckdb.Error as error:
        kind = "DuckDB" if path else "Parquet"
        raise DataError(
            f"{excerpt(name)} cannot be read as {kind}: "
            f"{excerpt(str(error).splitlines()[0], 100)}.",
            hint="write the file anew with today's version of the program that made it",
        ) from error


def duckdb_table(path: Path, table: str) -> str:
    """Return the table or view of a DuckDB file to read."""
    _refuse_open(path, ".wal")
    with _duckdb(path) as database:
        rows = database.execute(
            "SELECT table_name FROM information_schema.tables "
            "WHERE table_schema = 'main' AND table_catalog = current_database() ORDER BY table_name"
        ).fetchall()
        tables = {}
        for (name,) in rows:
            query = f"SELECT count(*) FROM {_identifier(name)}"  # noqa: S608 - quoted
            tables[name] = database.execute(query).fetchall()[0][0]
    return _choose(path, table, tables)


def read_duckdb(path: Path, settings: Settings) -> Cells:
    """Return names, number of rows and columns of a table."""
    with _duckdb(path) as database:
        return _relation(database.sql(f"SELECT * FROM {_identifier(settings.table)}"))  # noqa: S608


def read_parquet(path: Path, settings: Settings) -> Cells:  # noqa: ARG001 - as the others take it
    """Return names, number of rows and columns of a Parquet file."""
    if any(letter in path.name for letter in "*?[]"):
        raise DataError(
            f"{excerpt(path.name)} has a name that stands for several files.",
            hint="rename it without *, ? and brackets",
        )
    with _duckdb(source=path) as database:
        return _relation(database.read_parquet(str(path)))


def _relation(relation: Any) -> Cells:
    names = list(relation.columns)
    total = relation.count("*").fetchall()[0][0]
    first_rows = relation.limit(max(1_000, CELLS // max(len(names), 1))).fetchall()
    columns = _columns(first_rows, len(names))
    for place, kind in enumerate(relation.types):
        text = str(kind)
        if text.endswith("]") or text.startswith(NESTED_TYPES):
            columns[place] = [b"" if text.startswith("BLOB") else ()] * len(first_rows)
    return column_names(names), total, columns


def _columns(rows: list[tuple[Any, ...]], width: int) -> list[list[Any]]:
    return (
        [list(cells) for cells in zip(*rows, strict=True)] if rows else [[] for _ in range(width)]
    )
