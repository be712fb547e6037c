"""What is worth saying of numbers that may not be what they look like; nothing is changed."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta

from mlstarter.data import words
from mlstarter.data.reader import moment
from mlstarter.data.show import quote

FEWEST_VALUES = 6  # different ones: of fewer none lies far from the rest
MOST_YEARS = 50  # between the first and the last of times whose years have two digits
LONG = timedelta(days=36_500)  # after which a single time is a slip, or stands for none
_FAR = (
    "in {:,} row{} lies far from the rest: if it stands for no value, write it under missing in "
    "schema.toml"
)
LONGEST_NUMBERS = 80  # signs of several numbers in a cell
FEWEST_BESIDE_NINES = 3  # 99 beside 1 and 2, or -999 beside 0 and 1, stands for no value
_BOTH_FAR = (
    "in {:,} rows lie far from the rest: if they stand for no value, write them under missing in "
    "schema.toml"
)
_NEGATIVE = (
    "in {:,} rows is the only value below zero: if it stands for no value, write it under missing "
    "in schema.toml"
)
_NINES = re.compile(r"-?99+(\.9+)?")
FAR = 10  # times as far from all other values as these from one another
_SHORT_CODE = re.compile(r"[0-9](?:[.,][0-9]+)?E\+[0-9]{2}")
_EXCEL_DAYS = (20_000, 60_000)  # 1954 to 2064
_SECONDS = (300_000_000, 4_200_000_000)  # 1979 to 2103
_UNITS = {"seconds": 1, "milliseconds": 1_000, "microseconds": 10**6, "nanoseconds": 10**9}
_OTHER_CALENDARS = ((1300, 1500), (2400, 2700))  # of Iran and of Islam; of Buddhists
_ENTITY = re.compile("&(?:amp|lt|gt|quot|nbsp|apos|#[0-9]{2,6});")
_SEVERAL = re.compile("[;|,/+]")
_NUMBERS = re.compile(
    r"\s*(?:[A-Z]{3,})?\s*[(\[]?\s*-?[0-9.,]+"
    r"(?:\s*[/'\u2019\u2032\u00d7*xX\u00b0\u00b1]\s*-?[0-9.,]+|\s[0-9]+/[0-9]+|[,;]\s+-?[0-9.,]+"
    r"|\s*(?:d|h|hrs?|ft|feet|st|lbs?|out of)\.?\s*[0-9.,]+|\s-?[0-9.]+(?=\)))+"
    r"\s*(?:[\"'\u2019\u201d\u2032\u2033]*\s*[NSEWO]?|mm|cm|m|min|mins|s|in|oz|lbs?|stars)[)\]]?\s*"
)
_ZERO_BEFORE = re.compile("0[0-9]+[.,][0-9]+")
_CODE_WITH_E = re.compile("[0-9]+[eE][0-9]+")


def note_of(name: str, numbers: Sequence[float], texts: Collection[str]) -> str:
    """Return a note on the numbers of a column, "" where nothing is odd."""
    return (
        note_of_counted_time(name, numbers)
        or _short_codes(numbers, texts)
        or _powers_of_ten(texts)
        or _zeros(texts)
        or _sentinel(list(numbers))
    )


def note_of_times(name: str, texts: Mapping[str, int], pattern: str) -> str:
    """Return a note on the times of a column, "" where nothing is odd.

    ``texts`` says how often each stands in it, ``pattern`` how they are read.
    """
    times = {text: moment(text, pattern) for text in texts}
    order = sorted(times, key=lambda text: times[text])
    if "%y" in pattern:
        years = times[order[-1]].year - times[order[0]].year
        if years > MOST_YEARS or words.BIRTH.search(name):
            return "years of two digits are read as 1969 to 2068"
    first, last = times[order[0]].year, times[order[-1]].year
    if any(start <= first and last <= end for start, end in _OTHER_CALENDARS):
        return f"years {first} to {last}: of another calendar? The Gregorian one is read"
    if len(set(times.values())) < FEWEST_VALUES:
        return ""
    for text, neighbour, other_end in (
        (order[0], order[1], order[-1]),
        (order[-1], order[-2], order[0]),
    ):
        gap = abs(times[text] - times[neighbour])
        if (texts[text] > 1 or gap > LONG) and gap > abs(times[neighbour] - times[other_end]):
            return f"{text} {_FAR.format(texts[text], 's' * (texts[text] > 1))}"
    return ""


def note_of_words(texts: Collection[str]) -> str:
    """Return a note on texts whose letters were lost, or are written as in HTML."""
    example = next((text for text in texts if "\N{REPLACEMENT CHARACTER}" in text), None)
    if example is not None:
        return f"letters were lost before ({quote(example, 40)})"
    entity = next((match[0] for text in texts if (match := _ENTITY.search(text))), "")
    return f"signs are written as in HTML ({entity}), and read so" if entity else ""


def note_of_classes(texts: Collection[str]) -> str:
    """Return a note on cells that hold several values of their column: "a;b" beside "b"."""
    for text in texts:
        # The grade A+ is none that holds A and nothing; Forms of Microsoft write a;b;.
        parts = [name for part in _SEVERAL.split(text) if (name := part.strip())]
        if len(parts) > 1 and any(part in texts or f"{part};" in texts for part in parts):
            return f"{quote(text, 40)} seems to hold several values, and counts as one of its own"
    return ""


def note_of_several_numbers(texts: Collection[str]) -> str:
    """Return a note on cells that hold several numbers each: 120/80, 5'11", 10 x 20, 2 1/4."""
    is_short = max(map(len, texts), default=0) <= LONGEST_NUMBERS
    if len(texts) < FEWEST_VALUES or not is_short or not all(map(_NUMBERS.fullmatch, texts)):
        return ""
    example = quote(next(iter(texts)), 40)
    return f"several numbers in each cell ({example}): make them one, or write each into a column"


