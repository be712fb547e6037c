"""Files as people really have them, and what they hold: joined, damaged, cut short, codes."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from openpyxl.styles import PatternFill

from tests.data.real_files import (
    AMOUNTS,
    ANSWERS,
    COLOURS,
    DAYS,
    PLAIN,
    ROWS,
    SMALL,
    RealFile,
    lines,
)
from tests.data.real_signs import table
from tests.data.real_workbooks import workbook, write_table

_ROWS_ONLY = PLAIN.partition("\n")[2]

JOINT_FILES = {
    "two files with a mark each": RealFile(
        "t.csv", PLAIN.encode("utf-8-sig") * 2, refusal="line 62, begins with a byte-order mark"
    ),
    "a mark before a row": RealFile(
        "t.csv", f"{PLAIN}\ufeff{_ROWS_ONLY}", refusal="line 62, begins with a byte-order mark"
    ),
    "two marks": RealFile(
        "t.csv", b"\xef\xbb\xbf" + PLAIN.encode("utf-8-sig"), refusal="a byte-order mark too many"
    ),
    "a header that comes again with blanks": RealFile(
        "t.csv",
        PLAIN + PLAIN.replace("a,colour", "a, colour"),
        refusal="line 62, repeats the header",
    ),
    "a zero byte in a word": RealFile(
        "t.csv", PLAIN.replace("green", "gr\0een", 1), refusal="zero byte in line 3"
    ),
    "two titles with empty cells": RealFile(
        "t.csv",
        "Report;;\nof 2023;;\n;;\n" + PLAIN.replace(",", ";"),
        {"a": AMOUNTS, "colour": COLOURS},
    ),
    "names in the last of the comments": RealFile(
        "t.tsv",
        "##v=4\n##s=x\n#" + PLAIN.replace(",", "\t"),
        {"#a": AMOUNTS, "colour": COLOURS},
    ),
}
CODES = {
    "seasons of two years": RealFile(
        "t.csv",
        table((f"{2000 + i % 9}-{1 + i % 9:02}" for i in ROWS), "season"),
        {"season": [f"{2000 + i % 9}-{1 + i % 9:02}" for i in ROWS]},
    ),
    "codes with a zero and a point": RealFile(
        "t.csv",
        table(("01.10", "01.20", "46.90")[i * 7 % 3] for i in ROWS),
        notes={"x": "01.10 is read as 1.1: of codes"},
    ),
    "a year with three digits": RealFile(
        "t.csv",
        table(f"{day:0202-%m-%d}" if i == 7 else f"{day:%Y-%m-%d}" for i, day in enumerate(DAYS)),
        {"x": [day.replace(year=202) if i == 7 else day for i, day in enumerate(DAYS)]},
        {"x": "in 1 row lies far"},
    ),
}

MARKS = {
    **{
        f"{mark} for none": RealFile(
            "t.csv",
            table(mark if i % 9 == 4 else n for i, n in enumerate(AMOUNTS)),
            {"x": [None if i % 9 == 4 else n for i, n in enumerate(AMOUNTS)]},
        )
        for mark in ("NaT", "NIL", "TBD", "n/d", "Not Reported", "не указано", "*****")
    },
    **{
        f"{mark} among numbers": RealFile(
            "t.csv",
            table(mark if i % 9 == 4 else n for i, n in enumerate(AMOUNTS)),
            notes={"x": f"{float(mark):.10g} in 7 rows {what}"},
        )
        for mark, what in {
            "-1": "is the only value below zero",
            "-999.25": "is the only value below zero",
            "1e20": "lies far from the rest",
            "9999.99": "lies far from the rest",
        }.items()
    },
    "two numbers in each cell": RealFile(
        "t.csv", table(f"{90 + i}/{50 + i // 2}" for i in ROWS), {"x": 'several numbers in each cell ("90/50")'}
    ),
    "feet and inches": RealFile(
        "t.csv", table(f"{5 + i % 2}'{i % 9}" for i in ROWS), notes={"x": "several numbers in each cell"}
    ),
    "days that Excel counts and that are in order": RealFile(
        "t.csv", table((45_000 + i for i in ROWS), "Datum"), {"Datum": "perhaps days from 1899-12-30"}
    ),
    "a word in most rows among many numbers": RealFile(
        "t.csv", table("inf" if i % 5 < 3 else i * 1.5 for i in ROWS), {"x": '36 other texts ("inf")'}
    ),
    "few numbers and words": RealFile(
        "t.csv", table(("none yet", 1, 2)[i % 3] for i in ROWS), {"x": [("none yet", "1", "2")[i % 3] for i in ROWS]}
    ),
    "Weka in a text file": RealFile("t.txt", f"@RELATION t\n@data\n{_ROWS_ONLY}", refusal="Weka (ARFF)"),
    "what psql shows": RealFile(
        "t.txt", f" a | b |  y\n---+---+-----\n{_ROWS_ONLY.replace(',', ' | ')}(60 rows)\n", refusal="drawn with lines"
    ),
    "what mysql shows": RealFile(
        "t.txt", f"+---+---+-----+\n| a | b | y |\n+---+---+-----+\n{_ROWS_ONLY.replace(',', ' | ')}",
        refusal="drawn with lines",
    ),
    "JSON of rows under their names": RealFile(
        "t.json", json.dumps({f"-M{i}": {"a": n, "y": ANSWERS[i]} for i, n in enumerate(AMOUNTS)}),
        refusal="holds each row under its number or name",
    ),
    "missing marks of SAS": RealFile(
        "t.csv",
        table((".A" if i % 9 == 4 else ".B" if i % 9 == 5 else n) for i, n in enumerate(AMOUNTS)),
        {"x": [None if i % 9 in (4, 5) else n for i, n in enumerate(AMOUNTS)]},
    ),
    "words of a statistical office among thousands": RealFile(
        "t.csv",
        table("x" if i % 9 == 4 else f"{1_000_000 + i * 7_919:,}".replace(",", ".") for i in ROWS),
        {"x": 'numbers written with other signs than the rest of the file ("1.000.000"'},
    ),
    "words that are ticked, under themselves": RealFile(
        "t.csv",
        lines("c,Python,Excel,y", lambda i: f"{COLOURS[i]},{['Python', ''][i % 2]},{['', 'Excel'][i % 3 > 0]},{ANSWERS[i]}"),
        {"c": COLOURS, "Python": [["Python", None][i % 2] for i in ROWS]},
    ),
    "columns lined up before a tab": RealFile(
        "t.data",
        lines("", lambda i: f"{AMOUNTS[i]:8.1f}   {i % 5}   {i:5d}   3504.\t{COLOURS[i]}").strip(),
        {"column_1": [float(f"{n:.1f}") for n in AMOUNTS], "column_2": SMALL},
        answers={"target": "column_5"},
    ),
    "years of an emperor": RealFile(
        "t.csv",
        table(f"令和{1 + i // 12 or '元'}年{1 + i % 12}月{1 + i % 28}日" for i in ROWS),
        {"x": "times that no one format reads"},
    ),
    "classes with a point behind": RealFile(
        "t.csv",
        lines("a,c,y", lambda i: f"{AMOUNTS[i]},{COLOURS[i]},{('<=50K', '>50K', '>50K.')[i % 3]}"),
        refusal='spelt in several ways: ">50K", ">50K."',
    ),
    "a key twice": RealFile(
        "t.json",
        "[" + ",".join(f'{{"a": {n}, "y": "{y}", "a": 1}}' for n, y in zip(AMOUNTS, ANSWERS, strict=True)) + "]",
        refusal='has the key "a" twice in one object',
    ),
}  # fmt: skip


def _colour_beyond(_: Any, sheet: Any) -> None:
    write_table(sheet)
    for row in range(1, 30):
        sheet.cell(row, 6).fill = PatternFill("solid", fgColor="FFFF00")


def _one_below_another(_: Any, sheet: Any) -> None:
    write_table(sheet)
    sheet.append([])
    write_table(sheet)


def _beside(text: str, row: int = 5) -> Callable[[Path], None]:
    def fill(_: Any, sheet: Any) -> None:
        write_table(sheet)
        sheet.cell(row, 6, text)

    return workbook(fill)


SHEETS = {
    "a name over nothing": RealFile("t.xlsx", _beside("notes", row=1), {"a": AMOUNTS, "colour": COLOURS}),
    "colour beyond a table": RealFile("t.xlsx", workbook(_colour_beyond), {"a": AMOUNTS, "colour": COLOURS}),
    "a note beside a table": RealFile("t.xlsx", _beside("see 2022"), {"a": AMOUNTS, "colour": COLOURS}),
    "a blank beside a table": RealFile("t.xlsx", _beside(" "), {"a": AMOUNTS, "colour": COLOURS}),
    "two tables below one another": RealFile(
        "t.xlsx",
        workbook(_one_below_another),
        refusal="row 61 below the header repeats it",
    ),
}  # fmt: skip

ODDITIES = JOINT_FILES | CODES | MARKS | SHEETS
