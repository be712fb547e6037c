"""From rows to the arrays that the model reads: the same code in training and in serving.

numpy only, so that the service needs neither pandas nor scikit-learn, and the two cannot differ.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

Features = Sequence[Mapping[str, Any]]  # `input.features` of metadata.json
Inputs = dict[str, NDArray[Any]]
MISSING = "(missing)"


def to_inputs(columns: Mapping[str, Sequence[Any]], features: Features) -> Inputs:
    """Return "numbers" (float32 [rows, n], NaN where missing) and "categories" (text [rows, m]).

    Each is there only if there are such features; their columns stand in the order of
    ``features``. Numbers are rounded to float32 before a model is fitted: trees cut between
    values, and one that moved across a cut when it is rounded would change the answer.
    """
    numbers = [f for f in features if f["kind"] != "category"]
    texts = [f for f in features if f["kind"] == "category"]
    inputs: Inputs = {}
    if numbers:
        cells = [[np.nan if missing(c, f) else c for c in columns[f["name"]]] for f in numbers]
        inputs["numbers"] = np.array(cells, dtype=np.float64).T.astype(np.float32)
    if texts:
        cells = [[MISSING if missing(c, f) else c for c in columns[f["name"]]] for f in texts]
        inputs["categories"] = np.array(cells, dtype=object).T
    return inputs


def missing(cell: Any, feature: Mapping[str, Any]) -> bool:
    """Say whether a cell stands for nothing; NaN is the only value that differs from itself."""
    return cell is None or cell != cell or cell == "" or cell in feature["missing"]


def columns_of(rows: Sequence[Mapping[str, Any]], features: Features) -> dict[str, list[Any]]:
    """Return rows, as a request has them, as columns; None where a value is absent."""
    return {f["name"]: [row.get(f["name"]) for row in rows] for f in features}
