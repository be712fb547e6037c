"""A small model to serve: made by hand, so that the service's tests need no training.

It tells bright images from dark ones: the logit of "bright" grows with the mean of the pixels.
"""

from __future__ import annotations

import base64
import hashlib
import io
import json
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper
from PIL import Image

CLASSES = ["dark", "bright"]
SIZE = 8


def picture(
    value: int = 200, mode: str = "L", kind: str = "PNG", side: int = SIZE, **options: Any
) -> bytes:
    """Return an image file of one colour."""
    buffer = io.BytesIO()
    color = value if mode in ("L", "I;16") else (value,) * len(Image.new(mode, (1, 1)).getbands())
    Image.new(mode, (side, side), color).save(buffer, kind, **options)
    return buffer.getvalue()


# What every type of project gives the tests that all of them share: a request that is answered.
VALID: dict[str, Any] = {"content": picture(), "headers": {"Content-Type": "image/png"}}


def make_model(folder: Path, factor: float = 0.1) -> Path:
    """Write the model into ``folder``; return it. A ``factor`` of NaN makes every answer NaN."""
    folder.mkdir(parents=True, exist_ok=True)
    weights = np.array([[0.0, factor]], dtype=np.float32)
    nodes = [
        helper.make_node("Cast", ["images"], ["floats"], to=TensorProto.FLOAT),
        helper.make_node("ReduceMean", ["floats", "axes"], ["means"], keepdims=0),
        helper.make_node("Sub", ["means", "middle"], ["centred"]),
        helper.make_node("Reshape", ["centred", "column"], ["rows"]),
        helper.make_node("MatMul", ["rows", "weights"], ["logits"]),
        helper.make_node("Softmax", ["logits"], ["probabilities"], axis=1),
    ]
    constants = {
        "axes": np.array([1, 2, 3], dtype=np.int64),
        "middle": np.float32(127.5),
        "column": np.array([-1, 1], dtype=np.int64),
        "weights": weights,
    }
    shape = [None, SIZE, SIZE, 1]
    graph = helper.make_graph(
        nodes,
        "small",
        [helper.make_tensor_value_info("images", TensorProto.UINT8, shape)],
        [helper.make_tensor_value_info("probabilities", TensorProto.FLOAT, [None, 2])],
        [numpy_helper.from_array(np.asarray(value), name) for name, value in constants.items()],
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
    content = base64.b64encode(picture()).decode()
    example = {"label": "bright", "media_type": "image/png", "base64": content}
    return {
        "schema": 1,
        "project": {"name": "Test", "package": "test", "type": "cv", "version": "0.1.0"},
        "task": "multiclass",
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
        "input": {"size": SIZE, "channels": 1, "max_images": 4},
        "output": {
            "name": "probabilities",
            "classes": CLASSES,
            "positive": None,
            "threshold": None,
            "temperature": 1.0,
        },
        "reference": {"brightness": {"low": 20.0, "high": 230.0}},
        "examples": [example],
        "example": example,
    }
