"""Files as people really have them, and what they hold: layouts, archives, JSON."""

from __future__ import annotations

import gzip
import io
import json
import zipfile
from collections.abc import Callable
from typing import Any

from tests.data.real_files import (
    AMOUNTS,
    ANSWERS,
    COLOURS,
    PLAIN,
    ROWS,
    SMALL,
    RealFile,
    lines,
    row_of,
)


def archive(name: str, **members: str) -> bytes:
    """Return a zip archive that holds a table called ``name`` beside other members."""
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as file:
        file.writestr(name, PLAIN)
        for member, text in members.items():
            file.writestr(member, text)
    return data.getvalue()


def _with(**more: Callable[[int], Any]) -> list[dict[str, Any]]:
    plain = [{"a": AMOUNTS[i], "colour": COLOURS[i], "y": ANSWERS[i]} for i in ROWS]
    return [row | {key: value(i) for key, value in more.items()} for i, row in enumerate(plain)]


def _json_lines(rows: list[dict[str, Any]], end: str = "\n") -> str:
    return end.join(json.dumps(row, ensure_ascii=False) for row in rows)


LAYOUTS = {
    "names that differ in case": RealFile(
        "t.csv",
        lines("Rate,rate,RATE,y", lambda i: f"{AMOUNTS[i]},{i % 5},{COLOURS[i]},{ANSWERS[i]}"),
        {"Rate": AMOUNTS, "rate_2": SMALL, "RATE_3": COLOURS},
    ),
    "names of SQL and Python": RealFile(
        "t.csv",
        lines(
            'class,index,id,select,"order by","a""b",y',
            lambda i: f"{COLOURS[i]},{AMOUNTS[i]},{i + 1},{i % 5},{i % 4},{i % 3},{ANSWERS[i]}",
        ),
        {"class": COLOURS, "index": AMOUNTS, "id": "an identifier", "select": SMALL},
    ),
    "names with line ends": RealFile(
        "t.csv", PLAIN.replace("a,", '"Amount\n(EUR)",', 1), {"Amount\n(EUR)": AMOUNTS}
    ),
    "two lines of names, the first with gaps": RealFile(
        "t.csv",
        "2022,,,\n" + lines("a,b,c,y", lambda i: f"{AMOUNTS[i]},{i % 5},{COLOURS[i]},{ANSWERS[i]}"),
        {"a": AMOUNTS, "b": SMALL},
    ),
    "pairs above the names": RealFile(
        "t.csv", "Report:,Sales\nFrom:,2023\n\n" + PLAIN, {"a": AMOUNTS}
    ),
    "a note below": RealFile("t.csv", PLAIN + "Source: Federal Office\n", refusal="line 62: 1 cells"),
    "R's names of rows": RealFile(
        "t.csv",
        lines('"a","colour","y"', lambda i: f'"{i + 1}",{row_of(AMOUNTS)(i)}'),
        refusal="The header of t.csv has 3 cells, and the rows have 4",
    ),
    "rows in quotes": RealFile(
        "t.csv",
        "".join(f'"{line}"\n' for line in PLAIN.splitlines()),
        refusal="is one cell in quotes",
    ),
    "columns lined up with blanks": RealFile(
        "t.txt",
        lines("         a      y", lambda i: f"{AMOUNTS[i]:>10} {ANSWERS[i]:>6}"),
        {"a": AMOUNTS},
    ),
    "old line ends": RealFile("t.csv", PLAIN.replace("\n", "\r"), {"a": AMOUNTS}),
    "a zero byte at the end": RealFile("t.csv", PLAIN.encode() + b"\0\0", refusal="line 62"),
    "a cell of 200,000 letters": RealFile(
        "t.csv",
        lines("n,c,y", row_of(["x" * (200_000 if i == 5 else 3) for i in ROWS])),
        {"n": ["x" * (200_000 if i == 5 else 3) for i in ROWS]},
    ),
    "a web page": RealFile(
        "t.csv", "\n<!DOCTYPE html>\n<html><body>Sign in, please</body></html>", refusal="web page"
    ),
    "a pointer of Git LFS": RealFile(
        "t.csv", "version https://git-lfs.github.com/spec/v1\nsize 5\n", refusal="Git LFS"
    ),
    "what macOS packs": RealFile("t.zip", archive("t.csv", **{"__MACOSX/._t.csv": "x"}), {"a": AMOUNTS}),
    "a hidden file in a packed folder": RealFile(
        "t.zip", archive("d/t.csv", **{"d/": "", "d/.DS_Store": "x"}), {"a": AMOUNTS}
    ),
    "two packed tables": RealFile("t.zip", archive("a.csv", **{"b.csv": PLAIN}), refusal="2 files"),
    "capitals behind the point": RealFile("t.ZIP", archive("t.csv"), refusal="does not end in .zip"),
    "packed without saying so": RealFile("t.csv", gzip.compress(PLAIN.encode()), refusal=".gz"),
    "nested JSON": RealFile(
        "t.json",
        json.dumps(_with(pos=lambda i: {"lat": i}, tags=lambda i: [i])),
        {"a": AMOUNTS, "pos": "lists or objects", "tags": "lists or objects"},
    ),
    "JSON in a wrapper": RealFile(
        "t.json", json.dumps({"count": 60, "data": _with()}), refusal="no list of objects"
    ),
    "JSON in columns": RealFile(
        "t.json",
        json.dumps({"a": dict(enumerate(AMOUNTS)), "y": dict(enumerate(ANSWERS))}),
        {"a": AMOUNTS},
    ),
    "JSON with NaN, null and large numbers": RealFile(
        "t.json",
        json.dumps(_with(b=lambda i: (None, float("nan"), i % 4 + 0.5)[i % 3], n=lambda i: 2**63 + i)),
        {"b": [(None, None, i % 4 + 0.5)[i % 3] for i in ROWS], "n": "15 digits"},
    ),
    "JSON with truth values": RealFile(
        "t.json",
        json.dumps(_with(b=lambda i: (None, True, False)[i % 3])),
        {"b": [(None, 1.0, 0.0)[i % 3] for i in ROWS]},
    ),
    "JSON lines in UTF-16": RealFile("t.jsonl", _json_lines(_with()).encode("utf-16"), {"a": AMOUNTS}),
    "JSON lines with a mark": RealFile(
        "t.jsonl", _json_lines(_with(), "\r\n").encode("utf-8-sig"), {"a": AMOUNTS}
    ),
    "JSON lines with a line separator in a text": RealFile(
        "t.jsonl",
        _json_lines(_with(n=lambda i: f"{COLOURS[i]}\u2028x")),
        {"n": [f"{colour}\u2028x" for colour in COLOURS]},
    ),
    "the separator named in capitals": RealFile("t.csv", "SEP=;\r\n" + PLAIN.replace(",", ";"), {"a": AMOUNTS}),
    "what Hive separates": RealFile("t.txt", PLAIN.replace(",", "\x01"), {"a": AMOUNTS, "colour": COLOURS}),
    "unit separators": RealFile("t.dat", PLAIN.replace(",", "\x1f"), {"a": AMOUNTS}),
    "two files in one": RealFile("t.csv", PLAIN + PLAIN, refusal="line 62, repeats the header"),
    "a table of Markdown": RealFile(
        "t.md",
        "".join(f"| {line.replace(',', ' | ')} |\n" for line in [PLAIN.split()[0], "-,-,-".replace("-", "---"), *PLAIN.split()[1:]]),
        refusal="line 2, only rules off the header",
    ),
    "two lines of names": RealFile(
        "t.csv", "Report,of,y\n" + PLAIN.replace(",y", ",label", 1), {}, refusal="holds names or units, not values"
    ),
    "units in brackets": RealFile(
        "t.csv", PLAIN.replace("\n", "\n[EUR],[-],[-]\n", 1), refusal='("[EUR]", "[-]", "[-]")'
    ),
    "decimal commas between commas": RealFile(
        "t.csv", lines("a,c,y", lambda i: f"{i},5,{COLOURS[i]},{ANSWERS[i]}"), refusal="has 3 cells, and the rows have 4"
    ),
    "blanks before quotes": RealFile(
        "t.csv", lines("a, c, y", lambda i: f'{AMOUNTS[i]}, "x, {i % 3}", {ANSWERS[i]}'),
        {"a": AMOUNTS, "c": [f"x, {i % 3}" for i in ROWS]},
    ),
    "one column of sentences": RealFile(
        "t.csv", "text\n" + "".join(f"well, this is {i}\n" for i in ROWS), refusal="has one column only"
    ),
    "libsvm": RealFile("t.txt", "".join(f"{i % 2} 1:{i} 2:{i % 7}\n" for i in ROWS), refusal="libsvm"),
    "YAML": RealFile("t.yaml", "".join(f"- a: {i}\n  y: no\n" for i in ROWS), refusal="is YAML"),
    "XML in a CSV file": RealFile("t.csv", '<?xml version="1.0"?>\n<rows/>', refusal="is XML"),
    "a PDF in a CSV file": RealFile("t.csv", b"%PDF-1.4\n1 0 obj\n", refusal="is a PDF"),
    "a picture": RealFile("t.png", b"\x89PNG\r\n\x1a\n" + b"\0" * 50, refusal="is a picture"),
    "packed twice": RealFile("t.csv.gz", gzip.compress(gzip.compress(PLAIN.encode())), refusal="holds another archive"),
    "an archive of gzip in two parts": RealFile(
        "t.csv.gz", gzip.compress(PLAIN[:300].encode()) + gzip.compress(PLAIN[300:].encode()), {"a": AMOUNTS}
    ),
    "JSON in a text file": RealFile("t.txt", json.dumps(_with()), {"a": AMOUNTS}),
    "JSON lines in a CSV file": RealFile("t.csv", _json_lines(_with()), {"a": AMOUNTS}),
    "JSON under one key": RealFile("t.json", json.dumps({"data": _with()}), refusal="no list of objects"),
    "JSON in cp1252": RealFile(
        "t.json", json.dumps(_with(x=lambda _: "Größe"), ensure_ascii=False).encode("cp1252"), refusal="is not utf-8 throughout"
    ),
    "half of an emoji": RealFile(
        "t.json", json.dumps(_with(x=lambda i: f"\ud83d{i % 3}")), refusal="holds half of a letter"
    ),
    "a whole emoji": RealFile(
        "t.json", json.dumps(_with(x=lambda i: f"\U0001f600{i % 3}")), {"x": [f"\U0001f600{i % 3}" for i in ROWS]}
    ),
    "keys that some lines lack": RealFile(
        "t.jsonl",
        _json_lines([{k: v for k, v in row.items() if k != "a" or i % 3} for i, row in enumerate(_with())]),
        {"a": [amount if i % 3 else None for i, amount in enumerate(AMOUNTS)]},
    ),
}  # fmt: skip
