"""How inputs and answers are distributed where all is well: what drift is measured against.

The model answers the validation part, because it is surer of what it was trained on, and each
request goes through the same `observation` as those of callers.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from . import observation, validation
from .drift import MISSING
from .export import ARTIFACTS
from .inference import Model

BATCH = 100  # rows of a request


def describe() -> dict[str, Any]:
    """Return the distributions of the validation part as the model in artifacts/ answers it."""
    model, rows = Model(ARTIFACTS), []
    for request in validation.requests(validation.read(), BATCH):
        _, observations = observation.answer(model, *request)
        rows += [row.features for row in observations]
    return shares_of(rows)


def shares_of(rows: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Return each feature's shares: of categories, or of numbers between ``edges``.

    The edges part numbers into tenths; few different numbers are told apart one by one.
    """
    facts: dict[str, Any] = {}
    for name in rows[0] if rows else ():
        values = [row[name] for row in rows]
        present = [value for value in values if value is not None]
        if any(isinstance(value, str) for value in present):
            texts = [MISSING if value is None else value for value in values]
            names, counts = np.unique(texts, return_counts=True)
            shares = (counts / len(values)).tolist()
            facts[name] = {"categories": names.tolist(), "share": shares}
        else:
            facts[name] = tenths(np.asarray(present, dtype=np.float64), len(values))
    return facts


def tenths(numbers: NDArray[np.float64], rows: int) -> dict[str, Any]:
    """Return the shares of ``rows`` rows, of which those that are not missing have ``numbers``."""
    edges = np.unique(numbers)
    if len(edges) > 10:
        edges = np.unique(np.quantile(numbers, np.linspace(0, 1, 11)))
    else:
        edges = np.append(edges, edges[-1] + 1 if len(edges) else [0, 1])
    share = (np.histogram(numbers, edges)[0] / rows).tolist()
    return {"edges": edges.tolist(), "share": share, "missing": 1 - sum(share)}
