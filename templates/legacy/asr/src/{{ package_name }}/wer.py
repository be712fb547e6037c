"""Word and character error rates: one normaliser for both sides, and the alignment."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from functools import cache

DIGITS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")


def normalise(text: str) -> str:
    """Return a text as references and answers are compared: lower case, digits as words.

    Everything but letters, digits and apostrophes separates words.
    """
    text = unicodedata.normalize("NFKC", text).lower().replace("\u2019", "'")
    text = re.sub(r"[0-9]", lambda digit: f" {DIGITS[int(digit[0])]} ", text)
    return " ".join(re.sub(r"[^\w']|_", " ", text).split())


@dataclass(frozen=True)
class Errors:
    """How an answer differs from its reference, counted in words or characters."""

    substitutions: int
    deletions: int
    insertions: int
    length: int

    @property
    def total(self) -> int:
        """All errors together."""
        return self.substitutions + self.deletions + self.insertions

    def __add__(self, other: Errors) -> Errors:
        """Return the errors of both."""
        return Errors(
            self.substitutions + other.substitutions,
            self.deletions + other.deletions,
            self.insertions + other.insertions,
            self.length + other.length,
        )

    @property
    def rate(self) -> float:
        """Errors a reference word; above 1 where more is added than was said."""
        return self.total / self.length if self.length else float(self.insertions > 0)


def align(reference: Sequence[Hashable], answer: Sequence[Hashable]) -> Errors:
    """Return the errors of the alignment with the fewest (Levenshtein, 1966)."""
    # Each cell: total, substitutions, deletions, insertions.
    row = [(j, 0, 0, j) for j in range(len(answer) + 1)]
    for i, said in enumerate(reference, 1):
        new = [(i, 0, i, 0)]
        for j, heard in enumerate(answer, 1):
            total, s, d, n = row[j - 1]
            wrong = int(said != heard)
            best = (total + wrong, s + wrong, d, n)
            total, s, d, n = row[j]
            best = min(best, (total + 1, s, d + 1, n), key=lambda cell: cell[0])
            total, s, d, n = new[j - 1]
            new.append(min(best, (total + 1, s, d, n + 1), key=lambda cell: cell[0]))
        row = new
    _, substitutions, deletions, insertions = row[-1]
    return Errors(substitutions, deletions, insertions, len(reference))


@cache  # many settings of the decoder give the same answer
def word_errors(reference: str, answer: str) -> Errors:
    """Return the errors in words of a normalised text."""
    return align(reference.split(), answer.split())


def character_errors(reference: str, answer: str) -> Errors:
    """Return the errors in characters, spaces included."""
    return align(reference, answer)
