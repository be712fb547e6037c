"""What one column is: its kind, its missing marks, its signs, or why it is no feature."""

from __future__ import annotations

import itertools
import re
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import date, time
from typing import Any

from mlstarter.data import dates, words
from mlstarter.data.facts import Facts, facts_of
from mlstarter.data.notes import (
    note_of,
    note_of_classes,
    note_of_counted_time,
    note_of_several_numbers,
    note_of_times,
    note_of_words,
)
from mlstarter.data.number_columns import are_few, as_numbers, typed_numbers
from mlstarter.data.numbers import NumberStyle
from mlstarter.data.plausibility import is_unspaced
from mlstarter.data.reader import LARGEST, as_text
from mlstarter.data.show import quote, some
from mlstarter.data.spellings import spellings
from mlstarter.data.unread_columns import FEWEST_ROWS_A_VALUE, unread_numbers, unread_times

MOST_SPELLINGS = 20  # of yes and no: Yes, YES, yes, ...
CLOCK = "a time of day, or how long: make it a number"
EXACT = 2**53  # whole numbers above it are not all different as floating-point numbers
WORDS_OF_TEXT = 4  # on average: a sentence rather than a name
LETTERS_OF_TEXT = 8  # where no blanks stand between words
SAMPLE_TEXTS = 200  # that show whether there are letters in a column
DIGITS_OF_CODE = 9  # at least, all rows having as many: telephone and article numbers
SPARSE = 1_000  # numbers to each row lie between the first and the last code
LETTERS_OF_NAME = 60  # at most, of names and addresses


def describe(  # noqa: PLR0911 - one question after another
    name: str, cells: Sequence[Any], style: NumberStyle
) -> Facts:
    """Return what a column is, by all of its cells."""
    texts = Counter(text for cell in cells if (text := as_text(cell)))
    empty = len(cells) - sum(texts.values())
    if not texts:
        return Facts(name, "empty", 0, empty, reason="it has no values")
    if any(isinstance(cell, date) for cell in cells):
        return _typed_time(name, cells, texts, empty)
    if any(isinstance(cell, time) for cell in cells):
        return facts_of(name, "mixed", texts, empty, reason=CLOCK)
    if len(texts) == 1 and not empty:
        only = next(iter(texts))
        return facts_of(name, "constant", texts, 0, reason=f"constant: always {quote(only, 40)}")
    truth = _boolean(name, texts, empty)
    if truth is not None:
        return truth
    if not any(isinstance(cell, str) for cell in cells):
        return _typed_number(name, cells, texts, empty)
    cell_numbers = typed_numbers(cells)
    return (
        _time(name, cells, texts, empty, numbers=False)
        or _number(name, cells, texts, empty, style)
        or _time(name, cells, texts, empty, numbers=True)
        or unread_times(name, texts, empty)
        or unread_numbers(name, texts, empty, style, cell_numbers)
        or _text(name, texts, empty, is_typed=any(isinstance(c, int | float) for c in cells))
    )


def _boolean(name: str, texts: Mapping[str, int], empty: int) -> Facts | None:
    if len(texts) > MOST_SPELLINGS:
        return None
    small: dict[str, list[str]] = {}
    for text in texts:
        small.setdefault(text.casefold(), []).append(text)
    pair = words.pair_of(set(small), words.YES_NO)
    meanings = ({pair[0]}, {pair[1]}) if pair else words.truth_of(set(small))
    if meanings is None:
        return None
    true, false = (
        tuple(sorted(text for word in meaning for text in small[word])) for meaning in meanings
    )
    return facts_of(name, "boolean", texts, empty, true=true, false=false)


def _typed_number(name: str, cells: Sequence[Any], texts: Mapping[str, int], empty: int) -> Facts:
    numbers = [float(c) for c in cells if as_text(c)]
    if all(isinstance(cell, int | None) for cell in cells) and dates.is_compact(list(texts)):
        return _time(name, cells, texts, empty, numbers=False) or facts_of(
            name, "mixed", texts, empty
        )
    if any(not abs(number) <= LARGEST for number in numbers):
        return facts_of(name, "mixed", texts, empty, reason="it holds numbers that are not finite")
    return _judge_numbers(name, numbers, texts, empty)


