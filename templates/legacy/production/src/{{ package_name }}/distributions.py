"""How inputs and answers are distributed where all is well: what drift is measured against.

The service's own predictor answers the validation split, because a model is surer of what it was
trained on, and each request goes through the same `observe` as those of callers.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from . import held
from .export import CANDIDATE, candidate
from .files import write_json
from .serve.observe import observe
from .serve.predictor import Predictor


def record() -> None:
    """Write the distributions of the validation split into the trained model's metadata."""
    predictor = Predictor.load(CANDIDATE)
    rows: list[Mapping[str, Any]] = []
    for inputs in held.requests():
        answer: Any = predictor.predict(inputs)
        answers = answer if isinstance(answer, list) else [answer]
        rows += [seen.features for seen in observe(inputs, answers)]
    _, facts = candidate()
    for name, entry in shares(rows).items():
        facts["reference"][name] = {**facts["reference"].get(name, {}), **entry}
    write_json(CANDIDATE / "metadata.json", facts)


def shares(rows: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Return each feature's shares: of categories, or of numbers between ``edges``.

    The edges part numbers into tenths; few different numbers are told apart one by one.
    """
    found: dict[str, Any] = {}
    for name in rows[0] if rows else ():
        values = [row[name] for row in rows]
        known = [value for value in values if value is not None]
        if any(isinstance(value, str) for value in known):
            found[name] = _categories(["(missing)" if value is None else value for value in values])
        else:
            found[name] = _tenths(np.asarray(known, dtype=float), len(values))
    return found


def _categories(values: Sequence[str]) -> dict[str, Any]:
    names, counts = np.unique(values, return_counts=True)
    return {"categories": names.tolist(), "share": (counts / len(values)).tolist()}


def _tenths(known: NDArray[np.float64], rows: int) -> dict[str, Any]:
    edges = np.unique(known)
    if len(edges) > 10:
        edges = np.unique(np.quantile(known, np.linspace(0, 1, 11)))
    else:
        edges = np.append(edges, edges[-1] + 1 if len(edges) else [0, 1])
    share = (np.histogram(known, edges)[0] / rows).tolist()
    return {"edges": edges.tolist(), "share": share, "missing": 1 - sum(share)}
