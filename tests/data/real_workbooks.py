"""Files as people really have them, and what they hold: workbooks, Parquet, databases."""

from __future__ import annotations

import sqlite3
import zipfile
from collections.abc import Callable
from datetime import datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import duckdb
import openpyxl
import pandas as pd

from tests.data.real_files import AMOUNTS, ANSWERS, COLOURS, DAYS, ROWS, SMALL, RealFile, german

Fill = Callable[[Any, Any], object]


def workbook(fill: Fill) -> Callable[[Path], None]:
    """Return a function that writes a workbook whose book and first sheet ``fill`` has filled."""

    def write(path: Path) -> None:
        book = openpyxl.Workbook()
        fill(book, book.active)
        book.save(path)

    return write


def write_table(sheet: Any, **more: list[Any]) -> None:
    """Write the plain columns and some more below what a sheet holds."""
    columns = {"a": AMOUNTS, "colour": COLOURS, **more, "y": ANSWERS}
    sheet.append(list(columns))
    for row in zip(*columns.values(), strict=True):
        sheet.append(list(row))


def _merged_header(_: Any, sheet: Any) -> None:
    sheet.append(["2022"])
    sheet.merge_cells("A1:C1")
    write_table(sheet)


def _merged_column(_: Any, sheet: Any) -> None:
    write_table(sheet, region=[f"r{i // 10}" if i % 10 == 0 else None for i in ROWS])
    for place in range(6):
        sheet.merge_cells(f"C{2 + 10 * place}:C{11 + 10 * place}")


def _heading_between(_: Any, sheet: Any) -> None:
    write_table(sheet)
    sheet.insert_rows(30)
    sheet["A30"] = "South"
    sheet.merge_cells("A30:C30")


def _hidden_first(book: Any, sheet: Any) -> None:
    sheet.append(["secret", "y"])
    sheet.append([1, "x"])
    sheet.sheet_state = "hidden"
    write_table(book.create_sheet("data"))
    book.active = 1


def _cover(tables: int) -> Fill:
    def fill(book: Any, sheet: Any) -> None:
        sheet["A1"] = "About this file"
        sheet["A2"] = "Please cite."
        for number in range(tables):
            write_table(book.create_sheet(f"data{number}"))

    return fill


def _at_c4(_: Any, sheet: Any) -> None:
    for row, values in enumerate(
        [("a", "c", "y"), *zip(AMOUNTS, COLOURS, ANSWERS, strict=True)], 4
    ):
        for column, value in zip("CDE", values, strict=True):
            sheet[f"{column}{row}"] = value


def _wrong_dimension(path: Path) -> None:
    """Write a sheet that says that it has fewer cells than it has, as some programs do."""
    data = BytesIO()
    book = openpyxl.Workbook()
    write_table(book.active)
    book.save(data)
    with zipfile.ZipFile(data) as source, zipfile.ZipFile(path, "w") as target:
        for name in source.namelist():
            text = source.read(name)
            target.writestr(name, text.replace(b'"A1:C61"', b'"A1:B9"'))


def _names_in_two_lines(_: Any, sheet: Any) -> None:
    sheet.append(["Sales", None, "Goal"])
    sheet.merge_cells("A1:B1")
    write_table(sheet)


def _sheets_of_years(book: Any, sheet: Any) -> None:
    write_table(sheet)
    for year in (2024, 2025):
        write_table(book.create_sheet(str(year)))


