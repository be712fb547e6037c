"""Random tables, and the same values written in every way that people write them."""

from __future__ import annotations

import csv
import gzip
import io
import json
import sqlite3
import zipfile
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import openpyxl
import pandas as pd
from hypothesis import strategies as st

from mlstarter.data.errors import OpenQuestion
from mlstarter.data.inspect import Inspection, inspect
from mlstarter.data.proposal import Proposal, propose

ALPHABETS = {
    "utf-8": ("größe", "naïve", "Łódź", "日本", "да", "नमस्ते", "plain"),
    "utf-8-sig": ("größe", "naïve", "Łódź", "日本"),
    "utf-16": ("größe", "Москва", "日本"),
    "cp1252": ("größe", "Köln", "weiß", "Ärger"),
    "cp1251": ("Москва", "Казань", "Тверь", "плохо", "очень"),
    "gb18030": ("很好", "酒店", "电影"),
    "cp932": ("とても", "すこし", "商品です"),
}
WORDS = (
    "red",
    "green",
    "None",
    "NA",
    "null",
    "-",
    "a, b",
    "x; y",
    "it's",
    "two words",
    "Q1",
    "A12",
)
PARTING = {"csv": (",", ";", "\t", "|"), "tsv": ("\t",)}
STYLES = ((".", ""), (",", ""), (".", ","), (",", "."), (",", " "), (".", "'"))


@dataclass
class RandomTable:
    """Columns by name with their true values (None where missing), and how they are written."""

    columns: dict[str, list[Any]]
    kinds: dict[str, str]
    format: str
    encoding: str = "utf-8"
    separator: str = ","
    decimal: str = "."
    thousands: str = ""
    mark: str = ""
    time_format: str = ""
    signs: dict[str, str] = field(default_factory=dict)

    @property
    def answers(self) -> dict[str, str]:
        """What the table's owner would answer, should they be asked."""
        return {
            "data_encoding": self.encoding,
            "data_decimal": self.decimal,
            "date_formats": f"when = {self.time_format or 'iso'}",
            "positive_class": str(next(v for v in self.columns["y"] if v is not None)),
            "split_column": "when",
            "data_table": "rows",
        }


@st.composite
def tables(draw: st.DrawFn) -> RandomTable:
    """Draw a table of 30 to 120 rows with one to five features, a target and perhaps a time."""
    kind = draw(
        st.sampled_from(
            [
                "csv",
                "csv",
                "csv",
                "gz",
                "zip",
                "json",
                "jsonl",
                "excel",
                "sqlite",
                "duckdb",
                "parquet",
            ]
        )
    )
    encoding = draw(st.sampled_from(sorted(ALPHABETS))) if kind in ("csv", "gz", "zip") else "utf-8"
    decimal, thousands = draw(st.sampled_from(STYLES))
    separator = draw(
        st.sampled_from([s for s in ",;\t|" if s != decimal or draw(st.booleans())] or [";"])
    )
    words = [*WORDS, *ALPHABETS[encoding]]
    rows = draw(st.integers(30, 120))
    random = draw(st.randoms(use_true_random=False))
    table = RandomTable({}, {}, kind, encoding, separator, decimal, thousands)
    table.mark = draw(st.sampled_from(["", "", "NA", "n/a", "-"]))
    table.time_format = draw(
        st.sampled_from(["", "%d.%m.%Y", "%m/%d/%Y", "%d %b %Y", "%Y-%m-%d %H:%M:%S"])
    )
    names = [f"{random.choice(ALPHABETS[encoding])} {i}" for i in range(draw(st.integers(1, 5)))]
    for name in names:
        kind = draw(st.sampled_from(["number", "integer", "category", "money", "boolean"]))
        table.kinds[name] = kind
        table.columns[name] = _values(random, kind, rows, words)
        if kind == "money":
            table.signs[name] = random.choice(["$", "%", "€" if encoding != "cp932" else "kg"])
    table.kinds["base"] = "number"
    table.columns["base"] = [(i * 37 % 101) / 4 + 0.05 for i in range(rows)]
    if draw(st.booleans()):
        start = datetime(2020, 1, 1) + timedelta(days=random.randint(0, 900))
        table.kinds["when"] = "time"
        table.columns["when"] = [start + timedelta(days=3 * i) for i in range(rows)]
    classes = random.sample(["ja", "nein"], 2) if draw(st.booleans()) else random.sample(words, 3)
    table.kinds["y"] = "target"
    # Ten of each at least: fewer cannot be learned.
    table.columns["y"] = [classes[i % len(classes)] for i in range(rows)]
    return table


def _values(random: Any, kind: str, rows: int, words: list[str]) -> list[Any]:
    some = random.sample(words, random.randint(2, 5))
    digits, size = random.randint(1, 5), 10 ** random.randint(0, 6)
    missing = random.choice([0.0, 0.0, 0.2])

    def one() -> Any:
        if random.random() < missing:
            return None
        if kind == "category":
            return random.choice(some)
        if kind == "boolean":
            return random.random() < 0.5
        if kind == "integer":
            return random.randint(-size, size)
        return round(random.uniform(-size, size) or 0.5, digits)

    return [one() for _ in range(rows)]


