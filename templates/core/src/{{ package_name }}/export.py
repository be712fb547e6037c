"""Artifacts: the parity gate, and what metadata.json says of a model."""

from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from platform import python_version
from typing import Any

import numpy as np
import onnxruntime
from numpy.typing import ArrayLike, NDArray

from .errors import ProjectError
from .files import commit, now, sha256, write, write_json

Graph = Callable[[dict[str, Any]], NDArray[np.float64]]
ARTIFACTS = Path("artifacts")


def parity(expected: ArrayLike, answers: ArrayLike, tolerance: float, unit: float = 1.0) -> float:
    """Return the largest difference between model and graph, in ``unit``s.

    Raises ``ProjectError`` above ``tolerance``: what is served must be what was evaluated. A
    number larger than ``unit`` is compared relative to itself, as float32 has seven digits.
    """
    expected, answers = np.asarray(expected, np.float64), np.asarray(answers, np.float64)
    differences = np.abs(expected - answers) / np.maximum(unit, np.abs(expected))
    largest = float(differences.max())
    if not largest <= tolerance:  # NaN as well
        raise ProjectError(
            f"The exported graph differs from the model by {largest:.2g}, and {tolerance:g} is "
            f"allowed (first in row {int(differences.argmax()) // (expected[0].size)}).",
            "Use estimators that skl2onnx converts exactly: those in src/*/model.py are.",
        )
    return largest


def open_graph(graph: bytes, output: str) -> Graph:
    """Return the function from a graph's inputs to its output: [rows, n], or [rows] where n is 1."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(graph, options, providers=["CPUExecutionProvider"])

    def run(inputs: dict[str, Any]) -> NDArray[np.float64]:
        values = np.asarray(session.run([output], inputs)[0], dtype=np.float64)
        return values[:, 0] if values.shape[1:] == (1,) else values

    return run


def save(graph: bytes, facts: dict[str, Any], folder: Path = ARTIFACTS) -> dict[str, Any]:
    """Write model.onnx and metadata.json, and return the metadata: ``facts`` and the model's own.

    ``facts["model"]`` names estimator, description, settings and threshold.
    """
    write(folder / "model.onnx", graph)
    digits = sha256(folder / "model.onnx")
    model = facts["model"] | {
        "id": digits[:12],
        "file": "model.onnx",
        "sha256": digits,
        "created": now(),
        "commit": commit(),
    }
    metadata = facts | {"schema": 2, "model": model}
    write_json(folder / "metadata.json", metadata)
    return metadata


def versions(*packages: str) -> dict[str, str]:
    """Return the versions of Python and of some packages."""
    return {"python": python_version(), **{name: version(name) for name in packages}}
