"""A table as spreadsheets and learning platforms write it: encoding, separator, empty columns.

What cannot change the meaning is passed over (a byte-order mark, ``sep=;`` in the first line,
columns and rows without a cell, letters of no width). What is decided is said in a note.
"""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from mlstarter.bounds import MAX_ROSTER_BYTES, MAX_ROSTER_COLUMNS, MAX_ROSTER_ROWS
from mlstarter.errors import UsageError
from mlstarter.files import read_file

_SEPARATORS = ",;\t|"
# Excel's own first line, which says what stands between the cells.
_SEP_LINE = re.compile(r'\A"?sep=(.)"?[,;\t|]*(\r\n|\n|\r)', re.IGNORECASE | re.DOTALL)
# Letters of no width, and the marks that turn the direction of a text: copied along from web pages.
_INVISIBLE = re.compile(r"[\u00ad\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff]")
# The mark of UTF-32 begins as that of UTF-16 does.
_WIDE = (
    ("utf-32", (codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)),
    ("utf-16", (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)),
)
# How Excel is kept from taking the zeros of 00123 away.
_TEXT_FORMULA = re.compile(r'="([^"]*)"')


@dataclass(frozen=True, slots=True)
class Sheet:
    """The cells of a table.

    ``header`` holds the names of the columns as written; ``rows`` the line on which a row begins
    (from 1) and its cells, one for each column or with what does not fit at the end. ``notes`` are
    sentences on how the file was read.
    """

    header: tuple[str, ...]
    rows: tuple[tuple[int, list[str]], ...]
    notes: tuple[str, ...] = ()


def read_sheet(path: Path) -> Sheet:
    """Read a CSV file.

    Raises:
        UsageError: it cannot be read, is no text, or is not CSV.
    """
    text, notes = _text(path)
    lines = _cells(path, text)
    with_cells = [(line, cells) for line, cells in lines if any(cells)]
    if not with_cells:
        return Sheet((), (), tuple(notes))
    header, rows = with_cells[0][1], with_cells[1:]
    columns = _columns(header, [cells for _, cells in rows])
    for column in columns:
        if not header[column]:
            notes.append(f"column {column + 1} has no name and is not read")
    columns = [column for column in columns if header[column]]
    return Sheet(
        tuple(header[column] for column in columns),
        tuple((line, _fit(cells, columns, len(header))) for line, cells in rows),
        tuple(notes),
    )


def without_invisible(text: str) -> str:
    """Return a text without letters of no width, for what is compared or becomes a name."""
    return _INVISIBLE.sub("", text).strip()


def _text(path: Path) -> tuple[str, list[str]]:
    try:
        data = read_file(path, MAX_ROSTER_BYTES)
    except OSError as error:
        raise UsageError(
            f"The roster {path} cannot be read: {error.strerror}.", hint="name a CSV file"
        ) from error
    if len(data) > MAX_ROSTER_BYTES:
        raise _too_large(path, f"{MAX_ROSTER_BYTES // 1_000_000} MB")
    encodings = tuple(name for name, marks in _WIDE if data.startswith(marks))[:1]
    if not encodings and b"\0" not in data:
        encodings = ("utf-8-sig", "cp1252")
    for encoding in encodings:
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        note = "the file is not UTF-8; it was read as Windows-1252: look at names with accents"
        return text, [note] if encoding == "cp1252" else []
    raise UsageError(
        f"The roster {path} is not a text file.", hint="save it as CSV UTF-8, not as a workbook"
    )


def _cells(path: Path, text: str) -> list[tuple[int, list[str]]]:
    sep_line = _SEP_LINE.match(text)
    offset = 1 if sep_line else 0
    body = text[sep_line.end() :] if sep_line else text
    separator = sep_line[1] if sep_line else _separator(body)
    reader = csv.reader(io.StringIO(body, newline=""), delimiter=separator, strict=True)
    lines: list[tuple[int, list[str]]] = []
    try:
        start = 1
        for cells in reader:
            if len(cells) > MAX_ROSTER_COLUMNS:
                raise _too_large(path, f"{MAX_ROSTER_COLUMNS} cells in line {start + offset}")
            if len(lines) > MAX_ROSTER_ROWS:
                raise _too_large(path, f"{MAX_ROSTER_ROWS} rows")
            lines.append((start + offset, [_trim(cell) for cell in cells]))
            start = reader.line_num + 1
    except (csv.Error, TypeError) as error:
        raise UsageError(
            f"Line {reader.line_num + offset} of the roster {path} is not CSV: {error}.",
            hint="save it again as CSV UTF-8",
        ) from error
    return lines


def _too_large(path: Path, limit: str) -> UsageError:
    return UsageError(
        f"The roster {path} has more than {limit}.",
        hint="name the list of one course's students; several courses have a roster each",
    )


def _separator(text: str) -> str:
    """Return what stands between the cells: what the header holds most of, outside quotes.

    A sign with a blank behind it may belong to a name (``name, first;email``).
    """
    first = next((line for line in text.splitlines() if line.strip(' ",;\t|')), "")
    plain = re.sub(r'"[^"]*"', "", first)
    tight = re.sub(r"[,;|] ", "", plain)
    return max(_SEPARATORS, key=lambda sign: (tight.count(sign), plain.count(sign)))


def _trim(cell: str) -> str:
    """Return a cell without blanks and letters of no width at its ends; inside, they may spell."""
    text = cell.strip()
    if formula := _TEXT_FORMULA.fullmatch(text):
        text = formula[1].strip()
    if _INVISIBLE.search(text):
        places = [place for place, letter in enumerate(text) if without_invisible(letter)]
        text = text[places[0] : places[-1] + 1] if places else ""
    return text


def _columns(header: list[str], rows: Iterable[list[str]]) -> list[int]:
    """Return the columns that have a name, or a cell somewhere below."""
    with_cells = {number for cells in rows for number, cell in enumerate(cells) if cell}
    return [number for number in range(len(header)) if header[number] or number in with_cells]


def _fit(cells: list[str], columns: list[int], width: int) -> list[str]:
    """Return the cells of the used columns, and at the end those for which there is no column."""
    row = [cells[number] for number in columns if number < len(cells)]
    return row + [cell for cell in cells[width:] if cell]
