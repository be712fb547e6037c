"""From rows to the arrays that the model reads: the same code in training and in serving.

numpy only, so that serving needs neither pandas nor scikit-learn and the two cannot differ.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

MISSING = "(missing)"


def to_inputs(
    rows: Sequence[Mapping[str, object]], features: Sequence[Mapping[str, Any]]
) -> dict[str, NDArray[Any]]:
    """Return the graph's inputs for rows as JSON gives them; None or absent is missing.

    ``features`` are those of metadata.json. The result holds "numbers" (float32, [rows, n], NaN
    where missing) and "categories" (text, [rows, m], ``MISSING`` where missing), each only if
    there are such features, their columns in the order of ``features``.
    """
    numbers = [f for f in features if f["kind"] != "category"]
    categories = [f for f in features if f["kind"] == "category"]
    inputs: dict[str, NDArray[Any]] = {}
    if numbers:
        values = [[_number(row.get(f["name"]), f) for f in numbers] for row in rows]
        # float32 before the model is fitted: trees cut between values, and a value that moves
        # across a cut when it is rounded would change the answer between training and serving.
        inputs["numbers"] = np.array(values, dtype=np.float32).reshape(len(rows), len(numbers))
    if categories:
        texts = [[_text(row.get(f["name"]), f) for f in categories] for row in rows]
        inputs["categories"] = np.array(texts, dtype=object).reshape(len(rows), len(categories))
    return inputs


def _number(value: Any, feature: Mapping[str, Any]) -> float:
    return np.nan if value is None or value in feature.get("missing", ()) else float(value)


def _text(value: Any, feature: Mapping[str, Any]) -> str:
    # NaN is the only value that differs from itself.
    if value is None or value != value or value == "" or value in feature.get("missing", ()):
        return MISSING
    return str(value)
