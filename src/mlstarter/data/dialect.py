"""How a text file is laid out: separator, quotes, comments, lines before the header.

One reading has to give every row of the whole file as many cells as the header has.
"""

from __future__ import annotations

import csv
import itertools
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from mlstarter.data import words
from mlstarter.data.csv_rows import check_widths, lines_of, rows_of
from mlstarter.data.errors import DataError
from mlstarter.data.layout_errors import (
    is_aligned,
    mixed_separators,
    no_layout,
    no_names,
    refuse_rows,
)
from mlstarter.data.limits import COLUMNS
from mlstarter.data.settings import Settings, with_values
from mlstarter.data.show import excerpt

# What no text has in it, and Hive and others put between cells; what most programs put there.
CONTROL, COMMON, RARE = "\x01\x1f", "\t;|,", "^~:#!&* "
SAMPLE_ROWS, SAMPLE_LETTERS = 1_000, 1 << 22
PREAMBLE_LINES = 20
FEWEST_ALIKE = 2  # cells that rows of sentences have by chance, with a comma in each
NUMBER = re.compile(
    r"[-+(]?[$€£]?\s?[.,]?\d[\d.,' \u00a0]*(?:[eE][-+]?\d+)?%?\)?"
    r"|\d{1,4}[-./]\d{1,2}[-./]\d{1,4}.*"
)
PLAIN_NUMBER = re.compile(r"[-+]?[0-9]+([.,][0-9]+)?([eE][-+]?[0-9]+)?")
YEAR = re.compile(r"(1[89]|20)\d\d")
OwnSettings = Mapping[str, Any]
COMMENTS = ("#", "//", "%", "--")
DATEV = ('"EXTF";', '"DTVF";', "EXTF;", "DTVF;")


@dataclass(frozen=True, slots=True)
class Layout:
    """A dialect that was tried: its settings, how many rows and cells it gives."""

    settings: Settings
    rows: int
    width: int


def detect(text: str, name: str, own_settings: OwnSettings) -> Settings:
    """Return the settings that lay out a whole file; ``fixed`` are those that its owner states.

    Raises DataError where no layout gives every row as many cells as the header.
    """
    if not text.strip("\ufeff \t\r\n"):
        raise DataError(f"{excerpt(name)} is empty.", hint="give a file that holds a table")
    start = "".join(itertools.islice(_few_lines(text), SAMPLE_ROWS))
    refuse_rows(start, name)
    layouts: list[Layout] = []
    for preamble in _preambles(start, own_settings):
        layouts = _layouts(start, preamble, own_settings)
        if layouts:
            break
    layouts = layouts or _numbers_between_blanks(start, own_settings)
    if not layouts:
        raise no_layout(start, name, own_settings, _separators(start, own_settings))
    best = max(layouts, key=lambda each: _quality(start, each))
    if "separator" not in own_settings and is_aligned(start, best.settings):
        best = _aligned_layout(start, best, own_settings, name)
    best = _with_names_in_comment(start, best, own_settings)
    settings = _without_title(start, best) if "skip_lines" not in own_settings else best.settings
    if "header" not in own_settings and not _has_header(start, settings):
        if settings.skip_lines and not _declares_separator(start):
            lines = itertools.islice(lines_of(start, Settings()), settings.skip_lines)
            if best.width > FEWEST_ALIKE and not any(settings.separator in line for line in lines):
                raise no_names(name, settings.skip_lines)
            # Lines above rows without names are no title: this is something else.
            raise no_layout(start, name, own_settings, _separators(start, own_settings))
        settings = replace(settings, header=False)
    if best.width > COLUMNS:
        raise DataError(
            f"{excerpt(name)} has {best.width:,} columns, and at most {COLUMNS:,} are read.",
            hint="keep those that matter",
        )
    return _whole(text, name, settings)


def _layouts(start: str, preamble: Settings, own_settings: OwnSettings) -> list[Layout]:
    """Return the layouts that fit below what stands before the rows, one a separator."""
    return [
        layout
        for separator in _separators(start, own_settings)
        if (layout := _quote_layout(start, replace(preamble, separator=separator), own_settings))
        and not _hides_header(start, layout)
    ]


def _numbers_between_blanks(start: str, own_settings: OwnSettings) -> list[Layout]:
    """Return the layout of numbers alone, between which one tab stands or several, or none."""
    if "separator" in own_settings or "\t" not in start:
        return []
    layouts = _layouts(start, Settings(), {**own_settings, "separator": " "})
    return [layout for layout in layouts if _quality(start, layout)[0] == 1]


