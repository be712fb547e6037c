"""How far what comes in and what is answered have moved from the reference in metadata.json."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

WINDOW = 2000  # rows, the latest
FEWEST = 200  # below that chance alone moves the index
SMALLEST = 1e-4  # stands for an empty bin, whose logarithm does not exist


@dataclass(frozen=True)
class Seen:
    """What is remembered of one row, text, image or recording and of the answer to it."""

    features: Mapping[str, Any]  # numbers, or texts of which there are few
    labels: tuple[str, ...]  # classes or words that were answered
    value: float | None  # the answer's probability, confidence, score or number


def stability_index(expected: ArrayLike, actual: ArrayLike) -> float:
    """Return the population stability index of two distributions over the same bins.

    The sum of (actual - expected) * ln(actual / expected): 0 for equal shares; by an old rule of
    thumb below 0.1 is stable and above 0.25 calls for a look (Siddiqi, "Credit Risk Scorecards",
    2006). It is the symmetric Kullback-Leibler divergence.
    """
    first, second = (np.maximum(np.asarray(share, float), SMALLEST) for share in (expected, actual))
    return float(((second - first) * np.log(second / first)).sum())


class Drift:
    """The latest of what was seen, compared with ``reference`` of metadata.json."""

    def __init__(self, reference: Mapping[str, Any]) -> None:
        self.reference = {
            name: entry for name, entry in reference.items() if "share" in (entry or ())
        }
        self._rows: deque[Mapping[str, Any]] = deque(maxlen=WINDOW)

    def add(self, seen: Seen) -> None:
        """Remember what was seen."""
        self._rows.append(seen.features)

    def indices(self) -> dict[str, float]:
        """Return the index of each feature; empty for too few rows."""
        rows = list(self._rows)
        if len(rows) < FEWEST:
            return {}
        return {
            name: stability_index(*_shares(entry, [row.get(name) for row in rows]))
            for name, entry in self.reference.items()
        }


def _shares(entry: Mapping[str, Any], values: list[Any]) -> tuple[NDArray[Any], NDArray[Any]]:
    """Return the expected shares and those of ``values``; the last bin is for what has none."""
    if "categories" in entry:
        places = {name: place for place, name in enumerate(entry["categories"])}
        bins = np.array([places.get(_text(value), len(places)) for value in values])
        expected = [*entry["share"], 0.0]
    else:
        numbers = np.array([np.nan if value is None else value for value in values], dtype=float)
        inner = entry["edges"][1:-1]  # what lies outside all edges counts to the outermost bins
        bins = np.where(
            np.isnan(numbers), len(entry["share"]), np.searchsorted(inner, numbers, side="right")
        )
        expected = [*entry["share"], entry.get("missing", 0.0)]
    actual = np.bincount(bins, minlength=len(expected)) / len(values)
    return np.asarray(expected), actual


def _text(value: Any) -> str:
    return "(missing)" if value is None or value == "" else str(value)
