"""The column of a table of pictures that holds their classes: what would be no classes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from mlstarter.data.errors import DataError
from mlstarter.data.inspect import Inspection
from mlstarter.data.picture_parts import part_of
from mlstarter.data.show import excerpt, quote, some

MOST_NUMBERS = 20  # of so many different numbers a few may be classes
SIGNS = ("|", ";", ",", " ")
"""What stands between several labels of a picture."""


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
