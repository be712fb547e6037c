"""A small model to serve: made by hand, so that the service's tests need no training.

It tells bright images from dark ones: the logit of "bright" grows with the mean of the pixels.
"""

from __future__ import annotations

import base64
import io
from pathlib import Path
from typing import Any

import numpy as np
from onnx import TensorProto, helper
from PIL import Image
from small_model import write_model

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


EXAMPLE = {
    "label": "bright",
    "media_type": "image/png",
    "base64": base64.b64encode(picture()).decode(),
}
FACTS = {
    "task": "multiclass",
    "input": {"size": SIZE, "channels": 1, "max_images": 4},
    "output": {
        "name": "probabilities",
        "classes": CLASSES,
        "positive": None,
        "threshold": None,
        "temperature": 1.0,
    },
    "reference": {"brightness": {"low": 20.0, "high": 230.0}},
    "examples": [EXAMPLE],
    "example": EXAMPLE,
}


def make_model(folder: Path, factor: float = 0.1) -> Path:
    """Write the model into ``folder``; return it. A ``factor`` of NaN makes every answer NaN."""
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
        "weights": np.array([[0.0, factor]], dtype=np.float32),
    }
    shape = [None, SIZE, SIZE, 1]
    inputs = [helper.make_tensor_value_info("images", TensorProto.UINT8, shape)]
    output = helper.make_tensor_value_info("probabilities", TensorProto.FLOAT, [None, 2])
    return write_model(folder, nodes, inputs, output, constants, FACTS)
