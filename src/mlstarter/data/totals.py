"""A row of totals below a table: a sum that would be learned from as if it were one of the rows."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping

from mlstarter.data import words
from mlstarter.data.facts import Facts
from mlstarter.data.numbers import NumberStyle, to_number
from mlstarter.data.reader import as_text
from mlstarter.data.tables import Cell, Table

SUBTOTAL = re.compile(
    r"(.+?)[ -](?:sub)?(?:total|sum|result|summe|gesamt|ergebnis)|(?:total|summe|sous-total) (.+)",
    re.IGNORECASE,
)
FEWEST_ROWS = FEWEST_COLUMNS = 3


def total_row(table: Table, facts: Mapping[str, Facts]) -> str | None:
    """Return what the last row of a table is called where it sums up the rows above, or None.

    It does where one of its cells says so, as no other in its column does, and a number of it is
    the sum or the mean of the numbers above; or, without a word, where it has sums and no other
    cells, though the row above it has some.
    """
    columns = [cells for cells in table.columns.values() if len(cells) == table.rows]
    if table.rows < FEWEST_ROWS or not columns:
        return None
    label = next((text for cells in columns if _is_label(text := as_text(cells[-1]), cells)), None)
    style = NumberStyle(table.settings.decimal, table.settings.thousands)
    sums_up = {
        name: _sums_up([_number(cell, style, facts[name]) for cell in cells])
        for name, cells in table.columns.items()
        if facts[name].kind in ("number", "integer", "mixed")
    }
    last_cells = {name: cells for name, cells in table.columns.items() if as_text(cells[-1])}
    lacks_one = any(
        n not in last_cells and as_text(cells[-2]) for n, cells in table.columns.items()
    )
    if label is None and lacks_one and all(sums_up.get(name) for name in last_cells):
        label = ", ".join(as_text(cells[-1]) for cells in last_cells.values())
    return label if label is not None and any(sums_up.values()) else None


def subtotal(facts: Mapping[str, Facts]) -> str | None:
    """Return a value that stands for rows which sum up others, as in a pivot table, or None.

    So "North Total" and "South Total" do in a column in which both stand in more rows without the
    word: one pair alone, such as "test" and "test result", may be two classes.
    """
    for column in facts.values():
        totals = [
            value
            for value, rows in column.values.items()
            if (match := SUBTOTAL.fullmatch(value))
            and column.values.get(match[1] or match[2], 0) > rows
        ]
        if len(totals) > 1 and column.kind in ("category", "identifier"):
            return totals[0]
    return None


def note_row(table: Table) -> str | None:
    """Return the one text of a last row that holds nothing else, as a note below a table, or None.

    Rows above the notes have more: where some of them have one cell too, it is a row like them.
    """
    columns = [cells for cells in table.columns.values() if len(cells) == table.rows]
    if table.rows < FEWEST_ROWS or len(columns) < FEWEST_COLUMNS:
        return None
    last = [text for cells in columns if (text := as_text(cells[-1]))]
    if len(last) != 1 or not any(map(str.isalpha, last[0])):
        return None
    counts = [sum(bool(as_text(cell)) for cell in row) for row in zip(*columns, strict=True)]
    while counts and counts[-1] <= 1:
        counts.pop()
    return last[0] if counts and min(counts) > 1 else None


def _is_label(text: str, cells: list[Cell]) -> bool:
    return bool(words.TOTAL.fullmatch(text)) and sum(as_text(cell) == text for cell in cells) == 1


def _number(cell: Cell, style: NumberStyle, facts: Facts) -> float | None:
    if isinstance(cell, str):
        return to_number(cell.strip(), style, facts.strip)
    return float(cell) if isinstance(cell, int | float) else None


def _sums_up(numbers: list[float | None]) -> bool:
    last, above = numbers[-1], [number for number in numbers[:-1] if number is not None]
    if last is None or not any(above):
        return False
    total = math.fsum(above)
    # Cells are rounded, and so is their sum.
    return any(
        math.isclose(last, expected, rel_tol=1e-4) for expected in (total, total / len(above))
    )
