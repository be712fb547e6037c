"""Sheets of Excel files, by openpyxl: the first that is shown and holds a table, or a named one.

What a sheet only shows (a merged cell, a formula that was never computed) is refused or named: it
would be read as nothing.
"""

from __future__ import annotations

import itertools
import re
import warnings
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from mlstarter.data.csv_rows import column_names
from mlstarter.data.errors import DataError, OpenQuestion, Option
from mlstarter.data.limits import CELLS, COLUMNS
from mlstarter.data.requirements import require
from mlstarter.data.settings import Settings
from mlstarter.data.show import excerpt, quote, some

TITLE_ROWS = 20
_MERGED_CELLS = re.compile(rb'mergeCell [^>]*ref="([A-Z]+[0-9]+:[A-Z]+([0-9]+))"')
# <c r="D2"><f>A2*2</f><v/></c>, and <f .../> where cells share a formula
_EMPTY_FORMULA = re.compile(
    rb'<c r="([A-Z]+)([0-9]+)"([^>]*)><f(?:[^>]*/>|[^>]*>[^<]*</f>)(?:<v ?/>|<v></v>)?</c>'
)
_HIDDEN_ROW = re.compile(rb'<row r="([0-9]+)"[^>]* hidden="(?:1|true)"')
_CHUNK, _LONGEST = 1 << 20, 10_000  # bytes that are read at a time, and of a cell with a formula


@dataclass(frozen=True, slots=True)
class Formula:
    """A cell whose formula no program has computed."""


def is_workbook(path: Path) -> bool:
    """Say whether a zip archive is an Excel workbook."""
    try:
        with zipfile.ZipFile(path) as archive:
            return "xl/workbook.xml" in archive.namelist()
    except (zipfile.BadZipFile, OSError):
        return False


@contextmanager
def _book(path: Path, *, with_values: bool = True) -> Iterator[Any]:
    openpyxl = require("openpyxl", "Reading Excel files")
    # By the open file: openpyxl refuses a name with another ending.
    with path.open("rb") as file:
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # of styles and validations, which are not read
                book = openpyxl.load_workbook(file, read_only=True, data_only=with_values)
        except Exception as error:  # openpyxl raises whatever its parsers do
            raise DataError(
                f"{excerpt(path.name)} cannot be read as an Excel file: {excerpt(error, 80)}.",
                hint="open it and save it anew as .xlsx, without a password",
            ) from error
        for sheet in book.worksheets:
            sheet.reset_dimensions()  # some programs write fewer rows there than there are
        yield book
        book.close()


@contextmanager
def _sheet(path: Path, name: str, *, with_values: bool = True) -> Iterator[Any]:
    with _book(path, with_values=with_values) as book:
        sheets = [sheet.title for sheet in book.worksheets]
        if name and name not in sheets:
            raise DataError(
                f"{excerpt(path.name)} has no sheet {excerpt(name)!r}.",
                hint=f"its sheets are {some(sheets)}",
            )
        if not sheets:
            raise DataError(f"{excerpt(path.name)} has no sheet.", hint="give another file")
        yield book[name] if name else book.worksheets[0]


def _choose(path: Path) -> str:
    """Return the sheet to read, "" for the first: hidden ones and covers are passed over.

    Raises OpenQuestion where the first sheet that is shown is a cover, and several hold tables.
    """
    with _book(path) as book:
        visible_sheets = [sheet for sheet in book.worksheets if sheet.sheet_state == "visible"]
        tables = [sheet.title for sheet in visible_sheets if _holds_table(sheet)]
        first = book.worksheets[0].title if book.worksheets else ""
    if not tables or tables[0] == first:
        return ""
    if len(tables) == 1 or tables[0] == visible_sheets[0].title:
        return str(tables[0])
    raise OpenQuestion(
        "data_table",
        f"{excerpt(path.name)} holds {len(tables)} sheets with tables: {some(tables)}.",
        "Which sheet?",
        [Option(title, excerpt(title)) for title in tables],
    )


def _holds_table(sheet: Any) -> bool:
    rows = itertools.islice(sheet.iter_rows(values_only=True), TITLE_ROWS)
    return sum(sum(cell is not None for cell in row) >= 2 for row in rows) >= 2


