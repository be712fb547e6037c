"""Files as people really have them: numbers and times in signs of all kinds, and words alike."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from tests.data.real_files import AMOUNTS, ANSWERS, COLOURS, DAYS, ROWS, RealFile, lines

BOTH_SIGNS = [amount if i % 2 else -amount for i, amount in enumerate(AMOUNTS)]
WHOLE = [float(i * 37 % 101 + 1) for i in ROWS]
NO_NUMBER = "numbers in signs that are not read"
NO_TIME = "times that no one format reads"
MERZ = "Jan Feb Mrz Apr Mai Jun Jul Aug Sep Okt Nov Dez".split()


def table(cells: Iterable[object], header: str = "x") -> str:
    """Return a table of these cells between semicolons, a colour and the answer."""
    texts = [str(cell) for cell in cells]
    return lines(f"{header};c;y", lambda i: f"{texts[i]};{COLOURS[i]};{ANSWERS[i]}")


def in_digits(zero: int, numbers: Iterable[object]) -> list[str]:
    """Return numbers in the digits of another script, of which ``zero`` is the first."""
    digits = {ord("0") + value: zero + value for value in range(10)}
    return [f"{number}".translate(digits) for number in numbers]


def _far(place: int, other: str) -> list[str]:
    return [other if i % 9 == place else f"{day:%Y-%m-%d}" for i, day in enumerate(DAYS)]


MINUS = {
    f"{name} for a minus": RealFile("t.csv", table(f"{n}".replace("-", sign) for n in BOTH_SIGNS), {"x": BOTH_SIGNS})
    for name, sign in {
        "a hyphen": "\u2010", "a hyphen that does not break": "\u2011", "a figure dash": "\u2012",
        "an en dash": "\u2013", "an em dash": "\u2014", "a small hyphen": "\ufe63", "a fullwidth hyphen": "\uff0d",
    }.items()
}  # fmt: skip
THOUSANDS = {
    f"{name} between thousands": RealFile(
        "t.csv", table(f"{n * 1000:,.0f}".replace(",", sign) for n in WHOLE), {"x": [n * 1000 for n in WHOLE]}
    )
    for name, sign in {
        "an acute accent": "\u00b4", "a letter apostrophe": "\u02bc", "a prime": "\u2032", "a thin blank": "\u2009",
    }.items()
}  # fmt: skip
ODD_NUMBERS = {
    title: RealFile("t.csv", table(cells), {"x": NO_NUMBER})
    for title, cells in {
        "fullwidth digits": in_digits(0xFF10, AMOUNTS),
        "Arabic digits": in_digits(0x660, AMOUNTS),
        "Persian digits": in_digits(0x6F0, map(int, WHOLE)),
        "digits of Devanagari": in_digits(0x966, AMOUNTS),
        "Arabic decimals": [text.replace(".", "\u066b") for text in in_digits(0x660, AMOUNTS)],
        "marks that are not seen": [f"\u200e{n}" for n in AMOUNTS],
        "underscores between thousands": [f"{n * 1000:_.0f}" for n in WHOLE],
        "powers of ten in words": [f"{n}*10^3" for n in AMOUNTS],
        "exponents of Fortran": [f"{n:.2E}".replace("E", "D") for n in AMOUNTS],
        "numbers to the base 16": [f"0x{int(n):02X}" for n in AMOUNTS],
        "a minus behind the currency": [f"{n} €{'-' * (i % 2)}" for i, n in enumerate(AMOUNTS)],
        "about": [f"~{n}" for n in AMOUNTS],
        "an apostrophe of Excel's": [f"'{n}" for n in AMOUNTS],
    }.items()
}
OTHER_NUMBERS = {
    "Swiss prices": RealFile("t.csv", table(f"{n:.0f}.-" for n in WHOLE), {"x": WHOLE}),
    "German prices": RealFile("t.csv", table(f"{n:.0f},-- €" for n in WHOLE), {"x": WHOLE}),
    "yen behind the number": RealFile("t.csv", table(f"{n:.0f}円" for n in WHOLE), {"x": WHOLE}),
    "metres": RealFile("t.csv", table(f"{n}m" for n in AMOUNTS), {"x": AMOUNTS}),
    "credits": RealFile(
        "t.csv",
        table(f"{n}{' CR' * (i % 2)}" for i, n in enumerate(AMOUNTS)),
        {"x": '"CR" behind some and not behind all'},
    ),
    "some thousands in letters": RealFile(
        "t.csv",
        table(f"{n}{'k' * (i % 2)}" for i, n in enumerate(AMOUNTS)),
        {"x": '"k" behind some and not behind all'},
    ),
    "thousands and millions in letters": RealFile(
        "t.csv", table(f"{n}{'KM'[i % 2]}" for i, n in enumerate(AMOUNTS)), {"x": "(K, M)"}
    ),
    "two dollars": RealFile(
        "t.csv", table(f"{'C' * (i % 2)}${n}" for i, n in enumerate(AMOUNTS)), {"x": "($, C$)"}
    ),
    "codes that look like powers of ten": RealFile(
        "t.csv",
        table(f"{i % 9}e{i % 7}" for i in ROWS),
        notes={"x": 'of codes, the kind is "category"'},
    ),
    "a target of 0.0 and 1.0": RealFile(
        "t.csv",
        lines("a,c,y", lambda i: f"{AMOUNTS[i]},{COLOURS[i]},{float(i * 11 % 7 < 3)}"),
        {"a": AMOUNTS},
    ),
}
ODD_TIMES = {
    "months of another language, cut short": RealFile(
        "t.csv",
        table(f"{d.day:02}-{MERZ[d.month - 1]}-{d:%y}" for d in DAYS),
        {"x": NO_TIME},
    ),
    "days with th": RealFile("t.csv", table(f"{d:%B} {d.day}th, {d.year}" for d in DAYS), {"x": NO_TIME}),
    "what JSON of Microsoft's writes": RealFile(
        "t.csv", table(f"/Date({1672531200000 + i * 86_400_000})/" for i in ROWS), {"x": NO_TIME}
    ),
    "days of Hungary": RealFile("t.csv", table(f"{d:%Y.%m.%d.}" for d in DAYS), {"x": DAYS}),
    "days of Korea": RealFile("t.csv", table(f"{d.year}. {d.month}. {d.day}." for d in DAYS), {"x": DAYS}),
    "days of Korea in words": RealFile(
        "t.csv", table(f"{d.year}년 {d.month}월 {d.day}일" for d in DAYS), {"x": DAYS}
    ),
    "no end": RealFile(
        "t.csv",
        table(_far(3, "9999-12-31")),
        {"x": [None if i % 9 == 3 else day for i, day in enumerate(DAYS)]},
    ),
    "no beginning": RealFile(
        "t.csv",
        table(_far(3, "0001-01-01")),
        {"x": [None if i % 9 == 3 else day for i, day in enumerate(DAYS)]},
    ),
    "1900 for none": RealFile("t.csv", table(_far(3, "1900-01-01")), notes={"x": "1900-01-01 in 7 rows lies far"}),
    "no end in a zone": RealFile(
        "t.csv",
        table(text + "T23:59:59-05:00" for text in _far(3, "9999-12-31")),
        {"x": NO_TIME},
    ),
    "birthdays of two digits": RealFile(
        "t.csv",
        table((f"{d:%d.%m.}{i + 30:02}" for i, d in enumerate(DAYS)), "birth"),
        notes={"birth": "1969 to 2068"},
    ),
    "microseconds since 1970": RealFile(
        "t.csv",
        table((1_700_000_000_000_000 + i * 86_400_000_000 for i in ROWS), "timestamp"),
        notes={"timestamp": "microseconds from 1970-01-01"},
    ),
    "nanoseconds since 1970": RealFile(
        "t.csv",
        table((1_700_000_000_000_000_000 + i * 86_400_000_000_000 for i in ROWS), "timestamp"),
        {"timestamp": "nanoseconds from 1970-01-01"},
    ),
    "durations": RealFile("t.csv", table(f"{i}:{i:02}" for i in ROWS), {"x": "or how long"}),
    "times before the clock went back": RealFile(
        "t.csv",
        table(
            f"{datetime(2023, 10, 29) + timedelta(minutes=30 * (i % 6)):%d.%m.%Y %H:%M}" for i in ROWS
        ),
        {"x": [datetime(2023, 10, 29) + timedelta(minutes=30 * (i % 6)) for i in ROWS]},
    ),
}  # fmt: skip


def _classes(*words: str) -> str:
    return lines("a,c,y", lambda i: f"{AMOUNTS[i]},{COLOURS[i]},{words[i * 7 % len(words)]}")


SEVERAL_WAYS = 'The classes of "y" are spelt in several ways'
ALIKE = {
    title: RealFile("t.csv", _classes(*words), refusal=SEVERAL_WAYS)
    for title, words in {
        "classes with two accents": ("Café", "Cafe\u0301", "Tee"),
        "classes with two blanks": ("New York", "New\u00a0York", "Paris"),
        "classes with doubled blanks": ("New York", "New  York", "Paris"),
        "classes with marks that are not seen": ("red", "red\u200b", "blue"),
        "classes in fullwidth letters": ("red", "\uff52\uff45\uff44", "blue"),
    }.items()
}
DAMAGE = {
    "letters that were lost": RealFile(
        "t.csv",
        table(f"Gr\ufffd\ufffde{i % 3}" for i in ROWS),
        notes={"x": "letters were lost before"},
    ),
    "one class and empty cells": RealFile(
        "t.csv", _classes("yes", ""), refusal='is always "yes", or empty'
    ),
    "UTF-8 that was written twice": RealFile(
        "t.csv",
        table("Größe Übung Straße".split()[i % 3].encode().decode("latin-1") for i in ROWS),
        refusal="written as UTF-8 twice",
    ),
    "UTF-8 that was written twice, as it stands": RealFile(
        "t.csv",
        table("Größe".encode().decode("cp1252") + str(i % 3) for i in ROWS).encode("utf-8-sig"),
        {"x": ["Größe".encode().decode("cp1252") + str(i % 3) for i in ROWS]},
        answers={"data_encoding": "utf-8"},
    ),
    "UTF-16 of Chinese without a mark": RealFile(
        "t.csv",
        table("很好的酒店 一般 不喜欢".split()[i % 3] for i in ROWS).encode("utf-16-le"),
        {"x": ["很好的酒店 一般 不喜欢".split()[i % 3] for i in ROWS]},
    ),
}

SIGNS = MINUS | THOUSANDS | ODD_NUMBERS | OTHER_NUMBERS | ODD_TIMES | ALIKE | DAMAGE
