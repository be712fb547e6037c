"""Reads CSV files of any delimiter, encoding, quoting and way of writing numbers.

A large file is kept as Parquet in data/cache/: it is read as text only once, a piece at a time.
"""

from __future__ import annotations

import codecs
import csv
import gzip
import re
import threading
from pathlib import Path

import duckdb

from ..progress import progress
from .sql import identifier, text

# What people write for "no value"; schema.toml names those that a column really has.
MISSING = ("", "NA", "N/A", "n/a", "#N/A", "NaN", "nan", "NULL", "null", "None", "?", "-")
# How thousands and decimals are marked: 1,234.5 or 1.234,5 or 1 234,5 or 1'234.5
NUMBER_STYLES = ((",", "."), (".", ","), (" ", ","), ("'", "."))
RARE_DELIMITERS = "^~:#!&* "  # DuckDB looks for the usual ones: comma, semicolon, tab, bar
# Without BOOLEAN: DuckDB would read Yes and No as true and false, and lose what a class is called.
TYPES = ("BIGINT", "DOUBLE", "TIME", "DATE", "TIMESTAMP", "TIMESTAMPTZ", "VARCHAR")
SNIFFED_ROWS = 20_000
CACHED_FROM_BYTES = 4 << 20


def reader(database: duckdb.DuckDBPyConnection, path: Path, cache: Path) -> str:
    """Return SQL that gives the file's rows; what it writes to `cache` depends on the file alone.

    Raises duckdb.Error or UnicodeError for a file that is not a table.
    """
    stat = path.stat()
    stem = cache / f"{path.name}-{stat.st_size}-{stat.st_mtime_ns}"
    parquet = stem.with_name(stem.name + ".parquet")
    if not parquet.exists():
        utf8 = _as_utf8(path, stem.with_name(stem.name + ".csv"))
        if stat.st_size < CACHED_FROM_BYTES:
            return f"read_csv({text(utf8)}{_options(database, utf8, -1)})"
        cache.mkdir(parents=True, exist_ok=True)
        try:
            options = _options(database, utf8, SNIFFED_ROWS)
            _copy(database, f"read_csv({text(utf8)}{options})", parquet, f"Reading {path.name}")
        except (duckdb.ConversionException, duckdb.InvalidInputException):
            # A later row is of another type than the first ones: look at all of them.
            options = _options(database, utf8, -1)
            _copy(database, f"read_csv({text(utf8)}{options})", parquet, f"Reading {path.name}")
    return f"read_parquet({text(parquet)})"


def missing_marks(
    database: duckdb.DuckDBPyConnection, path: Path, cache: Path
) -> dict[str, list[str]]:
    """Return which texts for "no value" each column has in its first SNIFFED_ROWS rows."""
    stat = path.stat()
    utf8 = _as_utf8(path, cache / f"{path.name}-{stat.st_size}-{stat.st_mtime_ns}.csv")
    options = _options(database, utf8, SNIFFED_ROWS)
    for typed in (r", types=.*", r", nullstr=\[.*?\]", r", auto_type_candidates=\[.*?\]"):
        options = re.sub(typed, "", options)
    options += ", all_varchar=true"
    raw = f"(FROM read_csv({text(utf8)}{options}) LIMIT {SNIFFED_ROWS})"
    columns = database.sql(f"SELECT * FROM {raw}").columns
    marks = ", ".join(text(mark) for mark in MISSING if mark)
    found = ", ".join(
        f"list(DISTINCT {identifier(c)}) FILTER (trim({identifier(c)}) IN ({marks}))"
        for c in columns
    )
    row = database.execute(f"SELECT {found} FROM {raw}").fetchone() or ()
    return {column: sorted(values) for column, values in zip(columns, row, strict=False) if values}


