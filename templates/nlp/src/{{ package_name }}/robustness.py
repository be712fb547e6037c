"""Changes that a text survives in practice, and what must stay true of an answer under them."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable

import numpy as np


def typos(text: str, seed: int = 0) -> str:
    """Swap two neighbouring letters in every tenth place or so."""
    rng = np.random.default_rng([seed, *text.encode()[:50]])
    letters = list(text)
    for i in range(len(letters) - 1):
        if letters[i].isalpha() and letters[i + 1].isalpha() and rng.random() < 0.1:
            letters[i], letters[i + 1] = letters[i + 1], letters[i]
    return "".join(letters)


def without_accents(text: str) -> str:
    """Drop accents, as people do on a foreign keyboard."""
    parts = unicodedata.normalize("NFD", text)
    return "".join(c for c in parts if not unicodedata.combining(c))


def first_half(text: str) -> str:
    """Keep the first half of the words."""
    words = text.split()
    return " ".join(words[: (len(words) + 1) // 2])


CHANGES: dict[str, Callable[[str], str]] = {
    "as they are": str,
    "typos": typos,
    "UPPER CASE": str.upper,
    "without accents": without_accents,
    "first half": first_half,
}

# Behavioural tests in the manner of CheckList (Ribeiro et al., ACL 2020): the answer must stay
# the same when what changes says nothing about the label.
INVARIANT: dict[str, Callable[[str], str]] = {
    "a number is added": lambda text: f"{text} 2024",
    "a full stop is added": lambda text: f"{text}.",
    "spaces are doubled": lambda text: text.replace(" ", "  "),
    "the first letter changes case": lambda text: text[:1].swapcase() + text[1:],
    "an address is added": lambda text: f"{text} https://example.org",
}
