"""Sheets of Excel files, by openpyxl: the first one or one that is named."""

from __future__ import annotations

import itertools
import warnings
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from mlstarter.data.dialect import column_names
from mlstarter.data.errors import DataError
from mlstarter.data.limits import CELLS, COLUMNS
from mlstarter.data.requirements import require
from mlstarter.data.settings import Settings
from mlstarter.data.show import excerpt, some

TITLE_ROWS = 20


def is_workbook(path: Path) -> bool:
    """Say whether a zip archive is an Excel workbook."""
    try:
        with zipfile.ZipFile(path) as archive:
            return "xl/workbook.xml" in archive.namelist()
    except (zipfile.BadZipFile, OSError):
        return False


@contextmanager
def _sheet(path: Path, name: str) -> Iterator[Any]:
    openpyxl = require("openpyxl", "Reading Excel files")
    # By the open file: openpyxl refuses a name with another ending.
    with path.open("rb") as file:
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # of styles and validations, which are not read
                book = openpyxl.load_workbook(file, read_only=True, data_only=True)
        except Exception as error:  # openpyxl raises whatever its parsers do
            raise DataError(
                f"{excerpt(path.name)} cannot be read as an Excel file: {excerpt(error, 80)}.",
                hint="open it and save it anew as .xlsx, without a password",
            ) from error
        sheets = [sheet.title for sheet in book.worksheets]
        if name and name not in sheets:
            raise DataError(
                f"{excerpt(path.name)} has no sheet {excerpt(name)!r}.",
                hint=f"its sheets are {some(sheets)}",
            )
        if not sheets:
            raise DataError(f"{excerpt(path.name)} has no sheet.", hint="give another file")
        yield book[name] if name else book.worksheets[0]
        book.close()


def settle(path: Path, settings: Settings) -> Settings:
    """Return the settings with the rows above the header, where there is a title."""
    with _sheet(path, settings.table) as sheet:
        rows = list(itertools.islice(sheet.iter_rows(values_only=True), TITLE_ROWS))
    cell_counts = [sum(cell is not None for cell in row) for row in rows]
    if settings.skip_lines or not cell_counts:
        return settings
    width = max(cell_counts)
    first = next((i for i, count in enumerate(cell_counts) if count * 2 > width), 0)
    return replace(settings, skip_lines=first)


def read(path: Path, settings: Settings) -> tuple[list[str], int, list[list[Any]]]:
    """Return names, number of rows and columns of a sheet; wholly empty rows do not count."""
    with _sheet(path, settings.table) as sheet:
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
    return names, total, columns