def note_of_counted_time(name: str, numbers: Sequence[float]) -> str:
    """Return a note on numbers that may count days or seconds, "" where they hardly do."""
    low, high = min(numbers), max(numbers)
    if not words.TIME_NAME.search(name) or low == high:
        return ""
    if _EXCEL_DAYS[0] <= low and high <= _EXCEL_DAYS[1]:
        kind = "days from 1899-12-30, as Excel counts them"
    elif unit := _unit_since_1970(low, high):
        kind = f"{unit} from 1970-01-01"
    elif all(_is_day(number) for number in numbers):
        kind = "days written 261231"
    elif all(_is_month(number) for number in numbers):
        kind = "months written 202612"
    else:
        return ""
    return f"perhaps {kind}: write them as 2026-12-31 to have them read as times"


def _unit_since_1970(low: float, high: float) -> str:
    """Return the unit in which numbers count the time since 1970, "" where none fits."""
    first, last = _SECONDS
    fitting = (unit for unit, of in _UNITS.items() if first * of <= low and high <= last * of)
    return next(fitting, "")


def _is_day(number: float) -> bool:
    try:
        datetime.strptime(f"{number:06.0f}", "%y%m%d")
    except ValueError:
        return False
    return True


def _is_month(number: float) -> bool:
    year, month = divmod(number, 100)
    return 1900 <= year <= 2100 and month in range(1, 13)


def _short_codes(numbers: Sequence[float], texts: Collection[str]) -> str:
    short = [text for text in texts if _SHORT_CODE.fullmatch(text)]
    if len(short) * 2 < len(texts) or min(map(abs, numbers)) < 1e11:
        return ""
    return f"a spreadsheet has perhaps shortened codes ({short[0]}): export them as texts"


def _powers_of_ten(texts: Collection[str]) -> str:
    """Say that 1e5 and its like are read as numbers, though they may be codes."""
    if not texts or not all(map(_CODE_WITH_E.fullmatch, texts)):
        return ""
    example = next(iter(texts))
    value = f"{float(example):g}"
    return f'{example} is read as {value}: of codes, the kind is "category" (schema.toml)'


def _zeros(texts: Collection[str]) -> str:
    """Say that 01.10 and its like are read as numbers, though they may be codes."""
    example = next((text for text in texts if _ZERO_BEFORE.fullmatch(text)), "")
    if not example:
        return ""
    value = f"{float(example.replace(',', '.')):g}"
    return f'{example} is read as {value}: of codes, the kind is "category" (schema.toml)'


def _sentinel(numbers: list[float]) -> str:
    """Say that -999 and its like lie far from all other values, or alone are below zero."""
    first = _far_value(numbers)
    if first is None:
        return _lone_negative(numbers)
    second = _far_value([number for number in numbers if number != first])
    if second is None:
        return f"{first:.10g} {_FAR.format(numbers.count(first), 's')}"
    count = sum(number in (first, second) for number in numbers)
    return f"{first:.10g} and {second:.10g} {_BOTH_FAR.format(count)}"


def _far_value(numbers: Sequence[float]) -> float | None:
    """Return the lowest or highest value where it comes often and lies far from all others."""
    counts = Counter(numbers)
    values = sorted(counts)
    if len(values) < FEWEST_BESIDE_NINES:
        return None
    for value, neighbour, other_end in (
        (values[0], values[1], values[-1]),
        (values[-1], values[-2], values[0]),
    ):
        is_nines = _NINES.fullmatch(f"{value:.10g}") is not None
        gap, rest = abs(value - neighbour), abs(neighbour - other_end)
        is_far = gap > (rest if is_nines and len(values) >= FEWEST_VALUES else FAR * rest)
        if counts[value] > 1 and is_far and (is_nines or len(values) >= FEWEST_VALUES):
            return value
    return None


def _lone_negative(numbers: Sequence[float]) -> str:
    counts = Counter(numbers)
    values = sorted(counts)
    if len(values) >= FEWEST_VALUES and values[0] < 0 <= values[1] and counts[values[0]] > 1:
        return f"{values[0]:.10g} {_NEGATIVE.format(counts[values[0]])}"
    return ""
