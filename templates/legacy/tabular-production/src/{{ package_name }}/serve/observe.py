"""What is remembered of rows and their predictions, to count them and to find drift."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from .drift import Seen


def observe(
    rows: Sequence[Mapping[str, Any]], predictions: Sequence[Mapping[str, Any]]
) -> Iterator[Seen]:
    """Yield each row's features with what was predicted: the class, and how probable it is.

    Of several classes the highest probability is kept; a regression keeps its number alone.
    """
    for row, answer in zip(rows, predictions, strict=True):
        label = answer["prediction"]
        value = answer.get("probability", answer.get("score"))
        if "probabilities" in answer:
            value = max(answer["probabilities"].values())
        if not isinstance(label, str):
            yield Seen({**row, "prediction": label}, (), label)
        else:
            yield Seen({**row, "prediction": value}, (label,), value)
