"""From texts to the arrays that a model reads: the same code in training and in serving.

Neither torch nor scikit-learn, so that serving needs none of them and the two cannot differ.
"""

from __future__ import annotations

import re
import unicodedata
import zlib
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

MAX_CHARS = 1000  # what comes after is not read
UNREADABLE = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff]")  # controls, halves of a character
PRIME, SPREAD = np.uint32(16_777_619), np.uint32(2_654_435_769)  # of FNV; 2 ** 32 / golden ratio


class Encoder:
    """Turns texts into a graph's inputs, as the ``encoder`` of metadata.json describes it.

    - ``pieces``: every piece of 1 to ``longest`` characters and every word, hashed into
      2 ** ``bits`` columns: "ids" [texts, n] and "counts" [texts, n], 0 where padded;
    - ``tokens``: "ids" [texts, n] of a trained tokenizer, 0 where padded;
    - ``embedding``: the ``inputs`` of a BERT-like encoder.
    """

    def __init__(self, facts: Mapping[str, Any], tokenizer: str | None = None) -> None:
        self.facts = facts
        self._tokenizer: Any = None
        if tokenizer is not None:
            from tokenizers import Tokenizer

            self._tokenizer = Tokenizer.from_str(tokenizer)
            self._tokenizer.no_padding()
            self._tokenizer.enable_truncation(facts["max_tokens"])

    def __call__(self, texts: Sequence[str]) -> dict[str, NDArray[Any]]:
        """Return the inputs for texts of any length and content, empty ones included."""
        cleaned = [clean(text) for text in texts]
        if self.facts["kind"] == "pieces":
            found = [self._pieces(text) for text in cleaned]
            return {
                "ids": _padded([ids for ids, _ in found], np.int64),
                "counts": _padded([counts for _, counts in found], np.float32),
            }
        encoded = [found.ids for found in self._tokenizer.encode_batch(cleaned)]
        if self.facts["kind"] == "tokens":
            # Every text ends in padding, so that its answer does not depend on its neighbours.
            return {"ids": _padded([[*row, 0, 0, 0, 0] for row in encoded], np.int64)}
        ids = _padded(encoded, np.int64)
        # A text without a token shows one of padding: attention to nothing at all is no number.
        known = _padded([[1] * max(1, len(row)) for row in encoded], np.int64)
        inputs = {"input_ids": ids, "attention_mask": known, "token_type_ids": np.zeros_like(ids)}
        return {name: inputs[name] for name in self.facts["inputs"]}

    def _pieces(self, text: str) -> tuple[NDArray[Any], NDArray[Any]]:
        """Return the columns of a text's pieces, and how often each occurs.

        The hash of a piece is that of the piece without its last letter, times a prime, plus that
        letter (Karp and Rabin, 1987), so that all pieces of one length take one step; the top bits
        of its product with the golden ratio are the column (Knuth, volume 3, 6.4).
        """
        framed = f" {text.lower()} "
        letters = np.frombuffer(framed.encode("utf-32-le"), dtype=np.uint32)
        pieces, piece = [], np.zeros(len(letters) + 1, dtype=np.uint32)
        for size in range(1, self.facts["longest"] + 1):
            piece = piece[:-1] * PRIME + letters[size - 1 :]
            pieces.append(piece)
        if self.facts["words"]:
            # The mark keeps a whole word apart from a piece with the same letters.
            words = [zlib.crc32(f"\0{word}".encode()) for word in framed.split()]
            pieces.append(np.array(words, dtype=np.uint32))
        columns = (np.concatenate(pieces) * SPREAD) >> np.uint32(32 - self.facts["bits"])
        return np.unique(columns, return_counts=True)


def clean(text: str) -> str:
    """Return a text in composed Unicode, without control characters, cut to ``MAX_CHARS``."""
    composed = unicodedata.normalize("NFC", text[: 4 * MAX_CHARS])
    return " ".join(UNREADABLE.sub(" ", composed).split())[:MAX_CHARS]


def _padded(rows: Sequence[Any], kind: Any) -> NDArray[Any]:
    width = max([5, *map(len, rows)])  # a network with windows of five tokens needs five
    array = np.zeros((len(rows), width), dtype=kind)
    for i, row in enumerate(rows):
        array[i, : len(row)] = row
    return array