def _number(
    name: str, cells: Sequence[Any], texts: Mapping[str, int], empty: int, style: NumberStyle
) -> Facts | None:
    """Return the facts of a column of numbers that are written as text, or None."""
    marks, numbers, strip = as_numbers(texts, style, typed_numbers(cells))
    strays = [text for text, number in numbers.items() if number is None]
    if not numbers or (strays and not are_few(strays, texts)):
        return None
    good = {text: number for text, number in numbers.items() if number is not None}
    if any(abs(number) > LARGEST for number in good.values()):
        return facts_of(
            name, "mixed", texts, empty, reason="it holds numbers that no model can read"
        )
    if zeros := [text for text in good if re.fullmatch(r"0[0-9]+", text)]:
        # Numbers are not written so: post codes, telephone numbers, codes.
        note = f"codes with leading zeros ({some(zeros, 2)}) are names, not quantities"
        return _text(name, texts, empty, is_typed=False, note=note)
    rows = sum(texts[text] for text in good)
    numbers_of_rows = [number for text, number in good.items() for _ in range(texts[text])]
    loss = sum(texts[text] for text in marks) + sum(texts[text] for text in strays)
    note = f"{some(strays)} is no number: read as missing" if strays else ""
    facts = _judge_numbers(
        name,
        numbers_of_rows if rows != len(cells) else [good[as_text(cell)] for cell in cells],
        {text: texts[text] for text in good},
        empty + loss,
    )
    missing = tuple(sorted({*marks, *strays}))
    return replace(facts, missing=missing, strip=strip, note=note or facts.note)


def _judge_numbers(
    name: str, numbers: Sequence[float], texts: Mapping[str, int], empty: int
) -> Facts:
    whole = all(number % 1 == 0 for number in numbers)
    distinct = len(texts)
    if distinct == 1 and not empty:
        return facts_of(
            name,
            "constant",
            texts,
            empty,
            reason=f"constant: always {quote(next(iter(texts)), 40)}",
        )
    if whole and any(abs(number) > EXACT for number in numbers):
        reason = "whole numbers of more than 15 digits: names, not quantities"
        reason = note_of_counted_time(name, numbers) or reason
        return facts_of(name, "identifier", texts, empty, reason=reason)
    if words.CODE.search(name):
        note = note_of(name, numbers, list(texts)) or "codes are names, not quantities"
        return _text(name, texts, empty, is_typed=False, note=note)
    unique = distinct == len(numbers) and distinct > 10
    counting = all(b - a == 1 for a, b in itertools.pairwise(numbers))
    counts_time = note_of_counted_time(name, numbers)
    if whole and unique and (words.IDENTIFIER.search(name) or counting):
        reason = counts_time or "an identifier: every row has its own"
    elif whole and unique and not counts_time and _are_long_codes(numbers, texts):
        reason = "an identifier: long numbers of as many digits each, none of them twice"
    else:
        reason = ""
    if reason:
        return facts_of(name, "identifier", texts, empty, reason=reason)
    if (
        whole
        and words.OWNER.search(name)
        and distinct > 20
        and not unique
        and words.IDENTIFIER.search(name)
    ):
        reason = f"an identifier: {distinct:,} of them in {len(numbers):,} rows"
        return facts_of(name, "identifier", texts, empty, reason=reason)
    kind = "integer" if whole else "number"
    return facts_of(name, kind, texts, empty, note=note_of(name, numbers, list(texts)))


def _are_long_codes(numbers: Sequence[float], texts: Collection[str]) -> bool:
    """Say whether whole numbers may be of telephones or articles: long, all as long, and sparse."""
    lengths = {len(text) for text in texts if text.isdecimal()}
    is_sparse = max(numbers) - min(numbers) > SPARSE * len(numbers)
    return is_sparse and len(lengths) == 1 and min(lengths) >= DIGITS_OF_CODE