def truth(table: RandomTable, folder: Path) -> pd.DataFrame:
    """Write the values to Parquet, and read them with pandas: what every reading must give."""
    frame = pd.DataFrame(
        {name: pd.Series(cells, dtype=object) for name, cells in table.columns.items()}
    )
    for name, kind in table.kinds.items():
        dtype = {"number": "float64", "money": "float64", "integer": "Int64", "boolean": "boolean"}
        frame[name] = (
            pd.to_datetime(frame[name])
            if kind == "time"
            else frame[name].astype(dtype.get(kind, "str"))
        )
    frame.to_parquet(folder / "truth.parquet")
    return pd.read_parquet(folder / "truth.parquet")


def write(table: RandomTable, folder: Path) -> Path:
    """Write the table as its format says, and return the file."""
    typed_rows = _typed_rows(table)
    if table.format in ("csv", "gz", "zip"):
        return _write_csv(table, folder)
    if table.format == "json":
        (path := folder / "t.json").write_text(
            json.dumps(typed_rows, default=str), encoding="utf-8"
        )
    elif table.format == "jsonl":
        lines = "".join(json.dumps(row, default=str) + "\n" for row in typed_rows)
        (path := folder / "t.jsonl").write_text(lines, encoding="utf-8")
    elif table.format == "excel":
        book = openpyxl.Workbook()
        sheet = book.active
        assert sheet is not None
        sheet.append(list(table.columns))
        for row in typed_rows:
            sheet.append(list(row.values()))
        book.save(path := folder / "t.xlsx")
    elif table.format == "sqlite":
        with sqlite3.connect(path := folder / "t.sqlite") as database:
            _frame(table).to_sql("rows", database, index=False)
        database.close()
    else:
        path = folder / ("t.duckdb" if table.format == "duckdb" else "t.parquet")
        frame = _frame(table)
        with duckdb.connect(str(path) if table.format == "duckdb" else ":memory:") as base:
            base.register("frame", frame)
            if table.format == "duckdb":
                base.execute("CREATE TABLE rows AS SELECT * FROM frame")
            else:
                base.execute(f"COPY (SELECT * FROM frame) TO '{path}' (FORMAT parquet)")
    return path


def _frame(table: RandomTable) -> pd.DataFrame:
    frame = pd.DataFrame({n: pd.Series(c, dtype=object) for n, c in table.columns.items()})
    dtype = {"number": "float64", "money": "float64", "integer": "Int64", "boolean": "boolean"}
    for name, kind in table.kinds.items():
        if kind == "time":
            frame[name] = (
                pd.to_datetime(frame[name]) if table.format != "sqlite" else frame[name].astype(str)
            )
        elif kind in dtype:
            frame[name] = frame[name].astype(dtype[kind])
    return frame


def _typed_rows(table: RandomTable) -> list[dict[str, Any]]:
    names = list(table.columns)
    return [dict(zip(names, row, strict=True)) for row in zip(*table.columns.values(), strict=True)]


def _write_csv(table: RandomTable, folder: Path) -> Path:
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=table.separator, lineterminator="\r\n")
    writer.writerow(table.columns)
    for row in _typed_rows(table):
        writer.writerow([_text(table, name, value) for name, value in row.items()])
    data = out.getvalue().encode(table.encoding)
    path = folder / ("t.csv" if table.format == "csv" else f"t.csv.{table.format}")
    if table.format == "gz":
        path.write_bytes(gzip.compress(data))
    elif table.format == "zip":
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("t.csv", data)
    else:
        path.write_bytes(data)
    return path


def _text(table: RandomTable, name: str, value: Any) -> str:
    kind = table.kinds[name]
    if value is None:
        return table.mark if kind in ("number", "integer", "money") else ""
    if kind == "boolean":
        return "ja" if value else "nein"
    if kind == "time":
        return str(value.strftime(table.time_format) if table.time_format else value.isoformat())
    if kind in ("number", "integer", "money"):
        digits = max(0, -int(Decimal(repr(value)).as_tuple().exponent))
        text = f"{value:,.{digits}f}" if table.thousands else f"{value:.{digits}f}"
        text = "".join({",": table.thousands, ".": table.decimal}.get(c, c) for c in text)
        sign = table.signs.get(name, "")
        return f"{text}{sign}" if sign in ("%", "kg") else f"{sign}{text}"
    return str(value)


def describe(path: Path, table: RandomTable) -> tuple[Inspection, Proposal]:
    """Describe a file, answering what is asked, and no more than that."""
    answers: dict[str, Any] = {"target": "y", "project_type": "tabular"}
    while True:
        try:
            looked_at = inspect(path, answers)
            return looked_at, propose(looked_at, answers)
        except OpenQuestion as question:
            assert question.key not in answers, question
            answers[question.key] = table.answers[question.key]
            # The truth must be among what is offered.
            if question.options and question.key not in ("data_encoding",):
                assert answers[question.key] in [option.value for option in question.options]
