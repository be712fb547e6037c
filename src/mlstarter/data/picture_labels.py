"""The column of a table of pictures that holds their classes: what would be no classes."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Sequence

from mlstarter.data.errors import DataError
from mlstarter.data.inspect import Inspection
from mlstarter.data.picture_parts import part_of
from mlstarter.data.show import excerpt, quote, some

LONGEST_CELL = 131_072  # letters
MOST_NUMBERS = 20  # of so many different numbers a few may be classes
SIGNS = ("|", ";", ",", " ")
"""What stands between several labels of a picture."""


def require_plain_csv(looked_at: Inspection) -> None:
    """Refuse a table that a project of pictures, which reads plain CSV, would read otherwise."""
    others = looked_at.settings.non_defaults().keys() - {"decimal", "thousands"}
    if looked_at.settings.encoding == "utf-8-sig":
        others -= {"encoding"}
    if others:
        raise DataError(
            f"A project of pictures reads CSV in UTF-8, with commas and a header, and "
            f"{excerpt(looked_at.path.name)} differs in its {', '.join(sorted(others))}.",
            hint="save it as CSV (UTF-8, separated by commas)",
        )
    check_cells(looked_at)


def check_cells(looked_at: Inspection) -> None:
    """Raise DataError for a cell that is longer than Python's reader of CSV, a project's, takes."""
    for name, cells in looked_at.table.columns.items():
        row = next((i for i, cell in enumerate(cells) if len(str(cell)) > LONGEST_CELL), None)
        if row is not None:
            raise DataError(
                f"{excerpt(looked_at.path.name)}, row {row + 1:,}, has more than {LONGEST_CELL:,} "
                f"letters in its column {quote(name)}, and a project of pictures reads no more.",
                hint="shorten it, or leave that column out",
            )


def check_labels(looked_at: Inspection, column: str) -> None:
    """Raise DataError for one class only, for amounts, and for several labels in one cell."""
    labels, table = looked_at.column(column), excerpt(looked_at.path.name)
    if labels.distinct < 2:
        raise DataError(
            f"All pictures of {table} are of one class.", hint="bring pictures of another class"
        )
    cells = [str(cell).strip() for cell in looked_at.table.columns[column]]
    values = Counter(cell for cell in cells if cell)
    if labels.distinct > max(MOST_NUMBERS, len(cells) / 2) and all(map(_is_number, values)):
        raise DataError(
            f"The column {quote(column)} of {table} holds amounts ({some(values, 3)}), and a "
            "project of pictures tells classes apart.",
            hint="name another column, or make classes of them: young, old",
        )
    if several := _several_labels(values):
        raise DataError(
            f"Cells of the column {quote(column)} of {table} hold several labels, such as "
            f"{quote(several)}, and a project of pictures gives each picture one class.",
            hint="leave such pictures out, or write a table for each label with yes and no",
        )


def check_names(looked_at: Inspection, columns: Sequence[str]) -> None:
    """Raise DataError for a column that is not there, or has no name of its own in the header.

    A project of pictures, which reads plain CSV, knows a column by nothing else.
    """
    for column in columns:
        looked_at.column(column, "image_columns")
    with looked_at.path.open(encoding="utf-8-sig", newline="") as file:
        names = [name.strip() for name in next(csv.reader(file), [])]
    if others := [column for column in columns if names.count(column) != 1]:
        what = "two columns called" if others[0] in names else "no name for"
        raise DataError(
            f"The header of {excerpt(looked_at.path.name)} has {what} {quote(others[0])}.",
            hint="write a name of its own above each column",
        )


def check_one_hot(looked_at: Inspection, file: str, columns: Sequence[str]) -> None:
    """Raise DataError for columns that hold one class together: a 1 in one of them, else 0."""
    cells = {name: looked_at.table.columns[name] for name in columns}
    hot = {
        name: [float(str(cell)) for cell in values]
        for name, values in cells.items()
        if all(_is_number(str(cell)) for cell in values)
    }
    hot = {name: values for name, values in hot.items() if {*values} == {0.0, 1.0}}
    if len(hot) > 1 and all(sum(row) == 1 for row in zip(*hot.values(), strict=True)):
        raise DataError(
            f"{some(hot, 4)} of {excerpt(looked_at.path.name)} hold one class together: each line "
            "has a 1 in one of them.",
            hint="write the name of that column into one column, label; or take one for yes and "
            f'no: --data "image_columns={file}; {next(iter(hot))}"',
        )


def check_second_labels(names: Sequence[str], labels: Sequence[object], table: str) -> None:
    """Raise DataError for a picture that two lines give another class."""
    rows: dict[str, int] = {}
    for row, name in enumerate(names):
        first = rows.setdefault(name, row)
        if labels[row] != labels[first]:
            raise DataError(
                f"{excerpt(table)}, line {row + 2:,}: {quote(name)} is {quote(str(labels[row]))}, "
                f"after {quote(str(labels[first]))} in line {first + 2:,}.",
                hint="give each picture one class, or leave those of several out",
            )


def part_columns(looked_at: Inspection, columns: Sequence[str]) -> list[str]:
    """Return the columns, other than ``columns``, that say of which part of a split a row is."""
    cells = {n: looked_at.table.columns[n] for n in looked_at.facts if n not in columns}
    return [
        name
        for name, values in cells.items()
        if len(parts := {str(value).strip() for value in values}) > 1 and all(map(part_of, parts))
    ]


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _several_labels(values: Counter[str]) -> str:
    """Return a cell that holds several labels, or "".

    They are known by standing alone elsewhere and being joined in more than one way: "hot dog" is
    one class beside "dog", while "clear road" beside "clear" and "road haze" is two labels.
    """
    for sign in SIGNS:
        parts = {value: [part.strip() for part in value.split(sign)] for value in values}
        uses = Counter(part for several in parts.values() for part in {*several})
        long = [value for value in values if len(parts[value]) > 1]
        plain = [value for value in long if all(uses[part] > 1 for part in parts[value])]
        alone = {part for value in plain for part in parts[value]} & values.keys()
        if alone and len(plain) >= len(long) / 2:
            return plain[0]
    return ""
