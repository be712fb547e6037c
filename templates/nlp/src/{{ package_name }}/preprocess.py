"""From texts to the arrays that a model reads: the same code in training and in serving.

Neither torch nor scikit-learn, so that serving needs none of them and the two cannot differ.
"""

from __future__ import annotations

import unicodedata
import zlib
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

MAX_CHARS = 1000  # what comes after is not read


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
            counts = [self._pieces(text) for text in cleaned]
            return {
                "ids": _padded([list(count.keys()) for count in counts], np.int64),
                "counts": _padded([list(count.values()) for count in counts], np.float32),
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

    def _pieces(self, text: str) -> Counter[int]:
        mask, longest = (1 << self.facts["bits"]) - 1, self.facts["longest"]
        framed = f" {text.lower()} "
        found = [
            framed[i : i + size]
            for size in range(1, longest + 1)
            for i in range(len(framed) - size + 1)
        ]
        if self.facts["words"]:
            # The mark keeps a whole word apart from a piece with the same letters.
            found += [f"\0{word}" for word in framed.split()]
        return Counter(zlib.crc32(piece.encode()) & mask for piece in found)


def clean(text: str) -> str:
    """Return a text in composed Unicode, without control characters, cut to ``MAX_CHARS``."""
    composed = unicodedata.normalize("NFC", text[: 4 * MAX_CHARS])
    kept = (" " if unicodedata.category(c) in ("Cc", "Cs") else c for c in composed)
    return " ".join("".join(kept).split())[:MAX_CHARS]


def _padded(rows: list[list[int]], kind: Any) -> NDArray[Any]:
    width = max([5, *map(len, rows)])  # a network with windows of five tokens needs five
    array = np.zeros((len(rows), width), dtype=kind)
    for i, row in enumerate(rows):
        array[i, : len(row)] = row
    return array
