"""Texts as references and answers are compared, and the errors between them."""

import unicodedata
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .metrics import Floats, Metric, ratio

DIGITS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")


def normalise(text: str) -> str:
    """Return a text in lower case, its words of any script separated by single spaces.

    Letters, their marks (vowels of Hindi and Thai), digits and apostrophes within words stay.
    """
    text = unicodedata.normalize("NFKC", text).lower().replace("\N{RIGHT SINGLE QUOTATION MARK}", "'")
    kept = [c for c in text if unicodedata.category(c) != "Cf"]  # joiners, marks of direction
    letters = "".join(c if unicodedata.category(c)[0] in "LMN" or c == "'" else " " for c in kept)
    return " ".join(filter(None, (word.strip("'") for word in letters.split())))


def spell_digits(text: str) -> str:
    """Return a text with each digit as an English word."""
    return " ".join("".join(f" {DIGITS[int(c)]} " if c.isdecimal() else c for c in text).split())


def count_errors(
    references: Sequence[str], answers: Sequence[str], unit: str = "wer"
) -> NDArray[np.int64]:
    """Return substituted, deleted, inserted and reference words (``cer``: letters) of each text.

    The alignment is the one with the fewest errors, by jiwer.
    """
    import jiwer  # on demand: the service knows these texts, and compares none

    process: Any = jiwer.process_words if unit == "wer" else jiwer.process_characters
    output = process(list(references), list(answers))
    kinds = ("substitute", "delete", "insert")
    table = np.zeros((len(references), 4), dtype=np.int64)
    for row, chunks, reference in zip(table, output.alignments, output.references, strict=True):
        row[3] = len(reference)
        for chunk in chunks:
            if chunk.type in kinds:
                length = max(
                    chunk.ref_end_idx - chunk.ref_start_idx, chunk.hyp_end_idx - chunk.hyp_start_idx
                )
                row[kinds.index(chunk.type)] += length
    return table


def error_rate(errors: NDArray[np.int64]) -> Metric:
    """Return the metric: all errors, for a word of all references."""
    return ratio(errors[:, :3].sum(axis=1), errors[:, 3])


def clip_losses(errors: NDArray[np.int64]) -> Floats:
    """Return a number a clip, the mean of which is the error rate: what each adds to the ratio."""
    wrong, length = errors[:, :3].sum(axis=1), errors[:, 3]
    total = max(1, length.sum())
    rate = wrong.sum() / total
    return np.asarray(rate + (wrong - rate * length) * len(errors) / total)