def settle(path: Path, settings: Settings) -> Settings:
    """Return the settings with the sheet, and the rows above the header where there is a title."""
    settings = settings if settings.table else replace(settings, table=_choose(path))
    with _sheet(path, settings.table) as sheet:
        rows = list(itertools.islice(sheet.iter_rows(values_only=True), TITLE_ROWS))
    cell_counts = [sum(cell is not None for cell in row) for row in rows]
    if settings.skip_lines or not cell_counts:
        return settings
    width = max(cell_counts)
    first = next((i for i, count in enumerate(cell_counts) if count * 2 > width), 0)
    return replace(settings, skip_lines=first)


def other_sheets(path: Path, settings: Settings) -> list[str]:
    """Return the sheets that hold tables as well, beside the first, where none is named."""
    if settings.table:
        return []
    with _book(path) as book:
        sheets = [sheet for sheet in book.worksheets[1:] if sheet.sheet_state == "visible"]
        return [sheet.title for sheet in sheets if _holds_table(sheet)]


def count_hidden_rows(path: Path, settings: Settings) -> int:
    """Return how many rows of the sheet are hidden, by a filter for example; they are read, too."""
    with _sheet(path, settings.table) as sheet:
        texts = _xml_of(path, sheet)
        return len({match[1] for text in texts for match in _HIDDEN_ROW.finditer(text)})


def read(path: Path, settings: Settings) -> tuple[list[str], int, list[list[Any]]]:
    """Return names, number of rows and columns of a sheet; wholly empty rows do not count."""
    with _sheet(path, settings.table) as sheet:
        formula_places = _check_xml(path, sheet, settings.skip_lines + 1)
        rows = sheet.iter_rows(values_only=True)
        for _ in range(settings.skip_lines):
            next(rows, None)
        head = next(rows, ())
        width = max((i + 1 for i, cell in enumerate(head) if cell is not None), default=0)
        names = column_names(["" if cell is None else str(cell) for cell in head[: COLUMNS + 1]])
        most = max(1_000, CELLS // max(width, 1))
        first_rows: list[list[Any]] = []
        total = 0
        for row in rows:
            if all(cell is None or cell == "" for cell in row):
                continue
            width = max(width, *(i + 1 for i, cell in enumerate(row) if cell is not None))
            total += 1
            if total <= most:
                first_rows.append(list(row))
    # A sheet may be wider than what is written in it, and a row shorter than the sheet.
    names = names[:width] + [f"column_{i + 1}" for i in range(len(names), width)]
    columns = [[row[i] if i < len(row) else None for row in first_rows] for i in range(width)]
    for place in formula_places & set(range(width)):
        columns[place] = [Formula()] * len(first_rows)
    return names, total, columns


def _check_xml(path: Path, sheet: Any, header: int) -> set[int]:
    """Return the places of the columns in which a formula below the header has no value.

    Raises DataError for cells that are merged in the header or below it: only the first has the
    value. openpyxl tells neither of a sheet that is only read.
    """
    places: set[int] = set()
    for text in _xml_of(path, sheet):
        for match in _MERGED_CELLS.finditer(text):
            if int(match[2]) >= header:
                place = "header" if int(match[2]) == header else "table"
                raise DataError(
                    f"{excerpt(path.name)} has merged cells in its {place}, such as "
                    f"{match[1].decode()} of sheet {quote(sheet.title)}: only the first of "
                    "them holds the value.",
                    hint="unmerge them, and write the value into each cell",
                )
        for match in _EMPTY_FORMULA.finditer(text):
            if int(match[2]) > header and b't="str"' not in match[3]:  # such is an empty text
                places.add(_place(match[1].decode()))
    return places


def _xml_of(path: Path, sheet: Any) -> Iterator[bytes]:
    """Yield what a sheet consists of, each piece with the end of the one before it."""
    rest = b""
    name = sheet._worksheet_path.lstrip("/")
    with zipfile.ZipFile(path) as archive, archive.open(name) as file:
        for chunk in iter(lambda: file.read(_CHUNK), b""):
            text = rest + chunk
            yield text
            rest = text[-_LONGEST:]


def _place(letters: str) -> int:
    """Return the place of a column, from 0, that a sheet calls by letters: A, B, ..., AA."""
    place = 0
    for letter in letters:
        place = place * 26 + ord(letter) - ord("A") + 1
    return place - 1
