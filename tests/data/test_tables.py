"""Every kind of file that is read, and the sentence for those that are not."""

from __future__ import annotations

import gzip
import json
import sqlite3
import zipfile
from contextlib import closing
from datetime import date, datetime
from pathlib import Path
from typing import Any

import duckdb
import openpyxl
import pytest

from mlstarter.data import limits
from mlstarter.data.databases import sqlite_table
from mlstarter.data.errors import DataError, OpenQuestion
from mlstarter.data.inspect import inspect
from mlstarter.data.tables import read
from mlstarter.errors import EnvironmentProblem

ROWS = [{"n": i, "x": i / 2, "k": "ab"[i % 2], "t": f"t {i}"} for i in range(20)]
CSV = "n,x,k,t\n" + "".join(f"{r['n']},{r['x']},{r['k']},{r['t']}\n" for r in ROWS)


def _excel(path: Path, rows: list[list[Any]], **sheets: list[list[Any]]) -> Path:
    book = openpyxl.Workbook()
    book.active.title = "first"  # type: ignore[union-attr]
    for row in rows:
        book.active.append(row)  # type: ignore[union-attr]
    for name, more in sheets.items():
        sheet = book.create_sheet(name)
        for row in more:
            sheet.append(row)
    book.save(path)
    return path


def _write(kind: str, folder: Path) -> Path:
    path = folder / f"data.{kind}"
    if kind == "csv.gz":
        path.write_bytes(gzip.compress(CSV.encode()))
    elif kind in ("csv.zip", "zip"):
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("data.csv", CSV)
            archive.writestr("__MACOSX/._data.csv", "x")
            archive.writestr(".DS_Store", "x")
    elif kind == "json":
        path.write_text(json.dumps(ROWS))
    elif kind in ("jsonl", "ndjson"):
        path.write_text("".join(json.dumps(row) + "\n" for row in ROWS))
    elif kind == "jsonl.gz":
        path.write_bytes(gzip.compress("".join(json.dumps(row) + "\n" for row in ROWS).encode()))
    elif kind == "xlsx":
        _excel(path, [list(ROWS[0]), *(list(row.values()) for row in ROWS)])
    elif kind in ("sqlite", "db"):
        with sqlite3.connect(path) as base:
            base.execute(
                "CREATE TABLE rows (id INTEGER PRIMARY KEY AUTOINCREMENT, n INT, x REAL, k TEXT, t TEXT)"
            )
            base.executemany("INSERT INTO rows (n, x, k, t) VALUES (:n, :x, :k, :t)", ROWS)
        base.close()
    elif kind in ("parquet", "duckdb"):
        (folder / "in.csv").write_text(CSV)
        with duckdb.connect(str(path) if kind == "duckdb" else ":memory:") as database:
            target = "CREATE TABLE rows AS" if kind == "duckdb" else "COPY ("
            end = "" if kind == "duckdb" else f") TO '{path}'"
            database.execute(f"{target} SELECT * FROM read_csv('{folder / 'in.csv'}'){end}")
    else:
        path.write_text(CSV.replace(",", {"tsv": "\t", "psv": "|"}.get(kind, ",")))
    return path


KINDS = (
    "csv", "tsv", "psv", "txt", "data", "csv.gz", "csv.zip", "zip", "json", "jsonl", "ndjson", "jsonl.gz", "xlsx",
    "sqlite", "db", "parquet", "duckdb",
)  # fmt: skip


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_file_gives_the_same_columns(kind: str, tmp_path: Path) -> None:
    looked_at = inspect(_write(kind, tmp_path), {})
    assert looked_at.table.rows == 20
    kinds = {name: facts.kind for name, facts in looked_at.facts.items() if name != "id"}
    assert kinds == {"n": "identifier", "x": "number", "k": "category", "t": "identifier"}


@pytest.mark.slow
def test_what_the_first_bytes_say_counts_more_than_the_ending(tmp_path: Path) -> None:
    for kind, wrong in (("sqlite", "csv"), ("parquet", "txt"), ("duckdb", "db"), ("xlsx", "csv")):
        path = _write(kind, tmp_path).rename(tmp_path / f"wrong.{wrong}")
        assert read(path, {}).settings.format == {"xlsx": "excel"}.get(kind, kind)
        path.unlink()


