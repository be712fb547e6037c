"""The parity gate between the trained model and its ONNX graph, and metadata.json."""

from __future__ import annotations

import hashlib
import importlib.metadata
import json
import os
import platform
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from . import __version__
from .errors import ProjectError
from .files import new_folder, write, write_json

os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")  # before the import: it writes a device id

import onnxruntime as ort

ARTIFACTS = Path("artifacts")
CANDIDATE = ARTIFACTS / "model"  # what `promote` copies to model/

Inputs = Mapping[str, NDArray[Any]]


def open_graph(graph: bytes, output: str) -> Callable[[Inputs], NDArray[np.float64]]:
    """Return an ONNX graph as a function from its inputs to one of its outputs."""
    options = ort.SessionOptions()
    options.intra_op_num_threads = 1
    session = ort.InferenceSession(graph, options, providers=["CPUExecutionProvider"])
    return lambda inputs: np.asarray(session.run([output], dict(inputs))[0], dtype=np.float64)


def parity(
    expected: NDArray[Any], got: NDArray[Any], tolerance: float, relative: bool = False
) -> float:
    """Return the largest difference between the model's and the graph's answers.

    Above ``tolerance``, or where one of them is not finite, the export fails with
    ``ProjectError``. Values without a fixed scale are compared ``relative`` to max(1, |value|).
    """
    expected = np.asarray(expected, dtype=np.float64).reshape(len(expected), -1)
    scale = np.maximum(1.0, np.abs(expected)) if relative else 1.0
    difference = np.abs(expected - np.asarray(got).reshape(expected.shape)) / scale
    largest = float(np.max(difference))
    if not largest <= tolerance:  # also true for NaN
        row = int(np.argmax(np.nan_to_num(difference, nan=np.inf).max(axis=1)))
        raise ProjectError(
            f"The exported graph differs from the trained model by {largest:.3g} in row {row}; "
            f"at most {tolerance:g} is allowed.",
            "The model was not exported. Use only steps that convert exactly: see export.py.",
        )
    return largest


def metadata(
    *, project: str, kind: str, task: str, graph: bytes, name: str, packages: tuple[str, ...]
) -> dict[str, Any]:
    """Return the part of metadata.json that every type of project has; the type adds the rest."""
    digest = hashlib.sha256(graph).hexdigest()
    versions = {package: importlib.metadata.version(package) for package in packages}
    return {
        "schema": 1,
        "project": {
            "name": project,
            "package": __package__,
            "type": kind,
            "version": __version__,
        },
        "task": task,
        "model": {
            "id": digest[:12],
            "file": "model.onnx",
            "sha256": digest,
            "name": name,
            "created": datetime.now(UTC).isoformat(timespec="seconds"),
            "versions": {"python": platform.python_version(), **versions},
        },
    }


def save(
    graph: bytes,
    facts: Mapping[str, Any],
    served: Mapping[str, bytes] | None = None,
    kept: Mapping[str, bytes] | None = None,
) -> None:
    """Write artifacts/ anew, all of it or nothing.

    The graph, metadata.json and the files in ``served`` make up the candidate for promotion;
    ``kept`` is for `evaluate` alone.
    """
    with new_folder(ARTIFACTS) as folder:
        for name, content in {"model.onnx": graph, **(served or {})}.items():
            write(folder / CANDIDATE.name / name, content)
        write_json(folder / CANDIDATE.name / "metadata.json", facts)
        for name, content in (kept or {}).items():
            write(folder / name, content)


def candidate() -> tuple[bytes, dict[str, Any]]:
    """Return the trained graph and its metadata; raise ``ProjectError`` where there is none."""
    try:
        facts: dict[str, Any] = json.loads((CANDIDATE / "metadata.json").read_bytes())
        return (CANDIDATE / "model.onnx").read_bytes(), facts
    except FileNotFoundError:
        raise ProjectError("There is no trained model in artifacts/.", "make train") from None
