"""A small model to serve: made by hand, so that the service's tests need no training."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

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
    folder.mkdir(parents=True, exist_ok=True)
    weights = np.array([[0.0, factor], [0.0, 0.0], [0.0, 0.0]], dtype=np.float32)
    nodes = [
        helper.make_node("IsNaN", ["numbers"], ["missing"]),
        helper.make_node("Where", ["missing", "zero", "numbers"], ["filled"]),
        helper.make_node("MatMul", ["filled", "weights"], ["logits"]),
        helper.make_node("Softmax", ["logits"], ["probabilities"], axis=1),
    ]
    graph = helper.make_graph(
        nodes,
        "small",
        [
            helper.make_tensor_value_info("numbers", TensorProto.FLOAT, [None, 3]),
            helper.make_tensor_value_info("categories", TensorProto.STRING, [None, 1]),
        ],
        [helper.make_tensor_value_info("probabilities", TensorProto.FLOAT, [None, 2])],
        [
            numpy_helper.from_array(weights, "weights"),
            numpy_helper.from_array(np.float32(0), "zero"),
        ],
    )
    opset = helper.make_opsetid("", 18)
    content = helper.make_model(graph, opset_imports=[opset], ir_version=9).SerializeToString()
    onnx.checker.check_model(content)
    (folder / "model.onnx").write_bytes(content)
    (folder / "metadata.json").write_text(json.dumps(metadata(content)), encoding="utf-8")
    return folder


def metadata(graph: bytes) -> dict[str, Any]:
    """Return what metadata.json says about the small model."""
    digest = hashlib.sha256(graph).hexdigest()
    empty = {"description": "", "unit": ""}
    return {
        "schema": 1,
        "project": {"name": "Test", "package": "test", "type": "tabular", "version": "0.1.0"},
        "task": "binary",
        "model": {
            "id": digest[:12],
            "file": "model.onnx",
            "sha256": digest,
            "name": "by hand",
            "created": "2026-01-01T00:00:00+00:00",
            "versions": {},
        },
        "data": {
            "name": "none",
            "source": "",
            "version": "",
            "sha256": "",
            "rows": 0,
            "licence": "CC0-1.0",
            "sample": True,
        },
        "metrics": {},
        "input": {
            "features": [
                {
                    **empty,
                    "title": feature["name"].title(),
                    "missing": [],
                    "required": False,
                    "example": ROW[feature["name"]],
                    **feature,
                }
                for feature in FEATURES
            ],
            "max_rows": 100,
        },
        "output": {
            "name": "probabilities",
            "classes": CLASSES,
            "positive": "late",
            "threshold": 0.6,
        },
        "reference": {},
        "example": BODY,
    }