WORKBOOKS = {
    "merged names": RealFile(
        "t.xlsx", workbook(_names_in_two_lines), refusal="merged cells in its header, such as A1:B1"
    ),
    "a formula in some cells": RealFile(
        "t.xlsx",
        workbook(lambda _, sheet: write_table(sheet, b=["=A5*2" if i == 50 else i % 5 for i in ROWS])),
        {"b": "formulas that were never computed", "a": AMOUNTS},
    ),
    "a sheet for each year": RealFile("t.xlsx", workbook(_sheets_of_years), {"a": AMOUNTS}),
    "decimal commas as texts among numbers": RealFile(
        "t.xlsx",
        workbook(
            lambda _, sheet: write_table(
                sheet, b=[f"{n:.2f}".replace(".", ",") if i % 2 else n for i, n in enumerate(AMOUNTS)]
            )
        ),
        {"b": AMOUNTS},
        answers={"data_decimal": ","},
    ),
    "a merged title": RealFile("t.xlsx", workbook(_merged_header), {"a": AMOUNTS}),
    "merged cells": RealFile("t.xlsx", workbook(_merged_column), refusal="merged cells in its table, such as C"),
    "a heading between rows": RealFile("t.xlsx", workbook(_heading_between), refusal="such as A30:C30"),
    "formulas without values": RealFile(
        "t.xlsx",
        workbook(lambda _, sheet: write_table(sheet, b=[f"=A{i + 2}*2" for i in ROWS])),
        {"a": AMOUNTS, "b": "formulas that were never computed"},
    ),
    "a hidden first sheet": RealFile("t.xlsx", workbook(_hidden_first), {"a": AMOUNTS}),
    "a cover": RealFile("t.xlsx", workbook(_cover(1)), {"a": AMOUNTS}),
    "a cover and two tables": RealFile(
        "t.xlsx", workbook(_cover(2)), {"a": AMOUNTS}, answers={"data_table": "data1"}
    ),
    "a table in the middle": RealFile("t.xlsx", workbook(_at_c4), {"a": AMOUNTS, "c": COLOURS}),
    "truth values": RealFile(
        "t.xlsx",
        workbook(lambda _, sheet: write_table(sheet, flag=[i * 7 % 3 == 0 for i in ROWS])),
        {"flag": [float(i * 7 % 3 == 0) for i in ROWS]},
    ),
    "times": RealFile("t.xlsx", workbook(lambda _, sheet: write_table(sheet, when=DAYS)), {"when": DAYS}),
    "times and texts": RealFile(
        "t.xlsx",
        workbook(lambda _, sheet: write_table(sheet, when=[d if i % 2 else f"{d:%d.%m.%Y}" for i, d in enumerate(DAYS)])),
        {"when": "times and other values"},
    ),
    "durations": RealFile(
        "t.xlsx",
        workbook(lambda _, sheet: write_table(sheet, d=[timedelta(minutes=i % 5 + 1_500) for i in ROWS])),
        {"d": [60.0 * (i % 5 + 1_500) for i in ROWS]},
    ),
    "numbers as texts": RealFile(
        "t.xlsx",
        workbook(lambda _, sheet: write_table(sheet, n=[german(n) for n in AMOUNTS])),
        {"n": AMOUNTS},
    ),
    "errors": RealFile(
        "t.xlsx",
        workbook(lambda _, sheet: write_table(sheet, n=["#DIV/0!" if i == 3 else i % 5 for i in ROWS])),
        {"n": [None if i == 3 else float(i % 5) for i in ROWS]},
    ),
    "years as names": RealFile(
        "t.xlsx",
        workbook(lambda _, sheet: [sheet.append(row) for row in [[2021, 2022, "y"], *zip(AMOUNTS, SMALL, ANSWERS, strict=True)]]),
        {"2021": AMOUNTS, "2022": SMALL},
    ),
    "fewer cells than there are": RealFile("t.xlsx", _wrong_dimension, {"a": AMOUNTS, "colour": COLOURS}),
    "a password": RealFile("t.xlsx", b"\xd0\xcf\x11\xe0" + b"\0" * 600, refusal="password"),
}  # fmt: skip


def parquet(query: str) -> Callable[[Path], None]:
    """Return a function that writes what a query of the plain columns gives."""

    def write(path: Path) -> None:
        frame = pd.DataFrame(
            {"i": list(ROWS), "a": AMOUNTS, "c": COLOURS, "y": ANSWERS, "day": DAYS}
        )
        with duckdb.connect() as base:
            base.execute("SET TimeZone = 'Europe/Berlin'")
            base.register("t", frame)
            base.execute(f"COPY (SELECT {query}, y FROM t) TO '{path}' (FORMAT parquet)")

    return write


