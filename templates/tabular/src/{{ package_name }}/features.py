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
LARGEST = float(np.finfo(np.float32).max)  # in float32 the model is fitted, and the graph computes


def to_inputs(columns: Any, features: Features) -> Inputs:
    """Return "numbers" (float32 [rows, n], NaN where missing) and "categories" (text [rows, m]).

    ``columns`` gives the cells of a feature by its name: a dictionary, or a table. Each array is
    there only if there are such features, and has them in the order of ``features``. Numbers are
    rounded to float32 before a model is fitted: trees cut between values, and one that moved
    across a cut when it is rounded would change the answer.
    """
    arrays: dict[str, list[NDArray[Any]]] = {}
    for feature in features:
        is_text = feature["kind"] == "category"
        missing = (None, "", *feature["missing"])
        blank = MISSING if is_text else np.nan
        cells = [blank if c in missing or c != c else c for c in columns[feature["name"]]]
        array = np.array(cells, object if is_text else np.float32)
        arrays.setdefault("categories" if is_text else "numbers", []).append(array)
    return {name: np.stack(parts, axis=1) for name, parts in arrays.items()}