def test_a_table_of_several_is_the_owners_choice(tmp_path: Path) -> None:
    path = tmp_path / "shop.sqlite"
    with sqlite3.connect(path) as base:
        base.execute("CREATE TABLE small (id INTEGER PRIMARY KEY AUTOINCREMENT, b)")
        base.execute("INSERT INTO small (b) VALUES (2)")
        base.execute("CREATE TABLE large (a, b)")
        base.executemany("INSERT INTO large VALUES (?, ?)", [(1, 2)] * 9)
        base.execute("CREATE VIEW seen AS SELECT a FROM large")
    base.close()
    with pytest.raises(OpenQuestion, match="3 tables") as failure:
        read(path, {})
    assert [option.value for option in failure.value.options] == ["large", "seen", "small"]
    assert read(path, {"table": "seen"}).columns == {"a": [1] * 9}
    with pytest.raises(DataError, match='no table "sqlite_sequence"'):
        read(path, {"table": "sqlite_sequence"})


def test_a_sheet_is_the_first_or_a_named_one_and_titles_above_it_are_skipped(
    tmp_path: Path,
) -> None:
    table: list[list[Any]] = [
        ["when", "n"],
        [datetime(2023, 1, 5), 1.0],
        [None, None],
        [date(2023, 1, 6), None],
    ]
    path = _excel(tmp_path / "b.xlsx", [["Report"], [], *table], second=[["a"], [True], ["#N/A"]])
    first = read(path, {})
    assert (first.settings.skip_lines, first.rows) == (2, 2)
    assert first.columns["n"] == [1.0, None]
    assert read(path, {"table": "second"}).columns == {"a": [True, "#N/A"]}
    with pytest.raises(DataError, match="no sheet 'third'") as failure:
        read(path, {"table": "third"})
    assert '"first", "second"' in str(failure.value.hint)


def test_nested_columns_are_left_out_and_named(tmp_path: Path) -> None:
    path = tmp_path / "n.parquet"
    extra = "[1, i] AS tags, {'lat': 1.5} AS pos, MAP {'a': i} AS pairs, 'c'::BLOB AS code"
    duckdb.sql(
        f"COPY (SELECT i AS a, i::DECIMAL(9,2) AS d, {extra} FROM range(9) t(i)) TO '{path}'"
    )
    table = read(path, {})
    assert list(table.columns) == ["a", "d"]
    assert table.columns["d"] == [float(i) for i in range(9)]
    assert table.unreadable == {
        "tags": "it holds lists or objects, not values",
        "pos": "it holds lists or objects, not values",
        "pairs": "it holds lists or objects, not values",
        "code": "it holds binary, not values",
    }
    (tmp_path / "n.jsonl").write_text('{"a": 1, "b": [1]}\n{"a": NaN, "b": null, "c": "nan"}\n')
    table = read(tmp_path / "n.jsonl", {})
    assert list(table.unreadable) == ["b"]
    assert table.columns["c"] == [None, "nan"]


def test_the_largest_list_in_an_object_is_named(tmp_path: Path) -> None:
    rows = [{"a": i, "y": i % 2} for i in range(3)]
    path = tmp_path / "a.json"
    for document, keys in (
        ({"errors": rows[:1], "records": rows}, '"records"'),
        ({"answer": {"found": 3, "docs": rows}}, '"answer.docs"'),
    ):
        path.write_text(json.dumps(document))
        with pytest.raises(DataError, match="no list of objects") as failure:
            read(path, {})
        assert f"stands under {keys}" in str(failure.value.hint)


