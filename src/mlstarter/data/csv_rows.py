"""The rows of a text file, as its settings lay them out."""

from __future__ import annotations

import csv
import itertools
import re
from collections.abc import Iterator

from mlstarter.data.errors import DataError
from mlstarter.data.limits import CELL_LETTERS
from mlstarter.data.settings import Settings
from mlstarter.data.show import excerpt


def lines_of(text: str, settings: Settings) -> Iterator[str]:
    """Yield the lines with their ends, without those before the header; comments are empty.

    Between columns that are lined up with blanks a tab is one more blank.
    """
    # Like a file opened with newline="": the csv module decides what ends a row.
    text = text.removeprefix("\ufeff")
    if settings.separator == " ":
        text = text.replace("\t", " ")
    lines = (match[0] for match in re.finditer(r"[^\r\n]*(?:\r\n|\n|\r)|[^\r\n]+", text))
    for _ in range(settings.skip_lines):
        next(lines, None)
    for line in lines:
        yield "\n" if settings.comment and line.startswith(settings.comment) else line


def rows_of(
    text: str, settings: Settings, *, strict: bool = False
) -> Iterator[tuple[int, list[str]]]:
    """Yield each row's line and cells, without empty rows; csv.Error where ``strict`` fails.

    It names the row in which a cell is too long: one whose quote is never closed, for example.
    Blanks before a cell, or before its quote, are no part of it: so columns that are lined up with
    blanks are cells between one blank each.
    """
    csv.field_size_limit(CELL_LETTERS)
    reader = csv.reader(
        lines_of(text, settings),
        delimiter=settings.separator,
        quotechar=settings.quote or None,
        escapechar=settings.escape or None,
        doublequote=not settings.escape,
        quoting=csv.QUOTE_MINIMAL if settings.quote else csv.QUOTE_NONE,
        skipinitialspace=True,
        strict=strict,
    )
    line = settings.skip_lines
    try:
        for row in reader:
            line = reader.line_num + settings.skip_lines
            if any(row):
                yield line, row
    except csv.Error as error:
        if "field larger" in str(error):
            message = f"line {line + 1:,} has a cell of more than {CELL_LETTERS:,} letters"
            raise csv.Error(message) from error
        raise


def unreadable(error: csv.Error, name: str) -> DataError:
    """Return the error for a file of which the csv module reads no table."""
    return DataError(
        f"{excerpt(name)} cannot be read as a table: {error}.",
        hint="shorten that cell, or close its quote; or state how cells are quoted: "
        "--data data_quote=...",
    )


def surplus_cells(text: str, settings: Settings) -> tuple[int, int, int] | None:
    """Return the line of the first row with empty cells too many, its cells and how many it needs.

    None where all rows are as wide as the first.
    """
    first = 0
    for line, row in rows_of(text, settings):
        first = first or len(row)
        if len(row) > first:
            return line, len(row), first
    return None


def _refuse_odd_signs(text: str, name: str) -> None:
    """Raise DataError for a zero byte, and a byte-order mark that the decoder has left."""
    if (zero := text.find("\0")) >= 0:
        line = text.count("\n", 0, zero) + 1
        raise DataError(
            f"{excerpt(name)} holds a zero byte in line {line:,}, as no text does: it is damaged, "
            "or was not written to its end.",
            hint="export it anew, or take the zero bytes out",
        )
    if text.startswith("\ufeff"):
        raise DataError(
            f"{excerpt(name)} begins with a byte-order mark too many.",
            hint="take one out, or leave out --data data_encoding=... where it was stated",
        )


def check_widths(text: str, settings: Settings, name: str) -> None:
    """Raise DataError, naming the line, for a row of another width than the first one.

    So it does for a zero byte and for a byte-order mark before a row: no program writes them there.
    """
    _refuse_odd_signs(text, name)
    first = 0
    try:
        for line, row in rows_of(text, settings):
            first = first or len(row)
            if row[0].startswith("\ufeff"):
                raise DataError(
                    f"{excerpt(name)}, line {line:,}, begins with a byte-order mark, which belongs "
                    "only at the start of a file: two files were perhaps joined.",
                    hint="take it out, and the second header with it",
                )
            if len(row) < first or any(row[first:]):
                raise DataError(
                    f"{excerpt(name)}, line {line:,}: {len(row)} cells, "
                    f"and the first row has {first}.",
                    hint="mend that line, or state --data data_separator=... or data_quote=...",
                )
    except csv.Error as error:
        raise unreadable(error, name) from error


def column_names(row: list[str]) -> list[str]:
    """Return the names of columns: stripped, an empty one by its place, a second one numbered.

    Names that differ in case alone are one name: features.sql, as all SQL, cannot tell them apart.
    """
    names: dict[str, str] = {}
    for place, cell in enumerate(row, 1):
        name = cell.strip() or f"column_{place}"
        number = itertools.count(2)
        unique = name
        while unique.lower() in names:
            unique = f"{name}_{next(number)}"
        names[unique.lower()] = unique
    return list(names.values())
