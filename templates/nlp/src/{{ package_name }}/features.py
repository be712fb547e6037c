"""From texts to the arrays that the model reads: the same code in training and in serving.

numpy only, so that the service needs no scikit-learn, and the two cannot differ. skl2onnx has no
exact form of TfidfVectorizer for characters; so n-grams are counted here, and all else, from the
TF-IDF weights on, is in the graph.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

LONGEST = 1000  # characters of a text that are read
# White space and control characters, the same set as `\s` and these ranges are in JavaScript.
SPACE = re.compile("[\\s\x00-\x1f\x7f-\x9f\ufeff]+")


def normalise(text: str) -> str:
    """Return a text in composed Unicode with single spaces, cut to ``LONGEST`` characters."""
    letters = unicodedata.normalize("NFC", text[: 4 * LONGEST])
    return SPACE.sub(" ", letters).strip(" ")[:LONGEST]


def terms(text: str, longest: int) -> list[str]:
    """Return what a text in lower case is counted by: its words, and its character n-grams of 1 to
    ``longest`` letters, of which a space may be a part. With 0, words alone."""
    lower = f" {normalise(text).lower()} "
    sizes = range(1, longest + 1)
    ngrams = [lower[i : i + size] for size in sizes for i in range(len(lower) - size + 1)]
    return lower.split() + [ngram for ngram in ngrams if ngram.strip()]


def to_inputs(
    texts: Iterable[str], vocabulary: Mapping[str, int], longest: int
) -> dict[str, NDArray[Any]]:
    """Return "ids" (int64) and "counts" (float32), both [texts, n], of the terms that are in the
    vocabulary; rows are filled up with id 0 and count 0."""
    rows = []
    for text in texts:
        columns = (vocabulary[term] for term in terms(text, longest) if term in vocabulary)
        rows.append(sorted(Counter(columns).items()))
    width = max(1, *map(len, rows))
    ids, counts = np.zeros((len(rows), width), np.int64), np.zeros((len(rows), width), np.float32)
    for i, row in enumerate(rows):
        if row:
            ids[i, : len(row)], counts[i, : len(row)] = zip(*row, strict=True)
    return {"ids": ids, "counts": counts}