def _options(database: duckdb.DuckDBPyConnection, path: Path, rows: int) -> str:
    """Find what DuckDB does not see by itself: rare delimiters and marked thousands."""
    nulls = ", ".join(text(mark) for mark in MISSING)
    kinds = ", ".join(map(text, TYPES))
    options = f", auto_type_candidates=[{kinds}], sample_size={rows}, nullstr=[{nulls}]"
    if delimiter := _rare_delimiter(path):
        options += f", delim={text(delimiter)}"
    sniffed = database.sql(f"FROM read_csv({text(path)}{options})")
    texts = [c for c, kind in zip(sniffed.columns, sniffed.types, strict=True) if kind == "VARCHAR"]
    if not texts:
        return options
    values = sniffed.project(", ".join(map(identifier, texts))).limit(5000).fetchall()
    columns = [[value.strip() for value in column if value] for column in zip(*values, strict=True)]
    for thousands, decimal in NUMBER_STYLES:
        if decimal == "," and any(kind in ("DOUBLE", "FLOAT") for kind in sniffed.types):
            continue  # decimal points are in use already
        marked = re.compile(
            rf"[-+]?\d{{1,3}}(\{thousands}\d{{3}})+(\{decimal}\d+)?|[-+]?\d+(\{decimal}\d+)?"
        )
        numbers = [
            f"{text(name)}: 'DOUBLE'"
            for name, column in zip(texts, columns, strict=True)
            if all(map(marked.fullmatch, column))
            and any(mark in value for value in column for mark in thousands + decimal)
        ]
        if numbers:
            options += f", thousands={text(thousands)}, decimal_separator={text(decimal)}"
            return f"{options}, types={{{', '.join(numbers)}}}"
    return options


def _rare_delimiter(path: Path) -> str | None:
    """Return an unusual delimiter that gives all of the first rows as many columns as the head."""
    opened = gzip.open if path.suffix == ".gz" else open
    with opened(path, "rt", encoding="utf-8-sig", errors="replace", newline="") as file:
        start = [line for line, _ in zip(file, range(200), strict=False)]
    if not start or any(delimiter in start[0] for delimiter in ",;\t|"):
        return None
    for delimiter in RARE_DELIMITERS:
        widths = {len(row) for row in list(csv.reader(start, delimiter=delimiter))[:50]}
        if len(widths) == 1 and widths != {1}:
            return delimiter
    return None


def _as_utf8(path: Path, copy: Path) -> Path:
    """Return the path of a UTF-8 version of the file: itself, or a copy made piece by piece."""
    if copy.exists():
        return copy
    opened = gzip.open if path.suffix == ".gz" else open
    with opened(path, "rb") as file:
        start = file.read(4 << 20)
    encoding = _encoding(start)
    if encoding == "utf-8":
        return path
    copy.parent.mkdir(parents=True, exist_ok=True)
    new = copy.with_suffix(".new")
    with (
        opened(path, "rt", encoding=encoding, newline="") as source,
        new.open("w", encoding="utf-8", newline="") as target,
    ):
        while piece := source.read(1 << 20):
            target.write(piece)
    return new.replace(copy)


def _encoding(start: bytes) -> str:
    """Guess the encoding by a byte-order mark, by being valid UTF-8, or by its letters."""
    for mark, encoding in ((codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16")):
        if start.startswith(mark):
            return encoding
    try:
        # Not final: the piece may end within a character.
        codecs.getincrementaldecoder("utf-8")().decode(start, final=False)
        return "utf-8"
    except UnicodeDecodeError:
        from charset_normalizer import from_bytes

        guesses = {guess.encoding: guess.coherence for guess in from_bytes(start)}
        best = max(guesses, key=lambda encoding: guesses[encoding], default="cp1252")
        # Western letters look alike in many encodings, and this is by far the commonest.
        return "cp1252" if guesses.get("cp1252", 0) > guesses.get(best, 0) - 0.1 else best


def _copy(database: duckdb.DuckDBPyConnection, source: str, parquet: Path, title: str) -> None:
    """Stream rows into a Parquet file, showing DuckDB's own estimate of how far it is."""
    new = parquet.with_suffix(".new")
    failed: list[Exception] = []

    def work() -> None:
        try:
            database.execute(f"COPY (SELECT * FROM {source}) TO {text(new)} (FORMAT parquet)")
        except Exception as error:
            failed.append(error)

    for setting in ("enable_progress_bar = true", "enable_progress_bar_print = false"):
        database.execute(f"SET {setting}")
    database.execute("SET progress_bar_time = 0")  # milliseconds before an estimate is made
    worker = threading.Thread(target=work)
    worker.start()
    done = 0.0
    try:
        with progress(title, total=100) as advance:
            while worker.is_alive():
                worker.join(0.1)
                now = max(database.query_progress(), done)
                advance(now - done)
                done = now
            advance(100 - done)
    except BaseException:
        database.interrupt()
        worker.join()
        raise
    database.execute("SET enable_progress_bar = false")
    if failed:
        new.unlink(missing_ok=True)
        raise failed[0]
    new.replace(parquet)
