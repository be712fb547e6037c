"""What is worth saying of numbers that may not be what they look like; nothing is changed."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Sequence
from datetime import datetime

from mlstarter.data import words

FEWEST_VALUES = 6  # different ones: of fewer none lies far from the rest
_SHORT_CODE = re.compile(r"[0-9](?:[.,][0-9]+)?E\+[0-9]{2}")
_EXCEL_DAYS = (20_000, 60_000)  # 1954 to 2064
_SECONDS = (300_000_000, 4_200_000_000)  # 1979 to 2103


def note_of(name: str, numbers: Sequence[float], texts: Collection[str]) -> str:
    """Return a note on the numbers of a column, "" where nothing is odd."""
    return _time(name, numbers) or _short_codes(numbers, texts) or _sentinel(numbers)


def _time(name: str, numbers: Sequence[float]) -> str:
    low, high = min(numbers), max(numbers)
    if not words.TIME_NAME.search(name) or low == high:
        return ""
    if _EXCEL_DAYS[0] <= low and high <= _EXCEL_DAYS[1]:
        kind = "days from 1899-12-30, as Excel counts them"
    elif _SECONDS[0] <= low and high <= _SECONDS[1]:
        kind = "seconds from 1970-01-01"
    elif _SECONDS[0] * 1000 <= low and high <= _SECONDS[1] * 1000:
        kind = "milliseconds from 1970-01-01"
    elif all(_is_day(number) for number in numbers):
        kind = "days written 261231"
    else:
        return ""
    return f"perhaps {kind}: write them as 2026-12-31 to have them read as times"


def _is_day(number: float) -> bool:
    try:
        datetime.strptime(f"{number:06.0f}", "%y%m%d")
    except ValueError:
        return False
    return True


def _short_codes(numbers: Sequence[float], texts: Collection[str]) -> str:
    short = [text for text in texts if _SHORT_CODE.fullmatch(text)]
    if len(short) * 2 < len(texts) or min(map(abs, numbers)) < 1e11:
        return ""
    return f"a spreadsheet has perhaps shortened codes ({short[0]}): export them as texts"


def _sentinel(numbers: Sequence[float]) -> str:
    """Say that -999 and its like lie far from all other values."""
    counts = Counter(numbers)
    values = sorted(counts)
    if len(values) < FEWEST_VALUES:
        return ""
    for value, neighbour, other_end in (
        (values[0], values[1], values[-1]),
        (values[-1], values[-2], values[0]),
    ):
        is_nines = re.fullmatch("-?99+", f"{value:.0f}") and value % 1 == 0 and counts[value] > 1
        if is_nines and abs(value - neighbour) > abs(neighbour - other_end):
            return (
                f"{value:.0f} in {counts[value]:,} rows lies far from the rest: if it stands for "
                "no value, write it under missing in schema.toml"
            )
    return ""