def _aligned_layout(start: str, layout: Layout, own_settings: OwnSettings, name: str) -> Layout:
    """Return the layout between blanks, with tabs among them as in auto-mpg.data of UCI."""
    layouts = _layouts(start, layout.settings, {**own_settings, "separator": " "})
    if not layouts or layouts[0].width <= layout.width:
        raise mixed_separators(name)
    return layouts[0]


def _quality(start: str, layout: Layout) -> tuple[float, int, int]:
    """Return how likely a layout is among others that fit: where most cells are numbers.

    Between decimal commas "1,5;2,5" fits as well, and the tabs of Eurostat stand in the last cell.
    """
    rows = itertools.islice(rows_of(start, layout.settings), 50)
    cells = [cell.strip() for _, row in rows for cell in row]
    share = sum(bool(PLAIN_NUMBER.fullmatch(cell)) for cell in cells) / len(cells)
    place = (CONTROL + COMMON + RARE).find(layout.settings.separator)
    return share, layout.width, -place


def _few_lines(text: str) -> Iterator[str]:
    return lines_of(text[:SAMPLE_LETTERS], Settings())


def _preambles(start: str, own_settings: OwnSettings) -> Iterator[Settings]:
    """Yield what may stand before and between the rows, nothing first."""
    plain = Settings()
    constants = {key: own_settings[key] for key in ("skip_lines", "comment") if key in own_settings}
    if constants:
        yield with_values(plain, constants)
        return
    lines = start.removeprefix("\ufeff").splitlines()
    if _declares_separator(lines[0]):
        yield replace(plain, skip_lines=1, separator=lines[0][-1])
    yield plain
    comments = Counter(sign for line in lines for sign in COMMENTS if line.startswith(sign))
    for sign, _ in comments.most_common(1):
        yield replace(plain, comment=sign)
    for count in range(1, min(PREAMBLE_LINES, len(lines) - 1)):
        yield replace(plain, skip_lines=count)


def _declares_separator(start: str) -> bool:
    """Say whether a file begins with `sep=;`, as Excel reads it."""
    return re.match("sep=.(?=[\r\n]|$)", start.removeprefix("\ufeff"), re.IGNORECASE) is not None


def _declares_rows(start: str) -> bool:
    """Say whether the first line is about the file, as Excel and DATEV write it, and no row."""
    return _declares_separator(start) or start.startswith(DATEV)


def _separators(start: str, own_settings: OwnSettings) -> list[str]:
    if "separator" in own_settings:
        return [str(own_settings["separator"])]
    likely = ([sign for sign in signs if sign in start] for signs in (CONTROL, COMMON, RARE))
    return next(filter(None, likely), [])


def _hides_header(start: str, layout: Layout) -> bool:
    """Say whether a line that would be skipped has as many cells as the table."""
    settings = layout.settings
    if not settings.skip_lines or (settings.skip_lines == 1 and _declares_rows(start)):
        return False
    before = itertools.islice(lines_of(start, Settings()), settings.skip_lines)
    rows_before = rows_of("".join(before), replace(settings, skip_lines=0))
    # R writes no name over the names of its rows.
    fewest = layout.width - (settings.skip_lines == 1 and layout.width > 2)
    return any(len(row) >= fewest for _, row in rows_before)


def _without_title(start: str, layout: Layout) -> Settings:
    """Return the settings that skip titles which were filled up with empty cells."""
    rows = list(itertools.islice(rows_of(start, layout.settings), PREAMBLE_LINES))
    cells = [sum(bool(cell.strip()) for cell in row) for _, row in rows]
    titles = next((at for at, count in enumerate(cells) if count * 2 >= layout.width), 0)
    if titles and len(rows) > titles + 1 and cells[titles] >= layout.width:
        # All lines above the header, rows of empty cells among them.
        line, header = rows[titles]
        return replace(layout.settings, skip_lines=line - 1 - "".join(header).count("\n"))
    return layout.settings


