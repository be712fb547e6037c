"""Files as people really have them, and what they hold: text files.

Each has sixty rows, a column ``y`` to predict, and its other columns' values, or what is to be said.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

ROWS = range(60)
AMOUNTS = [round((i * 37 % 101) * 13.25 + 0.5, 2) for i in ROWS]
LARGE = [round((i * 37 % 101) * 13_250.25 + 1_200.5, 2) for i in ROWS]
COLOURS = [("red", "green", "blue")[i * 7 % 3] for i in ROWS]
ANSWERS = ["yes" if i * 11 % 7 < 3 else "no" for i in ROWS]
DAYS = [datetime(2023, 1, 1) + timedelta(days=5 * i) for i in ROWS]
SMALL = [float(i % 5) for i in ROWS]


@dataclass(frozen=True)
class RealFile:
    """A file, and what is expected of it.

    ``columns`` gives a column's values, or part of why it is left out; ``notes`` part of what is
    said of a column; ``answers`` what its owner says when asked; ``refusal`` part of the sentence
    with which the file is refused.
    """

    name: str
    content: bytes | str | Callable[[Path], object]
    columns: Mapping[str, Any] = field(default_factory=dict)
    notes: Mapping[str, str] = field(default_factory=dict)
    answers: Mapping[str, str] = field(default_factory=dict)
    refusal: str = ""

    def write(self, folder: Path) -> Path:
        """Write the file into ``folder`` and return it."""
        path = folder / self.name
        if callable(self.content):
            self.content(path)
        else:
            is_text = isinstance(self.content, str)
            path.write_bytes(self.content.encode() if is_text else self.content)  # type: ignore[arg-type, union-attr]
        return path


def lines(header: str, row: Callable[[int], str], end: str = "\n") -> str:
    """Return a table as text."""
    return end.join([header, *map(row, ROWS)]) + end


def german(number: float) -> str:
    """Return 1.234,50."""
    return f"{number:,.2f}".translate({44: ".", 46: ","})


def french(number: float, blank: str) -> str:
    """Return 1 234,50 with any kind of blank."""
    return f"{number:,.2f}".translate({44: blank, 46: ","})


def indian(number: float) -> str:
    """Return 12,34,567.00."""
    whole, decimals = f"{number:.2f}".split(".")
    head, tail = whole[:-3], whole[-3:]
    parts: list[str] = []
    while head:
        parts.insert(0, head[-2:])
        head = head[:-2]
    return f"{','.join([*parts, tail])}.{decimals}"


def row_of(cells: list[Any], end: str = "") -> Callable[[int], str]:
    """Return what writes a row of these cells, a colour and the answer."""
    return lambda i: f"{cells[i]},{COLOURS[i]},{ANSWERS[i]}{end}"


PLAIN = lines("a,colour,y", row_of(AMOUNTS))
YES = {"positive_class": "yes"}
JAPANESE = [("とても良い", "商品です", "すこし")[i * 7 % 3] for i in ROWS]
CHINESE = [("很好的酒店", "一般", "不喜欢")[i * 7 % 3] for i in ROWS]
RUSSIAN = [("Москва", "Казань", "Тверь")[i * 7 % 3] for i in ROWS]
CITIES = [("Köln", "München", "Würzburg")[i * 7 % 3] for i in ROWS]
SPELLINGS = ["Yes", "no", "Y", "NO", "yes", "N", "TRUE", "false"]
MONTHS = (
    "Januar Februar März April Mai Juni Juli August September Oktober November Dezember".split()
)
TIMES_WITH_ZONE = [datetime(2023, 3, 20, 23, 30) + timedelta(hours=20 * i) for i in ROWS]


def _local(i: int) -> str:
    hours = 1 if TIMES_WITH_ZONE[i] < datetime(2023, 3, 26, 1) else 2
    return f"{(TIMES_WITH_ZONE[i] + timedelta(hours=hours)).isoformat()}+0{hours}:00"


NUMBERS = {
    "a German export": RealFile(
        "umsatz.csv",
        lines(
            "Datum;Umsatz;größer;y",
            lambda i: f"{DAYS[i]:%d.%m.%Y};{german(LARGE[i])} €;{COLOURS[i]};{ANSWERS[i]}",
            "\r\n",
        ).encode("cp1252"),
        {"Datum": DAYS, "Umsatz": LARGE, "größer": COLOURS},
    ),
    "a French export with narrow blanks": RealFile(
        "ventes.csv",
        lines(
            "date;montant;y",
            lambda i: f"{DAYS[i]:%d/%m/%Y};{french(LARGE[i], chr(0x202F))};{ANSWERS[i]}",
        ).encode("utf-8-sig"),
        {"date": DAYS, "montant": LARGE},
    ),
    "a French export in cp1252": RealFile(
        "ventes.csv",
        lines(
            "résumé;montant;y",
            lambda i: f"{COLOURS[i]};{french(LARGE[i], chr(0xA0))};{ANSWERS[i]}",
        ).encode("cp1252"),
        {"résumé": COLOURS, "montant": LARGE},
        answers={"data_encoding": "cp1252"},
    ),
    "Swiss francs": RealFile(
        "t.csv",
        lines(
            "b;c;y", lambda i: f"CHF {LARGE[i]:,.2f};{COLOURS[i]};{ANSWERS[i]}".replace(",", "'")
        ),
        {"b": LARGE},
    ),
    "Indian rupees": RealFile(
        "t.csv",
        lines("b,c,y", lambda i: f'"₹ {indian(LARGE[i])}",{COLOURS[i]},{ANSWERS[i]}'),
        {"b": LARGE},
    ),
    "Brazilian reais": RealFile(
        "t.csv",
        lines("b;não;y", lambda i: f"R$ {german(LARGE[i])};{COLOURS[i]};{ANSWERS[i]}").encode(
            "cp1252"
        ),
        {"b": LARGE},
        answers={"data_encoding": "cp1252"},
    ),
    "a minus behind the number": RealFile(
        "t.csv",
        lines("b;c;y", lambda i: f"{german(LARGE[i])}{'-' * (i % 2)};{COLOURS[i]};{ANSWERS[i]}"),
        {"b": [-n if i % 2 else n for i, n in enumerate(LARGE)]},
    ),
    "several units": RealFile(
        "t.csv",
        lines("w,c,y", lambda i: f"{AMOUNTS[i]} {'kg' if i % 3 else 'g'},{COLOURS[i]},{ANSWERS[i]}"),
        {"w": "several signs or units (g, kg)"},
    ),
    "two columns written in two ways": RealFile(
        "t.csv",
        lines("a;b;y", lambda i: f"{german(AMOUNTS[i])};{AMOUNTS[-i]};{ANSWERS[i]}"),
        {"a": AMOUNTS, "b": "other signs"},
        answers={"data_decimal": ","},
    ),
    "a mantissa of three decimals": RealFile(
        "t.csv",
        lines("a;b;y", lambda i: f"{AMOUNTS[i]:.3E};{COLOURS[i]};{ANSWERS[i]}".replace(".", ",")),
        {"a": [float(f"{amount:.3E}") for amount in AMOUNTS]},
        answers={"data_decimal": ","},
    ),
    "censored numbers": RealFile(
        "t.csv",
        lines("crp,c,y", row_of(["<5" if i % 5 == 4 else n for i, n in enumerate(AMOUNTS)])),
        {"crp": '"<5"'},
    ),
    "leading zeros in some codes": RealFile(
        "t.csv",
        lines("plz,c,y", row_of([("01067", "50667", "80331")[i % 3] for i in ROWS])),
        {"plz": [("01067", "50667", "80331")[i % 3] for i in ROWS]},
    ),
    "telephone numbers in threes": RealFile(
        "t.csv",
        lines("phone,c,y", row_of([f"030 {100 + i % 7} {200 + i}" for i in ROWS])),
        {"phone": "an identifier", "c": COLOURS},
    ),
    "whole numbers of more than 15 digits": RealFile(
        "t.csv",
        lines("account,c,y", row_of([9_007_199_254_740_993 + i % 5 * 2 for i in ROWS])),
        {"account": "more than 15 digits"},
    ),
    "codes that a spreadsheet shortened": RealFile(
        "t.csv",
        lines("ean,c,y", row_of([f"4.0{i % 9}638E+12" for i in ROWS])),
        notes={"ean": "shortened codes"},
    ),
    "addresses of the Internet": RealFile(
        "t.csv",
        lines("ip,c,y", row_of([f"192.168.{i % 3:03}.{i % 4 + 100:03}" for i in ROWS])),
        {"ip": [f"192.168.{i % 3:03}.{i % 4 + 100:03}" for i in ROWS]},
    ),
    "thousands in letters": RealFile(
        "t.csv", lines("n,c,y", row_of([f"{n}k" for n in AMOUNTS])), {"n": AMOUNTS}
    ),
    "-999": RealFile(
        "t.csv",
        lines("t,c,y", row_of([-999 if i % 9 == 4 else round(n / 10, 2) for i, n in enumerate(AMOUNTS)])),
        notes={"t": "-999 in 7 rows"},
    ),
    "a row of units": RealFile(
        "t.csv",
        PLAIN.replace("\n", "\nkg,,\n", 1),
        {"a": [None, *AMOUNTS], "colour": [None, *COLOURS]},
        {"a": '"kg" is no number: read as missing'},
    ),
    "a total without sums": RealFile(
        "t.csv", PLAIN + "Total,,\n", {"a": [*AMOUNTS, None]}, {"a": '"Total" is no number'}
    ),
    "a total with sums": RealFile(
        "t.csv",
        lines("shop,n,y", lambda i: f"shop {i % 9},{AMOUNTS[i]},{ANSWERS[i]}")
        + f"Total,{sum(AMOUNTS):.2f},\n",
        refusal='The last row of t.csv, "Total", sums up',
    ),
    "means below": RealFile(
        "t.csv",
        lines("shop;n;y", lambda i: f"F{i % 9};{german(AMOUNTS[i])};{ANSWERS[i]}")
        + f"Durchschnitt;{german(sum(AMOUNTS) / 60)};\n",
        refusal='"Durchschnitt", sums up',
    ),
}  # fmt: skip

TIMES = {
    "times before 1970": RealFile(
        "t.csv",
        lines("when,c,y", row_of([f"{day - timedelta(36_500):%Y-%m-%d}" for day in DAYS])),
        {"when": [day - timedelta(36_500) for day in DAYS]},
    ),
    "times after 2038": RealFile(
        "t.csv",
        lines("when,c,y", row_of([f"{day + timedelta(36_500):%d.%m.%Y}" for day in DAYS])),
        {"when": [day + timedelta(36_500) for day in DAYS]},
    ),
    "zones that change with the clock": RealFile(
        "t.csv", lines("when,c,y", row_of([_local(i) for i in ROWS])), {"when": TIMES_WITH_ZONE}
    ),
    "some times with a zone and some without": RealFile(
        "t.csv",
        lines("when,c,y", row_of([f"{t.isoformat()}{'Z' * (i % 2)}" for i, t in enumerate(TIMES_WITH_ZONE)])),
        {"when": "with and without a zone"},
    ),
    "MySQL's zero dates": RealFile(
        "t.csv",
        lines("when,c,y", row_of(["0000-00-00" if i % 9 == 3 else f"{d:%Y-%m-%d}" for i, d in enumerate(DAYS)])),
        {"when": [None if i % 9 == 3 else day for i, day in enumerate(DAYS)]},
    ),
    "two formats": RealFile(
        "t.csv",
        lines("when,c,y", row_of([d.strftime("%Y-%m-%d" if i % 2 else "%d/%m/%Y") for i, d in enumerate(DAYS)])),
        {"when": "times that no one format reads"},
    ),
    "two formats of few days": RealFile(
        "t.csv",
        lines("when,c,y", row_of([d.strftime("%Y-%m-%d" if i % 2 else "%d/%m/%Y") for i, d in enumerate(DAYS[:6] * 10)])),
        {"when": "times that no one format reads"},
    ),
    "months of another language": RealFile(
        "t.csv",
        lines("when,c,y", row_of([f"{d.day}. {MONTHS[d.month - 1]} {d.year}" for d in DAYS])),
        {"when": "times that no one format reads"},
    ),
    "days as Excel counts them": RealFile(
        "t.csv",
        lines("Datum,c,y", row_of([(day - datetime(1899, 12, 30)).days for day in DAYS])),
        notes={"Datum": "days from 1899-12-30"},
    ),
    "seconds since 1970": RealFile(
        "t.csv",
        lines("timestamp,c,y", row_of([1_700_000_000 + i * 86_400 for i in ROWS])),
        notes={"timestamp": "seconds from 1970-01-01"},
    ),
    "a name with = in a question": RealFile(
        "t.csv",
        lines("day (d=1),c,y", row_of([f"{i * 7 % 12 + 1:02}/{i * 5 % 12 + 1:02}/2023" for i in ROWS])),
        {"day (d=1)": [datetime(2023, i * 5 % 12 + 1, i * 7 % 12 + 1) for i in ROWS]},
        answers={"date_formats": "day (d=1) = %d/%m/%Y", "split_rule": "time", "split_column": "day (d=1)"},
    ),
    "days and clocks without signs": RealFile(
        "t.csv",
        lines("when,c,y", row_of([f"{day:%Y%m%d%H%M%S}" for day in DAYS])),
        {"when": DAYS},
    ),
    "days of six digits": RealFile(
        "t.csv",
        lines("date,c,y", row_of([f"{day:%y%m%d}" for day in DAYS])),
        notes={"date": "days written 261231"},
    ),
    "what JavaScript writes": RealFile(
        "t.csv",
        lines("when,c,y", row_of([f"{d:%a %b %d %Y %H:%M:%S} GMT+0000 (Universal)" for d in DAYS])),
        {"when": "times that no one format reads"},
    ),
    "what Apache writes": RealFile(
        "t.csv",
        lines("when,c,y", row_of([f"[{d:%d/%b/%Y:%H:%M:%S} +0000]" for d in DAYS])),
        {"when": "times that no one format reads"},
    ),
    "versions are no times": RealFile(
        "t.csv",
        lines("version,c,y", row_of([f"1.{i % 3}.10" for i in ROWS])),
        {"version": [f"1.{i % 3}.10" for i in ROWS]},
    ),
}  # fmt: skip

WORDS = {
    "yes and no in many spellings": RealFile(
        "t.csv",
        lines("member,c,y", row_of([SPELLINGS[i * 5 % 8] for i in ROWS])),
        {"member": [float(SPELLINGS[i * 5 % 8].lower() in ("yes", "y", "true")) for i in ROWS]},
    ),
    "north, east and south": RealFile(
        "t.csv",
        lines("wind,c,y", row_of([("N", "E", "S")[i * 7 % 3] for i in ROWS])),
        {"wind": [("N", "E", "S")[i * 7 % 3] for i in ROWS]},
    ),
    "classes in several spellings": RealFile(
        "t.csv",
        lines("a,c,y", lambda i: f"{AMOUNTS[i]},{COLOURS[i]},{('Yes', 'YES', 'no', 'No')[i % 4]}"),
        refusal='The classes of "y" are spelt in several ways',
    ),
    "a feature in several spellings": RealFile(
        "t.csv",
        lines("x,c,y", row_of([("Red", "red", "blue")[i * 7 % 3] for i in ROWS])),
        notes={"x": '"Red", "red" count as different'},
    ),
    "a word for nothing among truths": RealFile(
        "t.csv",
        lines("x,c,y", row_of([("TRUE", "FALSE", "NULL")[i * 7 % 3] for i in ROWS])),
        {"x": [("TRUE", "FALSE", "NULL")[i * 7 % 3] for i in ROWS]},
        {"x": '"NULL" counts as a class'},
    ),
    "Namibia": RealFile(
        "t.csv",
        lines("country,c,y", row_of([("NA", "DE", "")[i * 7 % 3] for i in ROWS])),
        {"country": [("NA", "DE", None)[i * 7 % 3] for i in ROWS]},
    ),
    "Shift-JIS": RealFile(
        "t.csv", lines("評価,c,y", row_of(JAPANESE)).encode("cp932"), {"評価": JAPANESE}
    ),
    "GB 18030": RealFile(
        "t.csv",
        lines("评价,c,y", row_of(CHINESE)).encode("gb18030"),
        {"评价": CHINESE},
        answers={"data_encoding": "gb18030"},
    ),
    "Windows-1251": RealFile(
        "t.csv",
        lines("город,c,y", row_of(RUSSIAN)).encode("cp1251"),
        {"город": RUSSIAN},
        answers={"data_encoding": "cp1251"},
    ),
    "UTF-16 without a mark": RealFile(
        "t.csv", lines("stadt,c,y", row_of(CITIES)).encode("utf-16-le"), {"stadt": CITIES}
    ),
    "two encodings in one file": RealFile(
        "t.csv",
        lines("stadt,c,y", row_of(CITIES)).encode()
        + lines("", row_of(CITIES)).strip().encode("cp1252"),
        refusal="in line 62: no encoding fits the whole file",
    ),
    "UTF-8 with a mark, stated without": RealFile(
        "t.csv", PLAIN.encode("utf-8-sig"), {"a": AMOUNTS}, answers={"data_encoding": "utf-8"}
    ),
    "UTF-8, stated as a smaller one": RealFile(
        "t.csv",
        lines("stadt,c,y", row_of(CITIES)),
        {"stadt": CITIES},
        answers={"data_encoding": "cp1252"},
    ),
}  # fmt: skip


FILES = {**NUMBERS, **TIMES, **WORDS}