def _typed_time(name: str, cells: Sequence[Any], texts: Mapping[str, int], empty: int) -> Facts:
    others = [as_text(cell) for cell in cells if not isinstance(cell, date | None)]
    if others := [text for text in others if text]:
        reason = f"mixed: times and other values ({some(dict.fromkeys(others), 3)})"
        return facts_of(name, "mixed", texts, empty, reason=reason)
    return _time(name, cells, texts, empty, numbers=False) or facts_of(name, "mixed", texts, empty)


def _time(
    name: str, cells: Sequence[Any], texts: Mapping[str, int], empty: int, *, numbers: bool
) -> Facts | None:
    """Return the facts of a column of times; with ``numbers`` of those that may be numbers too."""
    rest = [text for text in texts if text not in words.MISSING]
    marks = tuple(sorted(set(texts) - set(rest)))
    if not rest or (dates.may_be_numbers(rest) and not numbers):
        return None
    if dates.is_clock(rest):
        return facts_of(name, "mixed", texts, empty, reason=CLOCK)
    options = dates.readings(rest)
    if not options:
        return None
    if options[0].format == dates.ISO and dates.differ_in_zone(rest):
        reason = "times with and without a zone: write all of them in one way"
        return facts_of(name, "mixed", texts, empty, reason=reason)
    if len(options) > 1:
        rows = [text for cell in cells if (text := as_text(cell)) and text not in marks]
        best = dates.in_order(rows[:20_000], options)
        options = [best] if best is not None else options
    loss = sum(texts[mark] for mark in marks)
    values, pattern = {text: texts[text] for text in rest}, options[0].format
    return facts_of(
        name, "time", values, empty + loss, missing=marks, readings=tuple(options), format=pattern,
        reason="a time", note=note_of_times(name, values, pattern),
    )  # fmt: skip


def _text(
    name: str, texts: Mapping[str, int], empty: int, *, is_typed: bool, note: str = ""
) -> Facts:
    rows, distinct = sum(texts.values()), len(texts)
    if is_typed:
        note = "numbers and texts in one column: all are read as texts"
    if distinct == 1 and not empty:
        return facts_of(
            name,
            "constant",
            texts,
            empty,
            reason=f"constant: always {quote(next(iter(texts)), 40)}",
        )
    if distinct * FEWEST_ROWS_A_VALUE <= rows:
        double, marks = spellings(texts), [text for text in texts if text in words.MISSING]
        note = note or note_of_words(texts) or note_of_classes(texts)
        note = note or (f"{some(double)} count as different" if double else "")
        note = note or (f"{some(marks)} counts as a class" if marks else "")
        note = note or note_of_several_numbers(texts)
        return facts_of(name, "category", texts, empty, note=note)
    mean = sum(len(text.split()) for text in texts) / distinct
    letters = sum(len(text) for text in texts) / distinct
    is_text = mean >= WORDS_OF_TEXT or (letters >= 30 and mean >= 2)
    several = note_of_several_numbers(texts)
    sample = "".join(list(texts)[:SAMPLE_TEXTS])
    if is_text and (several or sum(map(str.isalpha, sample)) < sum(map(str.isdecimal, sample))):
        reason = several or f"several numbers in each cell ({quote(next(iter(texts)), 20)})"
        return facts_of(name, "mixed", texts, empty, reason=reason)
    is_named = words.NAME_OR_ADDRESS.search(name) and letters < LETTERS_OF_NAME
    if (is_text or _without_blanks(texts, letters)) and not is_named:
        return facts_of(name, "text", texts, empty, reason="free text", note=note_of_words(texts))
    reason = f"near-unique: {distinct:,} values in {rows:,} rows"
    if distinct == rows:
        reason = "an identifier: every row has its own"
    reason = several or reason
    return facts_of(name, "identifier", texts, empty, reason=reason)


def _without_blanks(texts: Mapping[str, int], letters: float) -> bool:
    """Say whether texts are of a script without blanks, and long enough to be sentences."""
    sample = "".join(list(texts)[:200])
    return letters >= LETTERS_OF_TEXT and is_unspaced(sample)
