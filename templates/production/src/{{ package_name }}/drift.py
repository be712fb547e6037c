"""How far what comes in and what is answered have moved from the reference in metadata.json."""

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

WINDOW = 2000  # rows, the latest
FEWEST = 200  # below that chance alone moves the index
SMALLEST = 1e-4  # stands for an empty bin, whose logarithm does not exist
MISSING = "(missing)"


@dataclass(frozen=True)
class Observation:
    """What is remembered of one row, text, picture or recording, and of the answer to it."""

    features: Mapping[str, Any]  # numbers, or texts of which there are few
    labels: tuple[str, ...]  # classes or words that were answered, of a closed list
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
    """The latest observations, compared with ``reference`` of metadata.json."""

    def __init__(self, reference: Mapping[str, Any]) -> None:
        # A model of essentials has none, or another kind of figures.
        self.reference = {n: facts for n, facts in reference.items() if "share" in facts}
        self._rows: deque[Mapping[str, Any]] = deque(maxlen=WINDOW)

    def add(self, observation: Observation) -> None:
        """Remember what was observed."""
        self._rows.append(observation.features)

    def indices(self) -> dict[str, float]:
        """Return the index of each feature; none for too few rows."""
        if len(self._rows) < FEWEST:
            return {}
        return {
            name: stability_index(*shares(facts, [row.get(name) for row in self._rows]))
            for name, facts in self.reference.items()
        }


def shares(facts: Mapping[str, Any], values: list[Any]) -> tuple[NDArray[Any], NDArray[Any]]:
    """Return the expected shares and those of ``values``; the last bin is for what has none."""
    if "categories" in facts:
        places = {name: place for place, name in enumerate(facts["categories"])}
        texts = [MISSING if value in (None, "") else str(value) for value in values]
        bins = np.array([places.get(text, len(places)) for text in texts])
        expected = [*facts["share"], 0.0]
    else:
        numbers = np.array([np.nan if value is None else value for value in values], dtype=float)
        inner = facts["edges"][1:-1]  # what lies outside all edges counts to the outermost bins
        places_of_numbers = np.searchsorted(inner, numbers, side="right")
        bins = np.where(np.isnan(numbers), len(facts["share"]), places_of_numbers)
        expected = [*facts["share"], facts["missing"]]
    actual = np.bincount(bins, minlength=len(expected)) / len(values)
    return np.asarray(expected), actual
