"""A second line of names, or of units, below the header: it would be read as a row of values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal

from mlstarter.data import dates, words
from mlstarter.data.facts import Facts
from mlstarter.data.numbers import NumberStyle, to_number
from mlstarter.data.reader import as_text
from mlstarter.data.tables import Cell, Table

MOST_LINES = 3  # of names, those of Qualtrics below its header
NUMERIC_SHARE = 0.9
Comparison = Literal["alike", "unlike", "alone", "unclear"]


def second_header(table: Table, facts: Mapping[str, Facts]) -> list[str]:
    """Return the cells of the first row where it holds no values, else an empty list.

    It holds none where no cell of it is like those below: a text above numbers or times, a word
    that comes only there; or where it names the columns that the header does not.
    """
    firsts = [as_text(cells[0]) for cells in table.columns.values()]
    if _fills_gaps(table, firsts):
        return firsts
    style = NumberStyle(table.settings.decimal, table.settings.thousands)
    comparisons = [
        _compare_first(cells, style, facts[name].strip) for name, cells in table.columns.items()
    ]
    clear = [each for each in comparisons if each != "unclear"]
    is_header = "unlike" in clear and "alike" not in clear and len(clear) > 1
    return firsts if is_header else []


def inner_header(table: Table, facts: Mapping[str, Facts]) -> tuple[int, list[str]] | None:
    """Return the number and some cells of a row that names columns amid the others, or None.

    In it several columns of numbers hold texts, each another one, and none holds a number.
    """
    numbers = {n: c for n, c in table.columns.items() if facts[n].kind in ("number", "integer")}
    rows: dict[int, list[str]] = {}
    for name, cells in numbers.items():
        if strays := {*facts[name].missing} - words.MISSING:
            for row, cell in enumerate(cells):
                if isinstance(cell, str) and cell.strip() in strays:
                    rows.setdefault(row, []).append(cell.strip())
    for row, names in rows.items():
        values = sum(as_text(cells[row]) not in words.MISSING | {""} for cells in numbers.values())
        if len({*names}) > 1 and len(names) == values:
            return row + 1, names
    return None


def _compare_first(cells: Sequence[Cell], style: NumberStyle, strip: Sequence[str]) -> Comparison:
    """Say whether a column's first cell is like the others; "alone" is a word among classes."""
    first = as_text(cells[0])
    others = [cell for cell in cells[MOST_LINES:] if as_text(cell)]
    texts = [as_text(cell) for cell in others]
    if not first or not texts:
        return "unclear"
    if first in texts or first in words.MISSING:
        return "alike"
    if _numeric_share(others, style, strip) >= NUMERIC_SHARE:
        return "alike" if _numeric_share(cells[:1], style, strip) else "unlike"
    different = list(dict.fromkeys(texts))
    if dates.look_like_times(different):
        return "alike" if dates.look_like_times([first]) else "unlike"
    return "alone" if len(different) <= len(texts) / 2 else "unclear"


def _numeric_share(cells: Sequence[Cell], style: NumberStyle, strip: Sequence[str]) -> float:
    numeric = sum(
        not isinstance(cell, str)
        or cell.strip() in words.MISSING
        or to_number(cell.strip(), style, strip) is not None
        for cell in cells
    )
    return numeric / len(cells)


def _fills_gaps(table: Table, firsts: Sequence[str]) -> bool:
    """Say whether the first row names columns, and those alone, that have no name of their own.

    So SurveyMonkey writes a question above its first answer only, and the answers below it.
    """
    nameless = [name == f"column_{place}" for place, name in enumerate(table.columns, 1)]
    if not table.settings.header or nameless.count(True) < 2 or nameless[0]:
        return False
    gaps = [text for text, is_gap in zip(firsts, nameless, strict=True) if is_gap]
    return firsts[0] == "" and all(text and not text[0].isdigit() for text in gaps)