@pytest.mark.parametrize(
    ("name", "data", "message"),
    [
        ("a.csv", b"", "is empty"),
        ("a.json", b'"text"', "no list of objects"),
        ("a.json", b'{"data": [1, 2], "n": 3}', "no list of objects"),
        ("a.jsonl", b'{"a": 1}\n{"a": \n', "line 2, is no JSON"),
        ("a.jsonl", b"[1]\n[2]\n", "line 1, is JSON, but no object"),
        ("a.json", b"[" * 100_000, "no list of objects"),
        ("a.json", b"[]", "has no rows"),
        ("a.xlsx", b"PK\x03\x04 no", "no excel file"),
        ("a.parquet", b"no", "no parquet file"),
        ("a.parquet", b"PAR1 but nothing else", "cannot be read as Parquet"),
        ("a.sqlite", b"SQLite format 3\0" + b"\xff" * 200, "cannot be read as SQLite"),
        ("a.duckdb", b"12345678DUCK" + b"\0" * 200, "cannot be read as DuckDB"),
        ("a.csv.gz", b"no", "is not packed with gzip, or damaged"),
        ("a.csv.gz", gzip.compress(b"a,b\n1,2\n", mtime=0)[:-9], "is damaged"),
        ("a.zip", b"no", "no zip archive"),
        ("a.parquet.gz", gzip.compress(b"PAR1", mtime=0), "packed; unpack it"),
        ("a.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "before 2007"),
        ("b.xls", b"x", "is a text file"),
        ("a.rds", b"x", "a file of R"),
        ("a.csv.bz2", b"x", "packed in a way that is not read"),
    ],
)
def test_what_cannot_be_read_is_one_sentence(
    tmp_path: Path, name: str, data: bytes, message: str
) -> None:
    (tmp_path / name).write_bytes(data)
    with pytest.raises(DataError, match=message) as failure:
        read(tmp_path / name, {})
    assert "\n" not in failure.value.message
    assert failure.value.hint


@pytest.mark.parametrize("letters", [1_500_000, 5_000_000])
def test_the_line_of_a_cell_that_is_too_long_is_named(tmp_path: Path, letters: int) -> None:
    path = tmp_path / "a.csv"
    path.write_text(f"a,b\n1,2\n3,{'q' * letters}\n5,6\n")
    with pytest.raises(DataError, match="line 3 has a cell of more than 1,000,000 letters"):
        read(path, {})


def test_an_archive_of_several_files_and_a_bomb_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with zipfile.ZipFile(tmp_path / "two.zip", "w") as archive:
        archive.writestr("a.csv", CSV)
        archive.writestr("b.csv", CSV)
    with pytest.raises(DataError, match="holds 2 files"):
        read(tmp_path / "two.zip", {})
    (tmp_path / "bomb.csv.gz").write_bytes(gzip.compress(b"a,b\n" + b"1,2\n" * 100_000))
    monkeypatch.setattr("mlstarter.data.archives.BYTES", 1_000)
    with pytest.raises(DataError, match="holds more than"):
        read(tmp_path / "bomb.csv.gz", {})


def test_of_many_cells_the_first_rows_are_looked_at_and_all_are_counted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mlstarter.data.tables.CELLS", 100)
    (tmp_path / "long.csv").write_text("a,b\n" + "1,2\n" * 3_000)
    table = read(tmp_path / "long.csv", {})
    assert (table.rows, len(table.columns["a"])) == (3_000, 1_000)
    assert limits.CELLS > 100


def test_a_library_that_is_missing_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = _write("parquet", tmp_path)
    monkeypatch.setitem(__import__("sys").modules, "duckdb", None)
    with pytest.raises(EnvironmentProblem, match="needs duckdb") as failure:
        read(path, {})
    assert failure.value.hint == "in a clone of mlstarter: pipx install --force '.[data]'"


def test_a_table_without_rows_is_no_choice(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "t.db")) as database:
        database.executescript(
            "CREATE TABLE log (x); CREATE TABLE t (a, b); INSERT INTO t VALUES (1, 2);"
        )
    assert sqlite_table(tmp_path / "t.db", "") == "t"


def test_what_a_workbook_does_not_show_is_said(tmp_path: Path) -> None:
    rows: list[list[Any]] = [list(ROWS[0]), *(list(row.values()) for row in ROWS)]
    path = _excel(tmp_path / "t.xlsx", rows, last_year=rows)
    book = openpyxl.load_workbook(path)
    for number in (3, 7):
        book.worksheets[0].row_dimensions.group(number, number, hidden=True)
    book.save(path)
    looked_at = inspect(path, {"data_table": "first"})
    assert looked_at.table.rows == len(ROWS)
    assert looked_at.remark == "2 rows that Excel hides (by a filter, for example) are read"
    looked_at = inspect(path, {})
    assert looked_at.remark.startswith('tables of other sheets are not read: "last_year"; 2 rows')
