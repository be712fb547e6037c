"""Columns of texts that may be numbers: their missing marks, strays, signs and values."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from mlstarter.data import words
from mlstarter.data.numbers import NumberStyle, are_addresses, are_lists, signs_of, to_number
from mlstarter.data.reader import as_text

STRAYS = 5  # different texts among numbers that may be missing marks of the owner's own
STRAY_SHARE = 0.01
FEWEST_WITH_STRAY = 30  # rows of which one stray is no more than one: a unit, a total


def numeric_texts(cells: Sequence[Any]) -> tuple[list[str], tuple[str, ...]] | None:
    """Return a column's different texts that may be numbers, and their signs, or None.

    What stands for "no value" is left out; a few strays are too.
    """
    texts = Counter(cell.strip() for cell in cells if isinstance(cell, str) and cell.strip())
    likely = [text for text in texts if text not in words.MISSING and re.search("[0-9]", text)]
    others = [text for text in texts if text not in words.MISSING and not re.search("[0-9]", text)]
    if not likely or not are_few(others, texts) or are_addresses(likely) or are_lists(likely):
        return None
    signs = signs_of(likely)
    return (likely, signs if isinstance(signs, tuple) else ())


def are_few(strays: Sequence[str], texts: Mapping[str, int]) -> bool:
    """Say whether texts among numbers are so few that they may stand for "no value"."""
    total = sum(texts.values())
    most = max(STRAY_SHARE * total, total >= FEWEST_WITH_STRAY)
    return len(strays) <= STRAYS and sum(texts[s] for s in strays) <= most


def typed_numbers(cells: Sequence[Any]) -> dict[str, float]:
    """Return the numbers of cells that are numbers, by the texts that no cell of text has."""
    texts = {cell.strip() for cell in cells if isinstance(cell, str)}
    number_cells = (c for c in cells if isinstance(c, int | float) and not isinstance(c, bool))
    return {
        text: float(cell) for cell in number_cells if (text := as_text(cell)) and text not in texts
    }


def as_numbers(
    texts: Mapping[str, int], style: NumberStyle, cell_numbers: Mapping[str, float]
) -> tuple[set[str], dict[str, float | None], tuple[str, ...]]:
    """Return a column's missing marks, its other texts as numbers, and the signs of these.

    ``cell_numbers`` are those that need no reading. Without a digit anywhere there are no numbers.
    """
    marks = {text for text in texts if text in words.MISSING}
    rest = [text for text in texts if text not in marks]
    likely = [text for text in rest if re.search("[0-9]", text)]
    if not likely or are_addresses(likely) or are_lists(likely):
        return marks, {}, ()
    signs = signs_of(likely)
    strip = signs if isinstance(signs, tuple) else ()
    numbers = {
        t: cell_numbers[t] if t in cell_numbers else to_number(t, style, strip) for t in rest
    }
    return marks, numbers, strip
