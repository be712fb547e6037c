"""Times as people write them: the formats that fit every value of a column."""

from __future__ import annotations

import itertools
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from mlstarter.data.limits import DISTINCT_TIMES
from mlstarter.data.reader import moment

ISO = ""
_DAYS = (
    "%d.%m.%Y", "%m.%d.%Y", "%d/%m/%Y", "%m/%d/%Y", "%d-%m-%Y", "%m-%d-%Y", "%Y/%m/%d", "%Y.%m.%d", "%Y/%d/%m",
    "%d.%m.%y", "%m.%d.%y", "%y.%m.%d", "%d/%m/%y", "%m/%d/%y", "%y/%m/%d", "%d-%m-%y", "%m-%d-%y", "%y-%m-%d",
    "%d %b %Y", "%d %B %Y", "%d-%b-%Y", "%d-%b-%y", "%d %b %y", "%d. %B %Y", "%d. %b %Y", "%d/%b/%Y", "%d/%b/%y",
    "%b %d, %Y", "%B %d, %Y", "%b %d %Y", "%B %d %Y", "%Y-%b-%d", "%a, %d %b %Y", "%a %b %d %Y", "%A, %B %d, %Y",
    "%A, %d %B %Y", "%d%b%Y", "%Y-%m-%d", "%Y年%m月%d日", "%d/%m-%Y", "%d.%m.%Y.", "%Y.%m.%d.", "%Y. %m. %d.",
    "%Y년 %m월 %d일",
)  # fmt: skip
_CLOCKS = (
    "", " %H:%M", " %H:%M:%S", " %H:%M:%S.%f", " %I:%M %p", " %I:%M:%S %p", " %I:%M%p", ", %H:%M", ", %H:%M:%S",
    ", %I:%M %p", ", %I:%M:%S %p", "T%H:%M", "T%H:%M:%S", "T%H:%M:%S.%f", " %H.%M", "-%H:%M", ":%H:%M:%S",
    " %H:%M:%S %z", " %H:%M:%S%z", " %H:%M %z", "T%H:%M:%S%z", ":%H:%M:%S %z", " %H:%M:%S GMT", " %H:%M:%S UTC",
    " %H:%M UTC", " %H:%M Uhr",
)  # fmt: skip
_OTHERS = ("%a %b %d %H:%M:%S %Y", "%a %b %d %H:%M:%S %z %Y", "%a %b %d %H:%M:%S GMT%z %Y", "%Y-%m", "%m/%Y", "%b %Y", "%B %Y", "%b-%y", "%b-%Y", "%m.%Y", "%d.%m.%Y um %H:%M")  # fmt: skip
FORMATS = tuple(day + clock for day, clock in itertools.product(_DAYS, _CLOCKS)) + _OTHERS
# At least two numbers with a sign between them, or a month's name: nothing else is tried.
_LIKELY = re.compile(
    r"\d{1,4}\s?[-./年년:]\s?W?\d{1,2}|\d{1,2}\.?[ \-/]?[A-Za-z]{3,9}|[A-Za-z]{3,9}[ \-]\d{1,2}"
)
_CLOCK_ONLY = re.compile(r"\d{1,4}:\d{2}(:\d{2}(\.\d+)?)?( ?[AaPp][Mm])?")
_DIRECTIVE = re.compile("%[A-Za-z]")
_NUMBER = re.compile(r"[+-]?[0-9]+([.,'][0-9]+)*")
_COMPACT = re.compile(r"(19|20)\d{2}(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])")
_COMPACT_CLOCK = re.compile(_COMPACT.pattern + r"([01]\d|2[0-3])[0-5]\d[0-5]\d")


_TIME = re.compile(
    r"\[?(?:[^\W\d_]{2,}\.?,? )?"  # a day of the week
    r"(?:(?:[0-9]{4}([-./])[0-9]{1,2}\1[0-9]{1,2}|[0-9]{1,2}([-./])[0-9]{1,2}\2[0-9]{4}"
    r"|[0-9]{2}([-./])[0-9]{2}\3[0-9]{2}|[0-9]{4}([./]) ?[0-9]{1,2}\4 ?[0-9]{1,2}\4?)(?![0-9.]).*"
    r"|[0-9]{1,2}-[^\W\d_]{3,}\.?-[0-9]{2}.*|/Date\([0-9]+.*"
    r"|[0-9]{1,2}(?:st|nd|rd|th)?\.?[ /-](?:de |of )?[^\W\d_]{3,}\.?,?[ /-](?:de )?[0-9]{4}.*"
    r"|[^\W\d_]{3,}\.? [0-9]{1,2}(?:st|nd|rd|th)?,? [0-9]{4}.*"
    r"|[^\W\d_]{3,} [0-9]{1,2} [0-9]{1,2}:[0-9]{2}.* [0-9]{4}"  # Apr 06 22:19:45 PDT 2009
    r"|(?:[QT][1-4]|[1-4]Q)[ /-]?(?:19|20)[0-9]{2}|(?:19|20)[0-9]{2}[ /-]?[QT][1-4]"  # quarters
    r"|[^\W\d_]{0,4}(?:[0-9]{1,4}|元)年 ?[0-9]{1,2}月.*)"  # of an emperor, too
)
MOSTLY = 0.9


