"""The exported graph: held against the model, and described in metadata.json."""

from importlib.metadata import version
from pathlib import Path
from platform import python_version
from typing import Any

import numpy as np
import onnxruntime
from numpy.typing import NDArray

from .errors import ProjectError
from .files import commit, now, sha256, write, write_json

Floats = NDArray[np.float64]
ARTIFACTS = Path("artifacts")


def answer(session: onnxruntime.InferenceSession, inputs: dict[str, Any]) -> Floats:
    """Return what the graph answers: [rows, n], or [rows] where n is 1."""
    values = np.asarray(session.run(None, inputs)[0], dtype=np.float64)
    return values[:, 0] if values.shape[1:] == (1,) else values


def parity(expected: Floats, answers: Floats, tolerance: float, unit: float = 1.0) -> float:
    """Return the largest difference of model and graph, in units of ``unit`` or of a larger value.

    Raises ``ProjectError`` above ``tolerance``: what is served must be what was evaluated.
    """
    largest = float((np.abs(expected - answers) / np.maximum(unit, np.abs(expected))).max())
    if not largest <= tolerance:  # NaN as well
        message = f"The exported graph is {largest:.2g} off the model; {tolerance:g} is allowed."
        raise ProjectError(message, "Use estimators that convert exactly: those in model.py do.")
    return largest


def save(graph: bytes, facts: dict[str, Any], packages: list[str]) -> dict[str, Any]:
    """Write model.onnx and metadata.json: ``facts``, and what is known of the model's file."""
    write(ARTIFACTS / "model.onnx", graph)
    digits = sha256(ARTIFACTS / "model.onnx")
    versions = {"python": python_version(), **{name: version(name) for name in packages}}
    file = {"id": digits[:12], "file": "model.onnx", "sha256": digits, "versions": versions}
    model = facts["model"] | file | {"created": now(), "commit": commit()}
    metadata = {"schema": 2, **facts, "model": model}
    write_json(ARTIFACTS / "metadata.json", metadata)
    return metadata
