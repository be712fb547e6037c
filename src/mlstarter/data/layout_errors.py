"""Text files that are no table: the sentence that says why."""

from __future__ import annotations

import itertools
import re
from collections.abc import Mapping, Sequence
from typing import Any

from mlstarter.data.csv_rows import check_widths, rows_of
from mlstarter.data.errors import DataError
from mlstarter.data.settings import Settings, with_values
from mlstarter.data.show import excerpt, quote

NAMES = {"\t": "tabs", ";": "semicolons", ",": "commas", "|": "bars", " ": "blanks"}
_SPARSE_ROW = re.compile(r"[-+]?[0-9.]+(?: [0-9]+:[-+0-9.eE]+)+")

_LOG = re.compile(
    r"\S+ \S+ \S+ \[[0-9]{2}/[A-Z][a-z]{2}/[0-9]{4}:.*"
    r"|[A-Z][a-z]{2} [ 0-9][0-9] [0-9]{2}:[0-9]{2}:[0-9]{2} [^\s,;]+ [^\s,;]+: .*"
    r"|\[?[0-9]{1,2}[./][0-9]{1,2}[./][0-9]{2,4}, [0-9]{1,2}:[0-9]{2}"
    r"[^,;]{0,12}?[\])-] [^,;:]{1,60}: .*"
)
_DRAWN_RULE = re.compile(r"\+?(?:[-=]{3,}\+)+(?:[-=]{3,})?")
_BLANKS_BETWEEN = re.compile(r"\S+(?: {2,}\S+){3,}")


def refuse_rows(start: str, name: str) -> None:
    """Raise DataError for rows that are one cell each in quotes, of fastText or of libsvm."""
    lines = [line.strip() for line in start.splitlines() if line.strip()][:50]
    cells = [re.fullmatch('"((?:[^"]|"")+)"', line) for line in lines]
    if len(lines) > 1 and all(cell and re.search("[,;\t]", cell[1]) for cell in cells):
        raise DataError(
            f"Each row of {excerpt(name)} is one cell in quotes: it was perhaps exported twice.",
            hint="export it anew, or take the outer quotes away",
        )
    if lines and lines[0].lower().startswith("@relation"):
        raise DataError(
            f"{excerpt(name)} is a file of Weka (ARFF), whatever its name says.",
            hint="write it as a CSV file with the names of its attributes in the first line",
        )
    if any(map(_DRAWN_RULE.fullmatch, lines[:3])):
        raise DataError(
            f"The table in {excerpt(name)} is drawn with lines, as a database shows it.",
            hint="export it as CSV, or take the lines and bars out",
        )
    if sum(bool(_LOG.fullmatch(line)) for line in lines) > len(lines) / 2:
        raise DataError(
            f"{excerpt(name)} is a log of a server or of a chat, and no table.",
            hint="write what its lines say (time, who, what) into the columns of a CSV file",
        )
    if all(line.startswith("__label__") for line in lines):
        raise DataError(
            f"{excerpt(name)} is written in the format of fastText, and that is not read.",
            hint="write it as a CSV file with the columns label and text",
        )
    if all(_SPARSE_ROW.fullmatch(line) for line in lines):
        raise DataError(
            f"{excerpt(name)} is written in the format of libsvm, and that is not read.",
            hint="write it as a CSV file with a column for each number",
        )


def is_aligned(start: str, settings: Settings) -> bool:
    """Say whether several columns, lined up with blanks, stand in each first cell."""
    rows = [row for _, row in itertools.islice(rows_of(start, settings), 50)]
    return len(rows) > 1 and all(_BLANKS_BETWEEN.fullmatch(row[0].strip()) for row in rows)


def mixed_separators(name: str) -> DataError:
    """Return the sentence for columns that are lined up with blanks, and with other signs."""
    return DataError(
        f"The columns of {excerpt(name)} are lined up with blanks, and other signs stand between "
        "some of them, or not all rows have as many.",
        hint="export it with commas or semicolons between the cells",
    )


def no_names(name: str, count: int) -> DataError:
    """Return the sentence for a file of which ``count`` lines stand above rows without names."""
    return DataError(
        f"{excerpt(name)} begins with {count} line{'s' * (count > 1)} above its rows, and none of "
        "them names the columns.",
        hint=f"state --data data_skip_lines={count} --data data_header=false, or write the names "
        "of the columns there",
    )


def no_layout(
    start: str, name: str, own_settings: Mapping[str, Any], separators: Sequence[str]
) -> DataError:
    """Return the sentence for a file that no layout fits: by the line that spoils the likeliest."""
    best, count = ",", -1
    lines = start.splitlines()
    for separator in separators:
        width = lines[0].count(separator)
        same = sum(line.count(separator) == width for line in lines) if width else 0
        if same > count:
            best, count = separator, same
    if count <= 0:
        return DataError(
            f"{excerpt(name)} has one column only, which begins {quote(lines[0], 40)}.",
            hint="a table needs at least two; is it separated by a sign of its own? "
            "--data data_separator=...",
        )
    if best == " ":
        return mixed_separators(name)
    settings = with_values(Settings(separator=best), own_settings)
    rows = [row for _, row in itertools.islice(rows_of(start, settings), 2)]
    if re.search(rf'{re.escape(best)} +"', start):
        return DataError(
            f"Blanks stand before quotes in {excerpt(name)}.",
            hint="take them away, so that each quote is the first sign of its cell",
        )
    if len(rows) == 2 and len(rows[1]) > len(rows[0]):
        return DataError(
            f"The header of {excerpt(name)} has {len(rows[0])} cells, and the rows have "
            f"{len(rows[1])}.",
            hint=f"put quotes around cells with {NAMES.get(best, best)} in them (decimals, lists); "
            "and name the first column too: R writes none over the names of its rows",
        )
    try:
        check_widths(start, settings, name)
    except DataError as error:
        return error
    return DataError(
        f"{excerpt(name)} is no table of cells between {NAMES.get(best, best)}.",
        hint="state --data data_separator=... and --data data_quote=...",
    )