@dataclass(frozen=True, slots=True)
class Reading:
    """One format that fits a whole column; its first and last time."""

    format: str
    first: datetime
    last: datetime


def is_clock(texts: Sequence[str]) -> bool:
    """Say whether all texts are times of day without a day."""
    return all(_CLOCK_ONLY.fullmatch(text) for text in texts)


def is_compact(texts: Sequence[str]) -> bool:
    """Say whether all texts are days written 20261231."""
    return len(texts) > 1 and all(_COMPACT.fullmatch(text) for text in texts)


def _is_compact_clock(texts: Sequence[str]) -> bool:
    """Say whether all texts are times written 20261231235959."""
    return len(texts) > 1 and all(_COMPACT_CLOCK.fullmatch(text) for text in texts)


def may_be_numbers(texts: Sequence[str]) -> bool:
    """Say whether texts that might be times could be numbers as well: 12.2019, but not 20191231."""
    if is_compact(texts) or _is_compact_clock(texts):
        return False
    return all(_NUMBER.fullmatch(text) for text in texts[:50])


def look_like_times(texts: Sequence[str]) -> bool:
    """Say whether nearly all texts look like times, in whatever language and order."""
    some = [_with_plain_digits(text) for text in texts[:DISTINCT_TIMES]]
    return sum(bool(_TIME.fullmatch(text)) for text in some) >= MOSTLY * len(some)


def odd_times(texts: Sequence[str]) -> list[str]:
    """Return the texts that spoil a column: those that one format, which most of it has, lacks."""
    some = list(texts[:DISTINCT_TIMES])
    examples = {some[0], some[len(some) // 2], some[-1]}
    formats = {ISO}.union(*(_fitting([text]) for text in examples))
    misfits = ([t for t in some if _all([t], pattern) is None] for pattern in sorted(formats))
    fewest = min(misfits, key=len)
    return fewest if len(fewest) * 2 < len(some) else []


def _with_plain_digits(text: str) -> str:
    """Return a text with the digits of any script as 0 to 9."""
    if text.isascii():
        return text
    return "".join(str(unicodedata.decimal(letter, letter)) for letter in text)


def differ_in_zone(texts: Sequence[str]) -> bool:
    """Say whether some ISO times have a zone and others none: they cannot be compared."""
    return len({datetime.fromisoformat(text).tzinfo is None for text in texts}) > 1


def readings(texts: Sequence[str]) -> list[Reading]:
    """Return every reading of a column's different texts, ISO 8601 alone where it fits.

    A reading of which the texts of another format are just another spelling is left out.
    """
    some = list(texts[:50])
    if not some or not all(_LIKELY.search(text) for text in some):
        has_clock = _is_compact_clock(texts[:DISTINCT_TIMES])
        if not has_clock and not is_compact(texts[:DISTINCT_TIMES]):
            return []
        candidates = ["%Y%m%d%H%M%S" if has_clock else "%Y%m%d"]
    else:
        candidates = [ISO] if _all(some, ISO) else _fitting(some)
    result: list[Reading] = []
    seen: list[list[datetime]] = []
    for pattern in candidates:
        times = _all(texts[:DISTINCT_TIMES], pattern)
        if pattern == "%Y-%m" and len(some) > 1 and all(map(_is_season, texts)):
            continue
        if times and times not in seen:
            seen.append(times)
            result.append(Reading(pattern, min(times), max(times)))
    return result


def _is_season(text: str) -> bool:
    """Say whether a text may be two years, 2010-11, rather than November of 2010."""
    year, _, next_year = text.partition("-")
    return int(next_year) == (int(year) + 1) % 100


def in_order(texts: Sequence[str], options: Sequence[Reading]) -> Reading | None:
    """Return the one reading in which a column's texts run forwards or backwards row by row."""
    fitting = []
    for reading in options:
        times = [moment(text, reading.format) for text in texts]
        forwards = all(a <= b for a, b in itertools.pairwise(times))
        backwards = all(a >= b for a, b in itertools.pairwise(times))
        if (forwards or backwards) and len(set(times)) >= 10:
            fitting.append(reading)
    return fitting[0] if len(fitting) == 1 else None


def _fitting(texts: Sequence[str]) -> list[str]:
    """Return the formats that fit; only those with the first text's punctuation are tried.

    `strptime` translates a format anew at nearly every call: to try a thousand takes a second.
    """
    marks = _punctuation(texts[0])
    likely = [f for f in FORMATS if "%z" in f or _punctuation(_DIRECTIVE.sub("", f)) == marks]
    return [pattern for pattern in likely if _all(texts[:1], pattern) and _all(texts, pattern)]


def _punctuation(text: str) -> str:
    return "".join(re.sub(r"[0-9A-Za-z]+", "", text).split())


def _all(texts: Sequence[str], pattern: str) -> list[datetime] | None:
    """Return every text as a time, or None where one does not fit."""
    try:
        return [moment(text, pattern) for text in texts]
    except (ValueError, OverflowError):
        return None
