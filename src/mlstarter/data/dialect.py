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

from mlstarter.data.errors import DataError
from mlstarter.data.limits import CELL_LETTERS, COLUMNS
from mlstarter.data.settings import Settings, with_values
from mlstarter.data.show import excerpt, quote

COMMON, RARE = "\t;|,", "^~:#!&* "
NAMES = {"\t": "tabs", ";": "semicolons", ",": "commas", "|": "bars", " ": "blanks"}
SAMPLE_ROWS = 1_000
PREAMBLE_LINES = 20
NUMBER = re.compile(r"[-+(]?[$€£]?\s?\d[\d.,' \u00a0]*%?\)?|\d{1,4}[-./]\d{1,2}[-./]\d{1,4}.*")
YEAR = re.compile(r"(1[89]|20)\d\d")
OwnSettings = Mapping[str, Any]
COMMENTS = ("#", "//", "%", "--")


@dataclass(frozen=True, slots=True)
class Layout:
    """A dialect that was tried: its settings, how many rows and cells it gives."""

    settings: Settings
    rows: int
    width: int


def lines_of(text: str, settings: Settings) -> Iterator[str]:
    """Yield the lines with their ends, without those before the header; comments are empty."""
    # Like a file opened with newline="": the csv module decides what ends a row.
    text = text.removeprefix("\ufeff")
    lines = (match[0] for match in re.finditer(r"[^\r\n]*(?:\r\n|\n|\r)|[^\r\n]+", text))
    for _ in range(settings.skip_lines):
        next(lines, None)
    for line in lines:
        yield "\n" if settings.comment and line.startswith(settings.comment) else line


def rows_of(
    text: str, settings: Settings, *, strict: bool = False
) -> Iterator[tuple[int, list[str]]]:
    """Yield each row's line and cells, without empty rows; csv.Error where ``strict`` fails."""
    csv.field_size_limit(CELL_LETTERS)
    reader = csv.reader(
        lines_of(text, settings),
        delimiter=settings.separator,
        quotechar=settings.quote or None,
        escapechar=settings.escape or None,
        doublequote=not settings.escape,
        quoting=csv.QUOTE_MINIMAL if settings.quote else csv.QUOTE_NONE,
        strict=strict,
    )
    for row in reader:
        if any(row):
            yield reader.line_num + settings.skip_lines, row


def detect(text: str, name: str, own_settings: OwnSettings) -> Settings:
    """Return the settings that lay out a whole file; ``fixed`` are those that its owner states.

    Raises DataError where no layout gives every row as many cells as the header.
    """
    if not text.strip("\ufeff \t\r\n"):
        raise DataError(f"{excerpt(name)} is empty.", hint="give a file that holds a table")
    start = "".join(itertools.islice(_few_lines(text), SAMPLE_ROWS))
    _refuse_quoted_rows(start, name)
    layouts = []
    for preamble in _preambles(start, own_settings):
        layouts = [
            layout
            for separator in _separators(start, own_settings)
            if (
                layout := _quote_layout(start, replace(preamble, separator=separator), own_settings)
            )
            and not _hides_header(start, layout)
        ]
        if layouts:
            break
    if not layouts:
        raise _no_layout(start, name, own_settings)
    order = COMMON + RARE
    best = max(layouts, key=lambda each: (each.width, -order.find(each.settings.separator)))
    settings = _without_title(start, best) if "skip_lines" not in own_settings else best.settings
    if "header" not in own_settings and not _has_header(start, settings):
        settings = replace(settings, header=False)
    if best.width > COLUMNS:
        raise DataError(
            f"{excerpt(name)} has {best.width:,} columns, and at most {COLUMNS:,} are read.",
            hint="keep those that matter",
        )
    return _whole(text, name, settings)


def check_widths(text: str, settings: Settings, name: str) -> None:
    """Raise DataError, naming the line, for a row of another width than the first one."""
    first = 0
    try:
        for line, row in rows_of(text, settings):
            first = first or len(row)
            if len(row) < first or any(row[first:]):
                raise DataError(
                    f"{excerpt(name)}, line {line:,}: {len(row)} cells, "
                    f"and the first row has {first}.",
                    hint="mend that line, or state --data data_separator=... or data_quote=...",
                )
    except csv.Error as error:
        raise DataError(
            f"{excerpt(name)} cannot be read as a table: {error}.",
            hint="state how it is quoted: --data data_quote=...",
        ) from error


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


def _few_lines(text: str) -> Iterator[str]:
    return lines_of(text[: 1 << 22], Settings())


