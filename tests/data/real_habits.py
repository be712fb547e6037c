"""Files as people really have them, and what they hold: habits of programs and of people."""

from __future__ import annotations

from datetime import datetime, timedelta

from tests.data.real_files import AMOUNTS, ANSWERS, COLOURS, PLAIN, ROWS, RealFile
from tests.data.real_signs import table

MONDAY = datetime(2022, 1, 3)
_SMALL = [float(i * 7 % 5 + 1) for i in ROWS]
_CODES = [9_780_000_000_000 + i * i * 1_009 for i in ROWS]
LABELS = [("1", "2", "3", "4", "1,2", "2,3", "1,4", "3", "4")[i % 9] for i in ROWS]
_UTC = "Jan 5, 2024, 3:{:02}:05 PM GMT+1"
_BODY = PLAIN.splitlines()[1:]


def _cells(line: str) -> list[str]:
    return line.split(",")


LAYOUTS_OF_PROGRAMS = {
    "blanks, and a tab before the last column": RealFile(
        "t.data",
        "".join(
            f'{amount:8.2f}   {i % 3}   {i * 7 % 50:3d}      {ANSWERS[i]}\t"{COLOURS[i]} one"\n'
            for i, amount in enumerate(AMOUNTS)
        ),
        {"column_1": AMOUNTS, "column_5": [f"{colour} one" for colour in COLOURS]},
        answers={"target": "column_4"},
    ),
    "a line of DATEV that is wider than the table": RealFile(
        "t.csv",
        '"EXTF";700;21;"Name";12;;;"RE"\n' + PLAIN.replace(",", ";"),
        {"a": AMOUNTS, "colour": COLOURS},
    ),
    "a note below the table": RealFile(
        "t.csv",
        PLAIN + "Source: an office,,\n",
        {"a": [*AMOUNTS, None]},
        {"a": '"Source: an office" is no number'},
    ),
    "a note below a table whose target comes first": RealFile(
        "t.csv",
        "".join(f"{line[-1]},{line[0]},{line[1]}\n" for line in map(_cells, PLAIN.splitlines()))
        + "Source: an office,,\n",
        refusal='"Source: an office", is a note below',
    ),
    "a row that has one cell as others have": RealFile(
        "t.csv",
        PLAIN.replace("0.5,red,", ",red,", 1) + "5,red,no\n,green,\n5,red,no\n,red,\n",
        {"colour": [*COLOURS, "red", "green", "red", "red"]},
    ),
    "another table below the table": RealFile(
        "t.csv",
        "b,"
        + "\n".join(f"{i % 7},{line}" for i, line in enumerate(PLAIN.splitlines()))[2:]
        + "\n\nnumber,price,paint,answer\n"
        + "\n".join(f"{i % 5},{line}" for i, line in enumerate(_BODY)),
        refusal='Row 61 below the header of t.csv ("number", "price") holds names',
    ),
    "two words in a row of numbers": RealFile(
        "t.csv",
        "a,b,c,y\n"
        + "".join(
            f"{amount},{i % 5},{i * 3 % 11},{ANSWERS[i]}\n"
            if i != 30
            else f"{amount},broken,wet,no\n"
            for i, amount in enumerate(AMOUNTS)
        ),
        {"b": [float(i % 5) if i != 30 else None for i in ROWS]},
        {"b": '"broken" is no number'},
    ),
    "numbers between one tab or two": RealFile(
        "t.txt",
        "".join(
            f"{a}\t{i % 5 + 1}{(chr(9)) * (1 + i % 9 // 8)}{i % 3}\n" for i, a in enumerate(AMOUNTS)
        ),
        {"column_1": AMOUNTS, "column_2": [float(i % 5 + 1) for i in ROWS]},
        answers={"target": "column_3"},
    ),
    "a log of a server": RealFile(
        "t.log",
        "".join(
            f'10.0.0.{i % 5} - - [10/Oct/2023:13:{i:02}:36 +0000] "GET /{i}, {i}" 200 {i}\n'
            for i in ROWS
        ),
        refusal="is a log of a server",
    ),
    "a log of a machine": RealFile(
        "t.log",
        "".join(f"Oct {1 + i % 9:2} 13:{i:02}:36 host sshd[{i}]: port {i}\n" for i in ROWS),
        refusal="is a log of a server",
    ),
    "a chat": RealFile(
        "t.txt",
        "".join(f"[{1 + i % 28:02}.01.24, 10:{i:02}:11] Ann: it is {i}, is it?\n" for i in ROWS),
        refusal="or of a chat",
    ),
    "parts that are summed up": RealFile(
        "t.csv",
        "colour,a,y\n"
        + "".join(
            f"{COLOURS[i]}{' Total' * (i % 10 == 9)},{AMOUNTS[i]},{ANSWERS[i]}\n" for i in ROWS
        ),
        refusal=' Total" sum up others',
    ),
    "numbers of rows that were shuffled": RealFile(
        "t.csv",
        "," + PLAIN.replace("\n", "\n{},").format(*(i * 37 % 61 for i in range(61)))[:-3],
        {"column_1": "it has no name", "a": AMOUNTS},
    ),
}
VALUES = {
    "stars, and one star": RealFile(
        "t.csv",
        table(f"{n:.0f} star{'s' * (n > 1)}" for n in _SMALL),
        {"x": _SMALL},
    ),
    "days as Jira writes them": RealFile(
        "t.csv",
        table(f"{MONDAY + timedelta(days=i):%d/%b/%y} 3:04 PM" for i in ROWS),
        {"x": [MONDAY + timedelta(days=i, hours=15, minutes=4) for i in ROWS]},
    ),
    "answers of Forms": RealFile(
        "t.csv",
        table(f'"{("Ann;", "Bob;", "Ann;Bob;")[i % 3]}"' for i in ROWS),
        notes={"x": "seems to hold several values"},
    ),
    "weeks": RealFile(
        "t.csv",
        table(f"{MONDAY + timedelta(weeks=i):%G-W%V}" for i in ROWS),
        {"x": [MONDAY + timedelta(weeks=i) for i in ROWS]},
    ),
    "times of Google": RealFile(
        "t.csv", table(_UTC.format(i) for i in ROWS), {"x": "times that no one format reads"}
    ),
    "hours of a hundred and more": RealFile(
        "t.csv", table(f"{100 + i}:{i % 60:02}:07" for i in ROWS), {"x": "or how long"}
    ),
    "powers of ten with three decimals": RealFile(
        "t.csv", table(f"{n + 1:.3e}" for n in AMOUNTS), {"x": [float(f"{n + 1:.3e}") for n in AMOUNTS]}
    ),
    "powers of ten with three decimals and a comma": RealFile(
        "t.csv",
        table(f"{n + 1:.3E}".replace(".", ",") for n in AMOUNTS),
        {"x": [float(f"{n + 1:.3e}") for n in AMOUNTS]},
    ),
    "days of a month in words": RealFile(
        "t.csv", table(f"{4 + i % 17}th of March 2023" for i in ROWS), {"x": "times that no one format"}
    ),
    "quarters": RealFile(
        "t.csv", table(f"{2000 + i // 8}-Q{1 + i % 4}" for i in ROWS), {"x": "times that no one format"}
    ),
    "-999 beside 0 and 1": RealFile(
        "t.csv", table((0, 1, 1, 0, -999)[i % 5] for i in ROWS), notes={"x": "-999 in 12 rows lies far"}
    ),
    "ticks and crosses": RealFile(
        "t.csv", table("✓✗"[i * 7 % 3 > 1] for i in ROWS), {"x": [float(i * 7 % 3 < 2) for i in ROWS]}
    ),
    "long numbers of articles": RealFile(
        "t.csv", table(_CODES), {"x": "long numbers of as many digits each"}
    ),
    "numbers of rows under the name of pandas": RealFile(
        "t.csv",
        table((i * 37 % 61 for i in ROWS), "Unnamed: 0.1"),
        {"Unnamed: 0.1": "an identifier"},
    ),
    "numbers of rows under another name of pandas": RealFile(
        "t.csv", table((i * 37 % 61 for i in ROWS), "level_0"), {"level_0": "an identifier"}
    ),
    "a class called result": RealFile(
        "t.csv", table(("test", "test result")[i % 5 == 4] for i in ROWS), {"x": [("test", "test result")[i % 5 == 4] for i in ROWS]}
    ),
    "counts of cells": RealFile("t.csv", table([i * 37 % 101 for i in ROWS], "white_cells"), {"white_cells": [float(i * 37 % 101) for i in ROWS]}),
    "visits by mobile": RealFile("t.csv", table([i * 37 % 101 for i in ROWS], "visits_mobile"), {"visits_mobile": [float(i * 37 % 101) for i in ROWS]}),
    "features of which none is named": RealFile(
        "t.csv",
        "column_1,column_2,y\n" + "".join(f"{i * 37 % 101},{i % 7},{ANSWERS[i]}\n" for i in ROWS),
        {"column_1": [float(i * 37 % 101) for i in ROWS]},
    ),
    "charges of batteries": RealFile(
        "t.csv",
        table(f"{n},000mAh" for n in range(1, 61)),
        {"x": [n * 1000.0 for n in range(1, 61)]},
        answers={"data_decimal": "."},
    ),
    "numbers of mobile telephones": RealFile(
        "t.csv", table((49_151_000_000 + i * 37 % 101 * 90_001 for i in ROWS), "mobile"), {"mobile": "identifier"}
    ),
    "a grade with a plus": RealFile(
        "t.csv", table(("A", "A+", "B")[i % 3] for i in ROWS), {"x": [("A", "A+", "B")[i % 3] for i in ROWS]}
    ),
    "-999 and 999": RealFile(
        "t.csv",
        table((-999, 999)[i % 2] if i % 5 == 0 else i for i in ROWS),
        notes={"x": "-999 and 999 in 12 rows lie far"},
    ),
    **{
        f"several numbers: {title}": RealFile("t.csv", table(cells), {"x": "several numbers in each"})
        for title, cells in {
            "a place": [f"{i + 0.25}, {-i - 7.5}" for i in ROWS],
            "a place in brackets": [f"({i + 0.25}, {-i - 7.5})" for i in ROWS],
            "a point": [f"POINT ({i + 0.25} {i + 7.5})" for i in ROWS],
            "hours and minutes": [f"{i // 9}h {i % 9}m" for i in ROWS],
            "feet and inches": [f"{i // 12} ft {i % 12} in" for i in ROWS],
            "lengths of three sides": [f"{i + 100} x {i + 90} x {i + 70} mm" for i in ROWS],
            "stones and pounds": [f"{i // 14}st {i % 14}lb" for i in ROWS],
            "rooms of a house": [f"{i + 100} m2 {i % 7} r {i % 3} b 19{i + 10}" for i in ROWS],
            "stars of five": [f"{i / 12:.2f} out of 5 stars" for i in ROWS],
        }.items()
    },
    "labels in lists": RealFile(
        "t.csv",
        table(LABELS),
        {"x": LABELS},
        {"x": "seems to hold several values"},
    ),
    "halves with a comma": RealFile(
        "t.csv",
        table(("1", "2", "5", "1,5", "2,5")[i % 5] for i in ROWS),
        {"x": [(1.0, 2.0, 5.0, 1.5, 2.5)[i % 5] for i in ROWS]},
        answers={"data_decimal": ","},
    ),
    "labels in lists to predict": RealFile(
        "t.csv",
        table(LABELS),
        answers={"target": "x"},
        refusal='several labels in "x" ("1,2", "2,3" and 1 more)',
    ),
}  # fmt: skip
HABITS = LAYOUTS_OF_PROGRAMS | VALUES
