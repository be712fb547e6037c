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
    numbers = [number_column(columns[f["name"]], f) for f in features if f["kind"] != "category"]
    texts = [text_column(columns[f["name"]], f) for f in features if f["kind"] == "category"]
    inputs: Inputs = {}
    if numbers:
        inputs["numbers"] = np.stack(numbers, axis=1)
    if texts:
        inputs["categories"] = np.stack(texts, axis=1)
    return inputs


def columns_of(rows: Sequence[Mapping[str, Any]], features: Features) -> dict[str, list[Any]]:
    """Return rows, as a request has them, as columns; None where a value is absent."""
    return {f["name"]: [row.get(f["name"]) for row in rows] for f in features}


def number_column(cells: Sequence[Any], feature: Mapping[str, Any]) -> NDArray[np.float32]:
    """Return numbers (1 and 0 of a boolean) as float32, NaN where one is missing."""
    marks = feature["missing"]
    values = [np.nan if cell is None or cell in marks else cell for cell in cells]
    return np.array(values, dtype=np.float64).astype(np.float32)


def text_column(cells: Sequence[Any], feature: Mapping[str, Any]) -> NDArray[Any]:
    """Return texts as an array of objects, ``MISSING`` where one is missing."""
    marks = ("", *feature["missing"])
    # NaN is the only value that differs from itself.
    texts = [
        MISSING if cell is None or cell != cell or cell in marks else str(cell) for cell in cells
    ]
    return np.array(texts, dtype=object)