def _refuse_quoted_rows(start: str, name: str) -> None:
    """Raise DataError where each row is quoted as one cell, as a second export writes them."""
    lines = [line.strip() for line in start.splitlines() if line.strip()][:50]
    cells = [re.fullmatch('"((?:[^"]|"")+)"', line) for line in lines]
    if len(lines) > 1 and all(cell and re.search("[,;\t]", cell[1]) for cell in cells):
        raise DataError(
            f"Each row of {excerpt(name)} is one cell in quotes: it was perhaps exported twice.",
            hint="export it anew, or take the outer quotes away",
        )


def _preambles(start: str, own_settings: OwnSettings) -> Iterator[Settings]:
    """Yield what may stand before and between the rows, nothing first."""
    plain = Settings()
    constants = {key: own_settings[key] for key in ("skip_lines", "comment") if key in own_settings}
    if constants:
        yield with_values(plain, constants)
        return
    lines = start.removeprefix("\ufeff").splitlines()
    if re.fullmatch("sep=.", lines[0]):
        yield replace(plain, skip_lines=1, separator=lines[0][-1])
    yield plain
    comments = Counter(sign for line in lines for sign in COMMENTS if line.startswith(sign))
    for sign, _ in comments.most_common(1):
        yield replace(plain, comment=sign)
    for count in range(1, min(PREAMBLE_LINES, len(lines) - 1)):
        yield replace(plain, skip_lines=count)


def _separators(start: str, own_settings: OwnSettings) -> list[str]:
    if "separator" in own_settings:
        return [str(own_settings["separator"])]
    common = [sign for sign in COMMON if sign in start]
    return common or [sign for sign in RARE if sign in start]


def _hides_header(start: str, layout: Layout) -> bool:
    """Say whether a line that would be skipped has as many cells as the table."""
    settings = layout.settings
    if not settings.skip_lines or start.startswith("sep="):
        return False
    before = itertools.islice(lines_of(start, Settings()), settings.skip_lines)
    rows_before = rows_of("".join(before), replace(settings, skip_lines=0))
    # R writes no name over the names of its rows.
    fewest = layout.width - (settings.skip_lines == 1 and layout.width > 2)
    return any(len(row) >= fewest for _, row in rows_before)


def _without_title(start: str, layout: Layout) -> Settings:
    """Return the settings that skip a title which was filled up with empty cells."""
    rows = list(itertools.islice(rows_of(start, layout.settings), 3))
    title = sum(bool(cell.strip()) for cell in rows[0][1])
    if len(rows) == 3 and title * 2 < layout.width and all(map(str.strip, rows[1][1])):
        return replace(layout.settings, skip_lines=rows[0][0])
    return layout.settings


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
    double = _layout_of(start, settings) or _layout_of(start, replace(settings, escape="\\"))
    if double and plain and plain.width == double.width and plain.rows > double.rows:
        return plain  # lone quotes: without them every line is a row
    return double or plain


def _layout_of(start: str, settings: Settings) -> Layout | None:
    """Return the layout where all rows of the start have one width of at least two, or None."""
    widths: list[int] = []
    cut = start if start.count("\n") < SAMPLE_ROWS - 1 else start[: start.rfind("\n") + 1]
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
    first, below = rows[0], rows[1:]
    if not below or first == [str(place) for place in range(len(first))]:
        return True
    columns = [[row[place] for row in below if row[place]] for place in range(len(first))]
    numeric = [bool(column) and all(map(NUMBER.fullmatch, column)) for column in columns]
    heads = [head for head, is_numeric in zip(first, numeric, strict=True) if is_numeric]
    if any(not NUMBER.fullmatch(head) for head in heads):
        return True
    if heads:
        return all(YEAR.fullmatch(head) for head in heads) and not all(map(NUMBER.fullmatch, first))
    # Only texts: a first row whose words come again below is a row.
    return not any(head and head in column for head, column in zip(first, columns, strict=True))


def _no_layout(start: str, name: str, own_settings: OwnSettings) -> DataError:
    """Return the sentence for a file that no layout fits: by the line that spoils the likeliest."""
    separators = _separators(start, own_settings) or [","]
    best, count = separators[0], -1
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
        return DataError(
            f"The columns of {excerpt(name)} are lined up with blanks, which is not read.",
            hint="export it with commas or semicolons between the cells",
        )
    settings = with_values(Settings(separator=best), own_settings)
    rows = [row for _, row in itertools.islice(rows_of(start, settings), 2)]
    if len(rows) == 2 and len(rows[1]) == len(rows[0]) + 1:
        return DataError(
            f"The header of {excerpt(name)} has {len(rows[0])} cells, and the rows have "
            f"{len(rows[1])}.",
            hint="name the first column too: R writes none over the names of its rows",
        )
    try:
        check_widths(start, settings, name)
    except DataError as error:
        return error
    return DataError(
        f"{excerpt(name)} is no table of cells between {NAMES.get(best, best)}.",
        hint="state --data data_separator=... and --data data_quote=...",
    )
