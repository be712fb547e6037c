"""A second line of names, or of units, below the header: it would be read as a row of values."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from mlstarter.data.facts import Facts
from mlstarter.data.reader import as_text
from mlstarter.data.tables import Cell, Table


def second_header(table: Table, facts: Mapping[str, Facts]) -> list[str]:
    """Return the cells of the first row where it holds no values, else an empty list.

    It holds none where it has a stray text in every column of numbers, and in the others words
    that come only there.
    """
    numbers = {name: cells for name, cells in table.columns.items() if _is_numeric(facts[name])}
    others = [cells for name, cells in table.columns.items() if name not in numbers]
    words = [cells for cells in others if as_text(cells[0])]
    if not numbers or not words or not all(map(_begins_alone, words)):
        return []
    if not all(as_text(cells[0]) in facts[name].missing for name, cells in numbers.items()):
        return []
    return [as_text(cells[0]) for cells in table.columns.values()]


def _is_numeric(facts: Facts) -> bool:
    return facts.kind in ("number", "integer") or (
        facts.kind == "identifier" and facts.missing != ()
    )


def _begins_alone(cells: list[Cell]) -> bool:
    """Say whether the first cell of a column is the only one with its text among repeated ones."""
    counts = Counter(map(as_text, cells))
    return counts[as_text(cells[0])] == 1 and len(counts) <= len(cells) / 2
