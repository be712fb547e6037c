"""One word in several spellings: what a reader takes for one class, and a computer for two."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

_POINTS = re.compile(r"(?<=\w)[.,;:]+$")


def spellings(texts: Iterable[str]) -> list[str]:
    """Return the texts that a reader takes for another one of them.

    They differ in capitals alone (Red and red, but not A and a), in blanks, in marks that are not
    seen, in a point behind, or in how Unicode writes a letter (é as one sign or as two).
    """
    groups: dict[str, list[str]] = {}
    for text in texts:
        groups.setdefault(_plain(text), []).append(text)
    return [text for same in groups.values() if _is_one_word(same) for text in same]


def look_alike(texts: Iterable[str]) -> bool:
    """Say whether some of these texts cannot be told apart by looking at them."""
    seen = [unicodedata.normalize("NFC", text) for text in texts]
    return len(set(seen)) < len(seen)


def _is_one_word(same: list[str]) -> bool:
    return len(same) > 1 and (len(same[0]) > 1 or len({text.casefold() for text in same}) > 1)


def _plain(text: str) -> str:
    visible = (c for c in unicodedata.normalize("NFKC", text) if unicodedata.category(c) != "Cf")
    plain = " ".join("".join(visible).casefold().split())
    return _POINTS.sub("", plain)
