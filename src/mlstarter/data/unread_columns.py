"""Columns that look like numbers or times, and are read as neither: the sentence that says why."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping

from mlstarter.data import dates, words
from mlstarter.data.facts import Facts, facts_of
from mlstarter.data.number_columns import STRAYS, as_numbers
from mlstarter.data.numbers import STYLES, NumberStyle, signs_of, to_number
from mlstarter.data.show import some

FEW_TEXTS = 12  # different ones: classes rather than numbers that were spoilt
FEWEST_ROWS_A_VALUE = 2  # of a category that is worth learning
MOSTLY = 0.9
_POWER = re.compile(
    r"\s?[xX\u00d7*\u00b7]\s?10\^?\(?([+-]?[0-9]+)\)?$|(?<=[0-9])[dD]([+-]?[0-9]+)$"
)
_AROUND = "=~\u2248<>\u2264\u2265\u00b1'\"\u2018\u2019\u201c\u201d "
_ABOUT = re.compile(r"^(?:ca|circa|etwa|approx|about|env|aprox)\b\.?\s?", re.IGNORECASE)


def unread_numbers(
    name: str,
    texts: Mapping[str, int],
    empty: int,
    style: NumberStyle,
    cell_numbers: Mapping[str, float],
) -> Facts | None:
    """Say of a column that is mostly of numbers why it is not read as one, or None.

    Few different texts are classes, whatever they look like; and names with other letters in them
    (C536365, 000000000a1f) are no spoilt numbers where the column is called so.
    """
    _, numbers, _ = as_numbers(texts, style, cell_numbers)
    good = sum(texts[text] for text, number in numbers.items() if number is not None)
    digits = sum(texts[text] for text in numbers if re.search("[0-9]", text))
    total = sum(texts.values())
    likely = [text for text in numbers if re.search("[0-9]", text)]
    for other in STYLES:
        if digits > total / 2 and not any(to_number(text, other) is None for text in likely):
            reason = "numbers written with other signs than the rest of the file"
            strays = [text for text in numbers if text not in likely]
            more = f", and other texts ({some(strays, 3)})" if strays else ""
            if good * 2 >= total:  # not their signs are odd
                break
            return facts_of(
                name, "mixed", texts, empty, reason=f"{reason} ({some(likely, 2)}){more}"
            )
    strays = [text for text, number in numbers.items() if number is None]
    names = words.IDENTIFIER.search(name) or words.says_whose(name)
    is_few = len(texts) <= FEW_TEXTS and len(texts) * FEWEST_ROWS_A_VALUE <= total
    if is_few or (names and len(strays) > STRAYS):
        return None
    signs = signs_of(text for text in numbers if re.search("[0-9]", text))
    if isinstance(signs, str) and digits > total / 2:
        return facts_of(name, "mixed", texts, empty, reason=f"numbers with {signs}: make them one")
    # A word in most of the rows (inf, not tested) makes no classes of many different numbers.
    is_spoilt = len(strays) <= STRAYS and len(numbers) - len(strays) > FEW_TEXTS
    if good * 2 >= total or is_spoilt:
        reason = (
            f"mixed: {good:,} numbers and {total - good:,} other texts ({some(strays, 3)}): "
            "make these numbers, or leave them empty"
        )
        return facts_of(name, "mixed", texts, empty, reason=reason)
    if sum(texts[text] for text in texts if _is_odd_number(text)) >= MOSTLY * total:
        reason = f"numbers in signs that are not read ({some(texts, 2)}): write them as -1234.5"
        return facts_of(name, "mixed", texts, empty, reason=reason)
    return None


def _is_odd_number(text: str) -> bool:
    """Say whether a text is a number but for its digits, what is around it, or its power of ten.

    Such are the digits of other scripts, invisible marks, quotes, "~5", "5*10^3" and 0x1F.
    """
    plain = "".join(
        str(unicodedata.decimal(letter, letter))
        for letter in unicodedata.normalize("NFKC", text)
        if unicodedata.category(letter) not in ("Cf", "Sc") and letter not in "%_"
    )
    plain = plain.translate({0x66B: ".", 0x66C: ","}).strip(_AROUND)
    plain = re.sub(r"^([+-])\s+", r"\1", plain)
    plain = _POWER.sub(r"e\1\2", _ABOUT.sub("", plain))
    if re.fullmatch("0[xX][0-9a-fA-F]+", plain):
        return True
    return any(to_number(plain, style) is not None for style in STYLES)


def unread_times(name: str, texts: Mapping[str, int], empty: int) -> Facts | None:
    """Return the facts of a column that seems to hold times, which no one format reads."""
    if not dates.look_like_times(list(texts)):
        return None
    odd = dates.odd_times(list(texts))
    what = f"not like the others: {some(odd, 2)}" if odd else some(texts, 2)
    reason = f"times that no one format reads ({what}): write them as 2026-12-31"
    return facts_of(name, "mixed", texts, empty, reason=reason)
