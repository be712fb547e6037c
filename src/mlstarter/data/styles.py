"""Which signs a file's numbers are written with: one reading for the whole file."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from mlstarter.data.errors import OpenQuestion, Option
from mlstarter.data.number_columns import numeric_texts
from mlstarter.data.numbers import STYLES, NumberStyle, decimals_differ, signs_of, to_number
from mlstarter.data.show import excerpt, quote

DISTINCT = 20_000
_POINTS = re.compile(r"[+-]?[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?")
_POWER = re.compile("[0-9][eE][+-]?[0-9]+$")
_WITH_POINT = re.compile(
    r"[+-]?(?:(?:0|[0-9]{4,})\.[0-9]+|[0-9]+\.(?:[0-9]{1,2}|[0-9]{4,})"
    r"|[0-9]+\.[0-9]+[eE][+-]?[0-9]+)"  # 1.234e5: before a power of ten no thousands are grouped
)


def detect(
    columns: Mapping[str, Sequence[Any]], name: str, own_settings: Mapping[str, Any]
) -> NumberStyle:
    """Return the signs for decimals and thousands in which a file's texts are numbers.

    Raises OpenQuestion, naming a column, where a text is one number with a decimal point and
    another with a decimal comma, and no other text decides it.
    """
    styles = [
        style
        for style in STYLES
        if all(
            getattr(style, key) == own_settings[key]
            for key in ("decimal", "thousands")
            if key in own_settings
        )
    ]
    if not styles:
        return NumberStyle(own_settings.get("decimal", "."), own_settings.get("thousands", ""))
    fitting: dict[str, set[NumberStyle]] = {}
    texts: dict[str, tuple[list[str], tuple[str, ...]]] = {}
    for column, cells in columns.items():
        numeric = numeric_texts(cells)
        if numeric is None:
            continue
        likely, strip = numeric[0][:DISTINCT], numeric[1]
        fits = _fitting(likely, strip, styles)
        if fits and len(fits) < len(STYLES):
            fitting[column], texts[column] = fits, (likely, strip)
    if not fitting:
        return styles[0]
    common = set.intersection(*fitting.values())
    if not common:
        raise _contradicting(fitting, texts, name)
    rest = [style for style in styles if style in common]
    if len({style.decimal for style in rest}) > 1 and (ambiguous := _ambiguous(texts)):
        raise _open_question(*ambiguous, name)
    return rest[0]


def _fitting(
    likely: list[str], strip: tuple[str, ...], styles: list[NumberStyle]
) -> set[NumberStyle]:
    """Return the styles in which all texts are numbers."""
    if not strip and all(map(_POINTS.fullmatch, likely)):
        decisive = [text for text in likely if _WITH_POINT.fullmatch(text)]
        if decisive or not any("." in text for text in likely):  # nearly always so, and much faster
            return {style for style in styles if style.decimal == "." or not decisive}
    powers = "".join(text for text in likely if _POWER.search(text))
    return {
        style
        for style in styles
        if not (style.thousands and style.thousands in powers)
        and all(to_number(text, style, strip) is not None for text in likely)
    }


def _ambiguous(texts: Mapping[str, tuple[list[str], tuple[str, ...]]]) -> tuple[str, str] | None:
    """Return a column and a text of it that is two numbers, or None."""
    for column, (likely, strip) in texts.items():
        for text in likely:
            if decimals_differ(text, strip):
                return column, text
    return None


def _open_question(column: str, text: str, name: str) -> OpenQuestion:
    point, comma = _read(text, "."), _read(text, ",")
    return OpenQuestion(
        "data_decimal",
        f"{quote(text)} in column {quote(column)} of {excerpt(name)} may be {point} or {comma}.",
        f"{quote(text)} in column {quote(column)}: which number is it?",
        [
            Option(".", f"{point}: a point stands before decimals"),
            Option(",", f"{comma}: a comma stands before decimals"),
        ],
    )


def _read(text: str, decimal: str) -> str:
    signs = signs_of([text])
    strip = signs if isinstance(signs, tuple) else ()
    numbers = (to_number(text, style, strip) for style in STYLES if style.decimal == decimal)
    return f"{next((number for number in numbers if number is not None), 0):,.10g}"


def _contradicting(
    fitting: Mapping[str, set[NumberStyle]],
    texts: Mapping[str, tuple[list[str], tuple[str, ...]]],
    name: str,
) -> OpenQuestion:
    """Return the question for a file in which columns are written in different ways."""
    by_sign: dict[str, str] = {}
    for column, styles in fitting.items():
        decimals = {style.decimal for style in styles}
        if len(decimals) == 1:
            example = max(texts[column][0], key=len)
            by_sign.setdefault(decimals.pop(), f"{quote(column)} ({quote(example)})")
    point, comma = by_sign.get(".", "others"), by_sign.get(",", "others")
    return OpenQuestion(
        "data_decimal",
        f"The numbers of {excerpt(name)} are written in two ways: {point} with a decimal point, "
        f"{comma} with a decimal comma.",
        "One sign holds for the whole file; columns of the other are left out. Which?",
        [Option(".", f"the point, as in {point}"), Option(",", f"the comma, as in {comma}")],
    )
