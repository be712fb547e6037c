"""A small model to serve: made by hand, so that the service's tests need no training."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
from onnx import TensorProto, helper
from small_model import write_model

CLASSES = ["on time", "late"]
FEATURES: list[dict[str, Any]] = [
    {"name": "distance", "kind": "number", "unit": "miles", "low": 80.0, "high": 5000.0},
    {"name": "hour", "kind": "integer", "unit": "h", "low": 5, "high": 23},
    {"name": "rain", "kind": "boolean", "example": False},
    {"name": "from airport", "kind": "category", "categories": ["EWR", "JFK"], "required": True},
]
ROW = {"distance": 750.0, "hour": 17, "rain": False, "from airport": "JFK"}
BODY = {"rows": [ROW]}
# What every type of project gives the tests that all of them share: a request that is answered.
VALID: dict[str, Any] = {
    "content": json.dumps(BODY).encode(),
    "headers": {"Content-Type": "application/json"},
}


def make_model(folder: Path, factor: float = 0.001) -> Path:
    """Write a logistic model of the distance into ``folder``; return it.

    ``factor`` is the weight of a mile; NaN makes a model whose every answer is NaN. A missing
    distance counts as 0.
    """
    weights = np.array([[0.0, factor], [0.0, 0.0], [0.0, 0.0]], dtype=np.float32)
    nodes = [
        helper.make_node("IsNaN", ["numbers"], ["missing"]),
        helper.make_node("Where", ["missing", "zero", "numbers"], ["filled"]),
        helper.make_node("MatMul", ["filled", "weights"], ["logits"]),
        helper.make_node("Softmax", ["logits"], ["probabilities"], axis=1),
    ]
    inputs = [
        helper.make_tensor_value_info("numbers", TensorProto.FLOAT, [None, 3]),
        helper.make_tensor_value_info("categories", TensorProto.STRING, [None, 1]),
    ]
    output = helper.make_tensor_value_info("probabilities", TensorProto.FLOAT, [None, 2])
    constants = {"weights": weights, "zero": np.float32(0)}
    return write_model(folder, nodes, inputs, output, constants, FACTS)


EMPTY: dict[str, Any] = {"description": "", "unit": "", "missing": [], "required": False}
FACTS = {
    "task": "binary",
    "input": {
        "features": [
            {**EMPTY, "title": one["name"].title(), "example": ROW[one["name"]], **one}
            for one in FEATURES
        ],
        "max_rows": 100,
    },
    "output": {
        "name": "probabilities",
        "classes": CLASSES,
        "positive": "late",
        "threshold": 0.6,
    },
    "example": BODY,
}
