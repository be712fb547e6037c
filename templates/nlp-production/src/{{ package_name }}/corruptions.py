"""What happens to texts: slips of the finger, other cases, lost accents, halves of a sentence."""

import hashlib
import unicodedata
from collections.abc import Callable, Iterator

import numpy as np

from .validation import Part


def corrupt(part: Part) -> Iterator[tuple[str, Part]]:
    """Yield the name of each corruption, and the texts under it."""
    for name, change in CORRUPTIONS.items():
        yield name, part.assign(text=part.text.map(change))


def typos(text: str, rate: float = 0.1) -> str:
    """Swap two neighbouring letters in one of ten places; the same ones of the same text."""
    digits = hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()
    rng, letters = np.random.default_rng(list(digits)), list(text)
    for i in range(len(letters) - 1):
        if letters[i].isalpha() and letters[i + 1].isalpha() and rng.random() < rate:
            letters[i], letters[i + 1] = letters[i + 1], letters[i]
    return "".join(letters)


def without_accents(text: str) -> str:
    """Drop accents, as people do on a foreign keyboard."""
    parts = unicodedata.normalize("NFD", text)
    return "".join(letter for letter in parts if not unicodedata.combining(letter))


def first_half(text: str) -> str:
    """Keep the first half of the words, and one at least."""
    words = text.split()
    return " ".join(words[: (len(words) + 1) // 2])


def with_address(text: str) -> str:
    """Add an address, which says nothing about the class."""
    return f"{text} https://example.org"


CORRUPTIONS: dict[str, Callable[[str], str]] = {
    "typos": typos,
    "upper case": str.upper,
    "without accents": without_accents,
    "first half": first_half,
    "an address added": with_address,
}
