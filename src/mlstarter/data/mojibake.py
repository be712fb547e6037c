"""Texts that were written as UTF-8 twice: "GrÃ¶ÃŸe" for "Größe"."""

from __future__ import annotations

import itertools
import re

from mlstarter.data.errors import DataError
from mlstarter.data.show import excerpt, quote

WORDS = 4_000  # different ones that are looked at
MOSTLY = 0.5
# Bounded on both sides: an unbounded one would look at a cell of many letters once for each.
_FOREIGN_WORD = re.compile(r"\w{0,20}[^\x00-\x7f\s]+[^\s,;|\"]{0,20}")


def refuse_mojibake(text: str, name: str) -> None:
    """Raise DataError where most words that are not ASCII were written as UTF-8 twice.

    By accident a word in cp1252 is hardly ever UTF-8 as well.
    """
    words = {match[0] for match in itertools.islice(_FOREIGN_WORD.finditer(text), WORDS)}
    originals = {word: once for word in words if (once := _once(word)) is not None}
    if not originals or len(originals) < MOSTLY * len(words):
        return
    word, once = min(originals.items())
    raise DataError(
        f"{excerpt(name)} was written as UTF-8 twice: {quote(word, 30)} stands for "
        f"{quote(once, 30)}.",
        hint="export it anew as UTF-8; --data data_encoding=utf-8 takes the letters as they are",
    )


def _once(word: str) -> str | None:
    """Return what a word was before it was read as cp1252, or None where it never was."""
    data = bytearray()
    for letter in word:
        try:
            data += letter.encode("cp1252")
        except UnicodeEncodeError:
            if letter > "\xff":
                return None
            data += letter.encode("latin-1")  # cp1252 has no letter for five bytes
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return None
