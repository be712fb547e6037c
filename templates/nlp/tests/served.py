"""A small model to serve: made by hand, so that the service's tests need no training.

It tells texts with many different characters from texts with few.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import numpy as np
from onnx import TensorProto, helper, numpy_helper

CLASSES = ["short", "long"]
TEXT = "A text about nothing in particular."
# What every type of project gives the tests that all of them share: a request that is answered.
VALID: dict[str, Any] = {
    "content": json.dumps({"texts": [TEXT]}).encode(),
    "headers": {"Content-Type": "application/json"},
}


METADATA: dict[str, Any] = {
    "schema": 1,
    "project": {"name": "Small", "package": "small", "type": "nlp", "version": "0.1.0"},
    "task": "binary",
    "data": {
        "name": "Made texts",
        "source": "made",
        "version": "1",
        "sha256": "0" * 64,
        "rows": 2,
        "licence": "CC0-1.0",
        "sample": True,
    },
    "metrics": {"macro_f1": {"value": 0.9, "low": 0.8, "high": 1.0, "higher_is_better": True}},
    "input": {
        "encoder": {"kind": "pieces", "bits": 8, "longest": 1, "words": False},
        "max_texts": 20,
        "max_chars": 5000,
    },
    "output": {"name": "probabilities", "classes": CLASSES, "threshold": 0.6},
    "reference": {},
    "example": {"texts": [TEXT]},
}


def make_model(folder: Path, factor: float = 0.1) -> Path:
    """Write the model into ``folder``; return it. A ``factor`` of NaN makes every answer NaN."""
    folder.mkdir(parents=True, exist_ok=True)
    content = make_graph(factor)
    (folder / "model.onnx").write_bytes(content)
    digest = hashlib.sha256(content).hexdigest()
    model = {
        "id": digest[:12],
        "file": "model.onnx",
        "sha256": digest,
        "name": "small",
        "created": "2026-01-01T00:00:00+00:00",
        "versions": {},
    }
    metadata = json.dumps({**METADATA, "model": model})
    (folder / "metadata.json").write_text(metadata, encoding="utf-8")
    return folder


def make_graph(factor: float) -> bytes:
    """Return a graph for which a text is the longer, the more pieces beyond ten it has."""
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
    graph = helper.make_graph(
        nodes,
        "small",
        [
            helper.make_tensor_value_info("ids", TensorProto.INT64, ["texts", "pieces"]),
            helper.make_tensor_value_info("counts", TensorProto.FLOAT, ["texts", "pieces"]),
        ],
        [helper.make_tensor_value_info("probabilities", TensorProto.FLOAT, ["texts", 2])],
        [numpy_helper.from_array(array, name) for name, array in constants.items()],
    )
    opset = helper.make_opsetid("", 18)
    model = helper.make_model(graph, opset_imports=[opset], ir_version=9)
    return bytes(model.SerializeToString())