def _with_names_in_comment(start: str, layout: Layout, own_settings: OwnSettings) -> Layout:
    """Return the layout whose header is the last of the comments above rows without names."""
    settings = layout.settings
    if not settings.comment or {"comment", "header"} & {*own_settings}:
        return layout
    lines = lines_of(start, Settings())
    above = sum(
        1 for _ in itertools.takewhile(lambda each: each.startswith(settings.comment), lines)
    )
    plain = replace(settings, comment="", skip_lines=max(above - 1, 0))
    other = next((o for o in _layouts(start, plain, {"separator": settings.separator})), None)
    if other is None or _has_header(start, settings) or not _has_header(start, other.settings):
        return layout
    return other


def _quote_layout(start: str, settings: Settings, own_settings: OwnSettings) -> Layout | None:
    """Return the way of quoting that gives rows of one width, or None."""
    constants = {key: own_settings[key] for key in ("quote", "escape") if key in own_settings}
    if constants:
        return _layout_of(start, with_values(settings, constants))
    plain = _layout_of(start, replace(settings, quote=""))
    if '"' not in start:
        sign = re.escape(settings.separator)
        around = rf"(?m)(?:^|{sign})'[^'\n]*'(?=$|{sign})"
        if len(re.findall(around, start)) * 2 > start.count("'") * 0.5 > 0:
            single = _layout_of(start, replace(settings, quote="'"))
            if single:
                return single
        return plain and replace(plain, settings=settings)
    double = _layout_of(start, settings)
    if not double and '\\"' in start:  # else quotes that stand behind a cell's first word are lost
        double = _layout_of(start, replace(settings, escape="\\"))
    if double and plain and plain.width == double.width and plain.rows > double.rows:
        return plain  # lone quotes: without them every line is a row
    return double or plain


def _layout_of(start: str, settings: Settings) -> Layout | None:
    """Return the layout where all rows of the start have one width of at least two, or None."""
    widths: list[int] = []
    # The last row of a start may lack its end; a byte-order mark before it is no letter of it.
    is_whole = start.count("\n") < SAMPLE_ROWS - 1 and len(start) < SAMPLE_LETTERS - 1
    cut = start if is_whole else start[: max(start.rfind("\n"), start.rfind("\r")) + 1]
    try:
        for _, row in rows_of(cut, settings, strict=True):
            surplus = any(row[widths[0] :]) if widths else True
            widths.append(len(row) if surplus or len(row) < widths[0] else widths[0])
    except csv.Error as error:
        # The start may end within a quoted cell of the whole file.
        if "unexpected end of data" not in str(error) or cut == start:
            return None
    if not widths or widths[0] < 2 or len(set(widths)) > 1:
        return None
    return Layout(settings, len(widths), widths[0])


def _whole(text: str, name: str, settings: Settings) -> Settings:
    """Return the settings if they lay out the whole file, or without quotes where those fail."""
    try:
        check_widths(text, settings, name)
    except DataError as error:
        other = replace(settings, quote="", escape="")
        if settings.quote:
            try:
                check_widths(text, other, name)
            except DataError:
                raise error from None
            return other
        raise
    return settings


def _has_header(start: str, settings: Settings) -> bool:
    """Say whether the first row names the columns: texts, unlike the rows below."""
    rows = [[c.strip() for c in row] for _, row in itertools.islice(rows_of(start, settings), 50)]
    first = rows[0]
    below = [row for row in rows[1:] if len(row) >= len(first)]  # the last may be cut off
    if not below or first == [str(place) for place in range(len(first))]:
        return True
    columns = [[row[place] for row in below if row[place]] for place in range(len(first))]
    numeric = [
        any(values := [text for text in column if text not in words.MISSING])
        and all(map(NUMBER.fullmatch, values))
        for column in columns
    ]
    # A first row of values may lack one, as that of Automobile (UCI) does: 3,?,alfa-romero.
    heads = [
        head
        for head, is_numeric in zip(first, numeric, strict=True)
        if is_numeric and head and head not in words.MISSING
    ]
    if any(not NUMBER.fullmatch(head) for head in heads):
        return True
    if heads:
        return all(YEAR.fullmatch(head) for head in heads) and not all(map(NUMBER.fullmatch, first))
    # Only texts: a first row is a row where half of its classes come again below. The one word of
    # a column that is ticked (Python, Excel) is its name.
    classes = [
        head in column
        for head, column in zip(first, columns, strict=True)
        if head and (head in column or len(set(column)) * 2 <= len(column))
        if set(column) != {head} or len(column) == len(below)
    ]
    return sum(classes) * 2 < max(1, len(classes))
