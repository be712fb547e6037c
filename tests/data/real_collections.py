"""Well-known collections of data, as they are given out: of UCI, of Kaggle, of offices and surveys."""

from __future__ import annotations

from tests.data.real_files import AMOUNTS, ANSWERS, COLOURS, DAYS, ROWS, SMALL, RealFile, lines
from tests.data.real_signs import table

WHOLE = [float(i * 37 % 101) for i in ROWS]
LOSSES = [None if i % 9 == 0 else WHOLE[i] for i in ROWS]
LAST = {"target": "column_4"}
NAMES_OR_UNITS = "holds names or units, not values"


def _rows(*columns: list[object], separator: str = ",") -> str:
    """Return rows without names above them."""
    return "".join(f"{separator.join(map(str, cells))}\n" for cells in zip(*columns, strict=True))


WITHOUT_NAMES = {
    f"rows without names, the first with {mark or 'an empty cell'} for none": RealFile(
        "imports-85.data",
        _rows([*SMALL], [mark, *WHOLE[1:]], [*COLOURS], [*ANSWERS]),
        {"column_1": SMALL, "column_2": [None, *WHOLE[1:]], "column_3": COLOURS},
        answers=LAST,
    )
    for mark in ("?", "", "NaN", "-")
} | {
    "rows without names, with powers of ten and blanks before them": RealFile(
        "X_train.txt",
        "".join(f"  {-n - 1: .7e}  {n - 5: .7e} {i % 5: .7e}  {ANSWERS[i]}\n" for i, n in enumerate(AMOUNTS)),
        {"column_1": [float(f"{-n - 1:.7e}") for n in AMOUNTS], "column_3": SMALL},
        answers=LAST,
    ),
    "numbers lined up with blanks, those before the first too": RealFile(
        "german.data-numeric",
        "".join(f"   {i % 4}  {n:3.0f}   {i % 6}   {ANSWERS[i]} \n" for i, n in enumerate(WHOLE)),
        {"column_1": [float(i % 4) for i in ROWS], "column_2": WHOLE, "column_3": [float(i % 6) for i in ROWS]},
        answers=LAST,
    ),
    "one line above rows without names": RealFile(
        "adult.test",
        "|1x3 Cross validator\n" + _rows([*WHOLE], [*COLOURS], [*ANSWERS], separator=", "),
        refusal="begins with 1 line above its rows, and none of them names the columns",
    ),
}  # fmt: skip

OTHER_FILES = {
    "MNIST as it is given out": RealFile(
        "train-images-idx3-ubyte", b"\0\0\x08\x03" + bytes(60), refusal="is a file of MNIST (idx)"
    ),
    "a model of PyTorch": RealFile("t.pt", b"PK\x03\x04" + bytes(60), refusal="is a file of PyTorch"),
    "a portable file of SPSS": RealFile("t.por", "ASCII SPSS PORT FILE\n", refusal="is a file of SPSS"),
    "a pickle of scikit-learn": RealFile("t.joblib", b"\x80\x04\x95", refusal="is a pickle"),
}  # fmt: skip

OFFICES = {
    "Eurostat": RealFile(
        "t.tsv",
        "freq,age,geo\\TIME_PERIOD\t2021 \t2022 \ty\n"
        + "".join(f"A,Y15,R{i}\t{': ' if n is None else n}\t{i % 6}.5 \t{ANSWERS[i]}\n" for i, n in enumerate(LOSSES)),
        {"2021": LOSSES, "2022": [i % 6 + 0.5 for i in ROWS]},
    ),
    "an office that keeps some numbers to itself": RealFile(
        "t.csv",
        table("(D)" if n is None else n for n in LOSSES),
        {"x": LOSSES},
    ),
    "days of those who live": RealFile(
        "t.csv",
        table("9999-99-99" if i % 3 else f"{day:%d/%m/%Y}" for i, day in enumerate(DAYS)),
        {"x": [None if i % 3 else day for i, day in enumerate(DAYS)]},
    ),
    "a total without a word": RealFile(
        "t.csv",
        lines("day,c,n,y", lambda i: f"{DAYS[i]:%Y-%m-%d},{COLOURS[i]},{WHOLE[i]},{ANSWERS[i]}") + f",,{sum(WHOLE)},\n",
        refusal="sums up the rows above it",
    ),
    "the total of a pivot table": RealFile(
        "t.csv",
        lines("c,n,y", lambda i: f"{COLOURS[i]},{WHOLE[i]},{ANSWERS[i]}") + f"Gesamtergebnis,{sum(WHOLE)},\n",
        refusal='"Gesamtergebnis", sums up the rows above it',
    ),
}  # fmt: skip

SURVEYS = {
    "three lines of names": RealFile(
        "qualtrics.csv",
        "StartDate,Q1,Q2,y\nStart Date,How old are you?,Rate it,Why?\n"
        + ",".join(f'"{{""ImportId"":""{name}""}}"' for name in ("startDate", "QID1", "QID2", "QID3")) + "\n"
        + lines("", lambda i: f"{DAYS[i]:%Y-%m-%d %H:%M:%S},{WHOLE[i]:.0f},{i % 4},{ANSWERS[i]}").lstrip(),
        refusal=NAMES_OR_UNITS,
    ),
    "answers named below their question": RealFile(
        "surveymonkey.csv",
        "ID,Which do you use?,,,y\n,Python,R,Other (please specify),Response\n"
        + lines("", lambda i: f"{i},{['Python', ''][i % 2]},{['R', ''][i % 3 > 0]},,{ANSWERS[i]}").lstrip(),
        refusal=NAMES_OR_UNITS,
    ),
    "a ticker below each name": RealFile(
        "t.csv",
        "Price,Close,y\nTicker,AAPL,AAPL\nDate,,\n"
        + lines("", lambda i: f"{DAYS[i]:%Y-%m-%d},{AMOUNTS[i]},{WHOLE[i]}").lstrip(),
        refusal=NAMES_OR_UNITS,
    ),
    "when tweets were written": RealFile(
        "t.csv",
        table(f"{day:%a %b %d} 22:19:{i % 60:02} PDT 2009" for i, day in enumerate(DAYS)),
        {"x": "times that no one format reads"},
    ),
    "names of rows in digits and letters": RealFile(
        "t.csv", table((f"{i * 2_654_435_761 % 2**32:08x}" for i in ROWS), "id"), {"id": "an identifier"}
    ),
    "scores in names of rows": RealFile(
        "t.csv", table((f"{i}_{i % 9}" for i in ROWS), "id"), {"id": "an identifier"}
    ),
    "pixels in one cell": RealFile(
        "fer2013.csv",
        table(" ".join(str(i * k % 256) for k in range(1, 50)) for i in ROWS),
        {"x": "several numbers in each cell"},
    ),
}  # fmt: skip

COLLECTIONS = WITHOUT_NAMES | OTHER_FILES | OFFICES | SURVEYS
