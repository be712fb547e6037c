"""What is remembered of texts and their predictions, to count them and to find drift."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from .drift import Seen

UNKNOWN = "(unknown)"  # where the model says that it does not know


def observe(texts: Sequence[str], predictions: Sequence[Mapping[str, Any]]) -> Iterator[Seen]:
    """Yield each text's length and share of letters with its label and the probability of it.

    The text itself is not remembered.
    """
    for text, answer in zip(texts, predictions, strict=True):
        label = answer["prediction"] or UNKNOWN
        features = {
            "length": len(text),
            "letters": sum(map(str.isalpha, text)) / max(1, len(text)),
            "prediction": label,
            "confidence": answer["probability"],
        }
        yield Seen(features, (label,), answer["probability"])
