"""Turns data files (CSV, Parquet, SQLite, DuckDB) into tables of one database."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import duckdb
import pandas as pd

from ..errors import ProjectError
from ..settings import Config
from .csv_files import reader
from .dataset import SAMPLE
from .sql import identifier, text

CSV, PARQUET = {".csv", ".tsv", ".txt", ".data"}, {".parquet", ".pq"}
SQLITE, DUCKDB = {".sqlite", ".sqlite3", ".db"}, {".duckdb", ".ddb"}
CHUNK_ROWS = 50_000


def connect(config: Config, root: Path = Path()) -> duckdb.DuckDBPyConnection:
    """Return a database in memory in which each file of the data is a table, `data` the first.

    Raises ProjectError where there is no data or a file cannot be read.
    """
    database = duckdb.connect()
    database.execute(f"SET threads = {config.threads}")
    database.execute("SET enable_progress_bar = false")  # DuckDB's own goes to standard output
    paths = files(config, root)
    for path in paths:
        attach(database, path, root / "data" / "cache")
    tables = [row[0] for row in database.execute("SHOW TABLES").fetchall()]
    first = paths[0].name.split(".")[0]
    if tables and "data" not in tables:
        main = first if first in tables else tables[0]
        database.execute(f"CREATE VIEW data AS SELECT * FROM {identifier(main)}")
    return database


def files(config: Config, root: Path = Path()) -> list[Path]:
    """Return the data's files, the one that config.toml names first.

    Raises ProjectError where there are none.
    """
    place = SAMPLE if config.data.source == "sample" else root / (config.data.path or "data/raw")
    folder = place.parent if config.data.source == "kaggle" and place.is_file() else place
    known = CSV | PARQUET | SQLITE | DUCKDB
    found = [
        path
        for path in ([place] if folder.is_file() else sorted(folder.rglob("*")))
        if path.is_file() and not known.isdisjoint(path.suffixes)
    ]
    if not found or (place.suffix and place not in found):
        kinds = "CSV, Parquet, SQLite or DuckDB"
        raise ProjectError(
            f"There are no data at {place}: no {kinds} file.",
            "Bring them with `fetch`, or set data.path in config.toml.",
        )
    return sorted(found, key=lambda path: path != place)


def attach(database: duckdb.DuckDBPyConnection, path: Path, cache: Path) -> None:
    """Make the file's table, or the tables of a database file, visible in `database`.

    Raises ProjectError, in one sentence, where the file is damaged.
    """
    kinds = set(path.suffixes)
    try:
        if kinds & SQLITE:
            _copy_sqlite(database, path)
        elif kinds & DUCKDB:
            _attach_duckdb(database, path)
        elif kinds & PARQUET:
            _view(database, path, f"read_parquet({text(path)})")
        else:
            _view(database, path, reader(database, path, cache))
    except (duckdb.Error, sqlite3.Error, UnicodeError) as error:
        reason = str(error).strip().splitlines()[0]
        raise ProjectError(f"{path.name} cannot be read: {reason}") from None


def _view(database: duckdb.DuckDBPyConnection, path: Path, source: str) -> None:
    database.execute(f"CREATE VIEW {identifier(path.name.split('.')[0])} AS SELECT * FROM {source}")


def _attach_duckdb(database: duckdb.DuckDBPyConnection, path: Path) -> None:
    database.execute(f"ATTACH {text(path)} AS {identifier(path.name)} (READ_ONLY)")
    tables = database.execute(
        "SELECT table_schema, table_name FROM information_schema.tables WHERE table_catalog = ?",
        [path.name],
    ).fetchall()
    for schema, table in tables:
        source = f"{identifier(path.name)}.{identifier(schema)}.{identifier(table)}"
        database.execute(f"CREATE VIEW {identifier(table)} AS SELECT * FROM {source}")


def _copy_sqlite(database: duckdb.DuckDBPyConnection, path: Path) -> None:
    """Copy every table in chunks; SQLite types values, not columns, so all are looked at."""
    kinds = {"integer": "BIGINT", "integer,real": "DOUBLE", "real": "DOUBLE"}
    with sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True) as source:
        listed = "SELECT name FROM sqlite_master WHERE type IN ('table', 'view') ORDER BY rowid"
        for (table,) in source.execute(listed).fetchall():
            columns = [row[1] for row in source.execute(f"PRAGMA table_info({identifier(table)})")]
            types = {}
            for column in columns:
                query = f"SELECT DISTINCT typeof({identifier(column)}) FROM {identifier(table)}"
                found = sorted({row[0] for row in source.execute(query)} - {"null"})
                types[column] = kinds.get(",".join(found), "VARCHAR")
            declared = ", ".join(f"{identifier(column)} {kind}" for column, kind in types.items())
            database.execute(f"CREATE TABLE {identifier(table)} ({declared})")
            wanted = ", ".join(
                f"CAST({identifier(c)} AS TEXT)" if kind == "VARCHAR" else identifier(c)
                for c, kind in types.items()
            )
            cursor = source.execute(f"SELECT {wanted} FROM {identifier(table)}")
            while rows := cursor.fetchmany(CHUNK_ROWS):
                chunk = pd.DataFrame(rows, columns=columns, dtype=object)
                database.register("chunk", chunk)
                database.execute(f"INSERT INTO {identifier(table)} SELECT * FROM chunk")
                database.unregister("chunk")