def sqlite(*statements: str, rows: list[tuple[Any, ...]]) -> Callable[[Path], None]:
    """Return a function that writes a database with the table t of two columns and y."""

    def write(path: Path) -> None:
        with sqlite3.connect(path) as base:
            base.execute("CREATE TABLE t (x, a REAL, y TEXT)")
            base.executemany("INSERT INTO t VALUES (?, ?, ?)", rows)
            for statement in statements:
                base.execute(statement)
        base.close()

    return write


def _rows(x: list[Any]) -> list[tuple[Any, ...]]:
    return list(zip(x, AMOUNTS, ANSWERS, strict=True))


IN_BERLIN = [
    day - timedelta(hours=2 if datetime(2023, 3, 26) < day <= datetime(2023, 10, 29) else 1)
    for day in DAYS
]
DATABASES = {
    "decimals and enums": RealFile(
        "t.parquet", parquet("a::DECIMAL(10,2) a, c::ENUM('red', 'green', 'blue') c"), {"a": AMOUNTS, "c": COLOURS}
    ),
    "a dictionary and an index": RealFile(
        "t.parquet",
        lambda path: pd.DataFrame({"a": AMOUNTS, "c": pd.Categorical(COLOURS), "y": ANSWERS}, [f"k{i}" for i in ROWS]).to_parquet(path),
        {"a": AMOUNTS, "c": COLOURS},
    ),
    "timestamps with a zone": RealFile("t.parquet", parquet("day::TIMESTAMPTZ t, a"), {"t": IN_BERLIN}),
    "days and nanoseconds": RealFile(
        "t.parquet", parquet("day::DATE d, day::TIMESTAMP_NS t, a"), {"d": DAYS, "t": DAYS}
    ),
    "intervals, clocks, bytes": RealFile(
        "t.parquet",
        parquet("(i % 5 || ' minutes')::INTERVAL d, '10:00'::TIME w, 'x'::BLOB b, uuid() u, a"),
        {"d": [60.0 * n for n in SMALL], "w": "a time of day", "b": "binary", "u": "an identifier"},
    ),
    "unsigned and huge": RealFile(
        "t.parquet",
        parquet("(18446744073709551000 + i)::UBIGINT u, (i % 5)::HUGEINT h"),
        {"u": "15 digits", "h": SMALL},
    ),
    "names in two cases": RealFile(
        "t.parquet",
        lambda path: pd.DataFrame({"A": AMOUNTS, "a": COLOURS, "y": ANSWERS}).to_parquet(path),
        {"A": AMOUNTS, "a_1": COLOURS},
    ),
    "a view": RealFile(
        "t.db",
        sqlite("CREATE VIEW good AS SELECT a, y FROM t", rows=_rows(COLOURS)),
        {"a": AMOUNTS},
        answers={"data_table": "good"},
    ),
    "words among numbers": RealFile(
        "t.db",
        sqlite(rows=_rows(["" if i == 3 else "n/a" if i == 4 else n for i, n in enumerate(SMALL)])),
        {"x": [None if i in (3, 4) else n for i, n in enumerate(SMALL)]},
    ),
    "times as texts": RealFile("t.db", sqlite(rows=_rows([str(day) for day in DAYS])), {"x": DAYS}),
    "bytes": RealFile("t.db", sqlite(rows=_rows([b"x\0"] * 60)), {"x": "binary", "a": AMOUNTS}),
    "texts that are not UTF-8": RealFile(
        "t.db",
        sqlite("UPDATE t SET x = CAST(x AS TEXT)", rows=_rows([b"K\xf6ln"] * 60)),
        refusal="Could not decode to UTF-8 column 'x'",
    ),
}  # fmt: skip
