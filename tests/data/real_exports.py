"""Files as their owners export them: codes, calendars, odd encodings, names that say another format."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from tests.data.real_files import AMOUNTS, ANSWERS, COLOURS, DAYS, PLAIN, ROWS, RealFile
from tests.data.real_signs import table
from tests.data.real_workbooks import sqlite

ENGLISH = "Jan Feb Mar Apr May June July Aug Sept Oct Nov Dec".split()
DATABASE_ROWS = list(zip(COLOURS, AMOUNTS, ANSWERS, strict=True))
RECORDS = [{"a": AMOUNTS[i], "c": COLOURS[i], "y": ANSWERS[i]} for i in ROWS]


def _arabic(text: str) -> str:
    return text.translate({ord("0") + i: chr(0x660 + i) for i in range(10)})


def _with_log(ending: str) -> Callable[[Path], None]:
    """Return a function that writes a database of which the last changes lie beside it."""

    def write(path: Path) -> None:
        sqlite(rows=DATABASE_ROWS)(path)
        path.with_name(path.name + ending).write_bytes(b"x")

    return write


def _broken_view(path: Path) -> None:
    sqlite(rows=DATABASE_ROWS)(path)
    with closing(sqlite3.connect(path)) as database:
        database.execute("CREATE VIEW broken AS SELECT a FROM gone")


CODES = {
    "post codes without a zero in front": RealFile(
        "t.csv",
        table((("10670", "50667", "80331")[i % 3] for i in ROWS), "PLZ"),
        {"PLZ": [("10670", "50667", "80331")[i % 3] for i in ROWS]},
        {"PLZ": "names, not quantities"},
    ),
    "post codes as numbers": RealFile(
        "t.json",
        json.dumps([{**row, "zip_code": 94100 + i % 4} for i, row in enumerate(RECORDS)]),
        {"zip_code": [str(94100 + i % 4) for i in ROWS]},
    ),
    "telephone numbers without signs": RealFile(
        "t.csv",
        table((4917000000 + i for i in ROWS), "Phone number"),
        {"Phone number": "identifier"},
    ),
    "versions of two numbers": RealFile(
        "t.csv",
        table((f"1.{i % 20}" for i in ROWS), "app_version"),
        {"app_version": [f"1.{i % 20}" for i in ROWS]},
    ),
    "a tel is no telephone": RealFile(
        "t.csv", table(AMOUNTS, "hotel_price"), {"hotel_price": AMOUNTS}
    ),
    "a minus apart from its number": RealFile(
        "t.csv", table(f"- {n}" for n in AMOUNTS), {"x": "signs that are not read"}
    ),
    "several classes in one cell": RealFile(
        "t.csv",
        table((("a|b", "b", "c")[i % 3] for i in ROWS), "x"),
        notes={"x": '"a|b" seems to hold several values'},
    ),
    "ranges are no several classes": RealFile(
        "t.csv", table(("18-25", "26-35", "36+")[i % 3] for i in ROWS), notes={"x": ""}
    ),
    "signs of HTML": RealFile(
        "t.csv",
        PLAIN.replace("red", "Tom &amp; Jerry"),
        notes={"colour": "written as in HTML (&amp;)"},
    ),
}

CALENDARS = {
    "one day that is none": RealFile(
        "t.csv",
        table("2023-02-30" if i == 5 else f"{d:%Y-%m-%d}" for i, d in enumerate(DAYS)),
        {"x": '(not like the others: "2023-02-30")'},
    ),
    "24 o'clock": RealFile(
        "t.csv",
        table(f"{d:%Y-%m-%d} {'24' if i == 7 else '12'}:00" for i, d in enumerate(DAYS)),
        {"x": f'not like the others: "{DAYS[7]:%Y-%m-%d} 24:00"'},
    ),
    "Sept": RealFile(
        "t.csv",
        table(f"{d.day} {ENGLISH[d.month - 1]} {d.year}" for d in DAYS),
        {"x": "not like the others:"},
    ),
    "days in Arabic digits": RealFile(
        "t.csv",
        table(_arabic(f"{d:%Y-%m-%d}") for d in DAYS),
        {"x": "times that no one format reads"},
    ),
    "years of Buddhists": RealFile(
        "t.csv",
        table(f"{d.day:02}/{d.month:02}/{d.year + 543}" for d in DAYS),
        notes={"x": "of another calendar"},
    ),
    "years of Iran": RealFile(
        "t.csv",
        table(f"1402/{i % 12 + 1:02}/{i % 28 + 1:02}" for i in ROWS),
        notes={"x": "of another calendar"},
    ),
    "months as numbers": RealFile(
        "t.csv",
        table((f"{d:%Y%m}" for d in DAYS), "Monat"),
        notes={"Monat": "months written 202612"},
    ),
}

ENCODINGS = {
    "UTF-7": RealFile(
        "t.csv",
        table("Größe Übung Straße".split()[i % 3] for i in ROWS).encode("utf-7"),
        {"x": ["Größe Übung Straße".split()[i % 3] for i in ROWS]},
        answers={"data_encoding": "utf-7"},
    ),
    "what looks like UTF-7 and is none": RealFile(
        "t.csv",
        table("C++ - +49-30 a+b+c-d".split(" ")[i % 4] for i in ROWS),
        {"x": ["C++ - +49-30 a+b+c-d".split(" ")[i % 4] for i in ROWS]},
    ),
    "emojis in two halves": RealFile(
        "t.csv",
        table(f"\ud83d\ude00{i % 3}" for i in ROWS).encode("utf-8", "surrogatepass"),
        refusal="writes letters as two halves (CESU-8), such as in line 2",
    ),
}

NAMES = {
    "text that is called a workbook": RealFile("t.xls", PLAIN, refusal="is a text file, whatever"),
    "tabs that are called a workbook": RealFile(
        "t.xlsx", PLAIN.replace(",", "\t"), refusal="is a text file, whatever"
    ),
    "an old workbook": RealFile("t.xls", b"\xd0\xcf\x11\xe0" + b"\0" * 600, refusal="before 2007"),
    "a web page that is called a workbook": RealFile(
        "t.xls", "<html><table></table></html>", refusal="is a web page"
    ),
    "unpacked by a browser": RealFile("t.csv.gz", PLAIN, refusal="is not packed with gzip"),
    "fastText": RealFile(
        "t.txt", "".join(f"__label__{y} so be it\n" for y in ANSWERS), refusal="format of fastText"
    ),
    "JSON of rows under their numbers": RealFile(
        "t.json",
        json.dumps({str(i): row for i, row in enumerate(RECORDS)}),
        refusal="holds each row under its number",
    ),
    "JSON split into names and rows": RealFile(
        "t.json",
        json.dumps({"columns": ["a", "y"], "index": [0], "data": [[1, "yes"]]}),
        refusal="no list of objects",
    ),
    "a view of a table that is gone": RealFile("t.db", _broken_view, {"a": AMOUNTS, "x": COLOURS}),
    "SQLite that is open": RealFile(
        "t.db", _with_log("-wal"), refusal="lie beside it, in t.db-wal"
    ),
    "SQLite that was open and is closed": RealFile(
        "t.db", sqlite(rows=DATABASE_ROWS), {"a": AMOUNTS}
    ),
}

EXPORTS = CODES | CALENDARS | ENCODINGS | NAMES
