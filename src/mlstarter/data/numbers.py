"""Numbers as people write them: signs for decimals and thousands, currencies and units."""

from __future__ import annotations

import itertools
import math
import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from mlstarter.data.words import CURRENCIES, UNITS

# Of a typewriter, of typographers, an acute accent, a letter, a prime, a grave accent.
GROUPS = {"": "", " ": r"\s", "'": "['\u2019\u00b4\u02bc\u2032`]"}
# Hyphens and dashes that programs put for a minus: of Unicode, of typographers, of East Asia.
MINUS = re.compile("[\u2010-\u2014\u2212\ufe63\uff0d]")
AFFIX = re.compile(
    r"^(\D*?)([+\-(]?\s*[+\-]?[.,]?[0-9](?:.*[0-9])?[.,]?\)?-{0,2})(\D*)$", re.DOTALL
)
SHARE_ALONE = 0.8
FEWEST_ENDS = 3  # different ones: 1,5 and 2,5 beside 1, 2 and 5 are halves
_NO_DECIMALS = re.compile(r"(?<=[0-9][.,])\s?--?$")  # 50.- and 50,-- are whole amounts

# What can be a sign before decimals and one between thousands: before three digits, no more.
_AMBIGUOUS = re.compile(r"[.,][0-9]{3}(?![0-9])")
# Few enough digits to be finite; with one reading only where a point stands before decimals.
_PLAIN = re.compile(r"[+-]?[0-9]{1,30}(?:\.[0-9]{1,30})?")


@dataclass(frozen=True, slots=True)
class NumberStyle:
    """The signs of a whole file: before decimals, and between groups of digits ("" for none)."""

    decimal: str = "."
    thousands: str = ""


STYLES = (
    NumberStyle(".", ""), NumberStyle(",", ""), NumberStyle(".", ","), NumberStyle(",", "."),
    NumberStyle(",", " "), NumberStyle(".", " "), NumberStyle(".", "'"), NumberStyle(",", "'"),
)  # fmt: skip


@lru_cache(maxsize=32)
def _pattern(style: NumberStyle) -> re.Pattern[str]:
    group = GROUPS.get(style.thousands, re.escape(style.thousands))
    digits = "[0-9]+"
    if group:
        digits += rf"|[1-9][0-9]{{0,2}}(?:{group}[0-9]{{3}})+"
    if style.thousands == ",":  # lakh and crore: 12,34,567
        digits += r"|[1-9][0-9]?(?:,[0-9]{2})+,[0-9]{3}"
    point = re.escape(style.decimal)
    return re.compile(rf"([+-]?)({digits})?(?:{point}([0-9]*))?((?:[eE][+-]?[0-9]+)?)")


def to_number(text: str, style: NumberStyle, strip: Sequence[str] = ()) -> float | None:
    """Return the number that a text writes, or None where it writes none.

    ``strip`` is taken out first. The dashes of typographers, accountants' brackets and a minus
    behind the number count; a dash in place of decimals does not. Grouped digits must be grouped
    rightly.
    """
    if _PLAIN.fullmatch(text) and (style.decimal == "." or "." not in text):
        return float(text)  # nearly all of them, and much faster
    for sign in strip:
        text = text.replace(sign, "")
    text = _NO_DECIMALS.sub("", MINUS.sub("-", text).strip())
    if text.startswith("(") and text.endswith(")"):
        text = f"-{text[1:-1].strip()}"
    if len(text) > 1 and text.endswith("-"):
        text = f"-{text[:-1].strip()}"
    match = _pattern(style).fullmatch(text)
    if not match or not (match[2] or match[3]):
        return None
    whole = re.sub("[^0-9]", "", match[2] or "0")
    number = float(f"{match[1]}{whole}.{match[3] or 0}{match[4]}")
    return number if math.isfinite(number) else None


def signs_of(texts: Iterable[str]) -> tuple[str, ...] | str:
    """Return the one sign (a currency, %, a unit) that goes with a column's numbers.

    () where there is none; a text is the reason why the numbers cannot be read: several signs.
    """
    signs: set[str] = set()
    bare = False
    for text in texts:
        match = AFFIX.match(MINUS.sub("-", text.strip()))
        if match is None:
            return ()
        before, after = match[1].strip("+-( \u00a0"), match[3].strip(" \u00a0)")
        if (before and not _is_sign(before)) or (after and not _is_unit(after, text)):
            return ()
        signs |= {before, after} - {""}
        # Nothing is nothing in any unit.
        bare = bare or (not (before or after) and re.search("[1-9]", text) is not None)
    if len({_singular(sign.casefold()) for sign in signs}) > 1:
        return f"several signs or units ({', '.join(sorted(signs)[:4])})"
    if bare and signs and not all(map(_is_sign, signs)):
        # A thousand times as much (k), a credit (CR), a hundredth (%): never the same number.
        sign = "a percent sign" if signs <= {"%", "‰"} else f'"{min(signs)}"'
        return f"{sign} behind some and not behind all"
    return tuple(sorted(signs, key=lambda sign: (-len(sign), sign)))  # "stars" before "star"


def _singular(unit: str) -> str:
    """Return a unit's word for one of it: "star" of "stars", but metres are no milliseconds."""
    return unit[:-1] if unit.endswith("s") and len(unit) > 3 else unit


def _is_sign(text: str) -> bool:
    return text.casefold() in CURRENCIES or all(unicodedata.category(c) == "Sc" for c in text)


def _is_unit(text: str, cell: str) -> bool:
    if _is_sign(text) or text.casefold() in UNITS:
        return True
    if len(text) <= 2 and all(letter > "\u2e80" for letter in text):  # 円, 万, 元, 人
        return True
    apart = cell.rstrip()[: -len(text)][-1:].isspace()
    return apart and len(text) <= 12 and all(c.isalpha() or c in "/²³°." for c in text)


def are_addresses(texts: Iterable[str]) -> bool:
    """Say whether all texts are addresses (IPv4), which look like numbers: 192.168.001.010."""
    parts = (text.split(".") for text in texts)
    return all(
        len(part) == 4 and all(p.isdecimal() and len(p) <= 3 and int(p) < 256 for p in part)
        for part in parts
    )


def are_lists(texts: Iterable[str]) -> bool:
    """Say whether some texts list others of them by number (3,10 beside 3 and 10), all in order.

    Among numbers with a decimal comma some would run backwards, and few would stand alone.
    """
    texts = set(texts)
    lists = [text.split(",") for text in texts if "," in text]
    parts = {part for each in lists for part in each}
    if len({each[-1] for each in lists}) < FEWEST_ENDS or not all(map(str.isdecimal, parts)):
        return False
    in_order = all(int(a) < int(b) for each in lists for a, b in itertools.pairwise(each))
    return in_order and len(parts & texts) >= SHARE_ALONE * len(parts)


def decimals_differ(text: str, strip: Sequence[str] = ()) -> bool:
    """Say whether a text is one number with a decimal point and another with a comma."""
    if not _AMBIGUOUS.search(text):
        return False
    points = {to_number(text, style, strip) for style in STYLES if style.decimal == "."}
    commas = {to_number(text, style, strip) for style in STYLES if style.decimal == ","}
    return bool(points - {None}) and bool(commas - {None}) and points != commas
