"""A small model to serve: made by hand, so that the service's tests need no training.

It tells texts with many different characters from texts with few.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
from onnx import TensorProto, helper
from small_model import write_model

CLASSES = ["short", "long"]
TEXT = "A text about nothing in particular."
# What every type of project gives the tests that all of them share: a request that is answered.
VALID: dict[str, Any] = {
    "content": json.dumps({"texts": [TEXT]}).encode(),
    "headers": {"Content-Type": "application/json"},
}
FACTS = {
    "task": "binary",
    "input": {
        "encoder": {"kind": "pieces", "bits": 8, "longest": 1, "words": False},
        "max_texts": 20,
        "max_chars": 5000,
    },
    "output": {"name": "probabilities", "classes": CLASSES, "threshold": 0.6},
    "example": {"texts": [TEXT]},
}


def make_model(folder: Path, factor: float = 0.1) -> Path:
    """Write a model into ``folder`` that calls a text of more than ten pieces long; return it.

    A ``factor`` of NaN makes every answer NaN.
    """
    nodes = [
        helper.make_node("ReduceSum", ["counts", "axes"], ["pieces"], keepdims=1),
        helper.make_node("Sub", ["pieces", "middle"], ["centred"]),
        helper.make_node("MatMul", ["centred", "weights"], ["logits"]),
        helper.make_node("Softmax", ["logits"], ["probabilities"], axis=1),
    ]
    constants = {
        "axes": np.array([1]),
        "middle": np.float32(10),
        "weights": np.array([[0.0, factor]], dtype=np.float32),
    }
    inputs = [
        helper.make_tensor_value_info("ids", TensorProto.INT64, ["texts", "pieces"]),
        helper.make_tensor_value_info("counts", TensorProto.FLOAT, ["texts", "pieces"]),
    ]
    output = helper.make_tensor_value_info("probabilities", TensorProto.FLOAT, ["texts", 2])
    return write_model(folder, nodes, inputs, output, constants, FACTS)
