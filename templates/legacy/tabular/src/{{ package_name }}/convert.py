"""From a fitted pipeline to an ONNX graph with the inputs and the output that serving expects."""

from __future__ import annotations

from typing import Any

import numpy as np
from onnx import helper
from skl2onnx import convert_sklearn
from skl2onnx.common.data_types import FloatTensorType, StringTensorType
from sklearn.pipeline import Pipeline

from .data.encode import Inputs
from .preprocess import MISSING

TYPES = {"numbers": FloatTensorType, "categories": StringTensorType}
OUTPUTS = {"binary": "probabilities", "multiclass": "probabilities", "regression": "variable"}


def convert(model: Pipeline, inputs: Inputs, task: str) -> tuple[bytes, str]:
    """Return the graph and the name of its output."""
    types = [(name, TYPES[name]([None, array.shape[1]])) for name, array in inputs.items()]
    final = model.steps[-1][1]
    options: dict[Any, Any] = {id(final): {"zipmap": False}} if hasattr(final, "classes_") else {}
    # The newest opsets for which every converter used here is written.
    opsets = {"": 18, "ai.onnx.ml": 3}
    graph = convert_sklearn(
        model, name="model", initial_types=types, options=options, target_opset=opsets
    )
    if task in OUTPUTS:
        return graph.SerializeToString(), OUTPUTS[task]
    # An isolation forest's score is high for usual rows; what is served is high for unusual ones.
    graph.graph.node.append(helper.make_node("Neg", ["scores"], ["anomaly"]))
    graph.graph.output.append(helper.make_tensor_value_info("anomaly", 1, [None, 1]))
    return graph.SerializeToString(), "anomaly"


def edge_rows(inputs: Inputs) -> Inputs:
    """Return made rows, copies of the first, that training never saw: for the parity gate.

    For every column one row in which it is missing; for a category one that is unseen and one
    that is empty; for a number one far below, one far above and one in between the values seen.
    """
    rows: list[dict[str, Any]] = []
    for name, array in inputs.items():
        for column in range(array.shape[1]):
            values: list[Any] = [MISSING, "never seen \N{SNOWMAN}", ""]
            if name == "numbers":
                low, high = np.nanmin(array[:, column]), np.nanmax(array[:, column])
                values = [np.nan, -1e30, 1e30, low - 1, high + 1, (low + high) / 2]
            for value in values:
                row = {key: array_[0].copy() for key, array_ in inputs.items()}
                row[name][column] = value
                rows.append(row)
    return {
        name: np.array([row[name] for row in rows], dtype=a.dtype) for name, a in inputs.items()
    }
