"""A model's folder: metadata.json, and the ONNX graph, held against the model it came from."""

import os
from importlib.metadata import version
from pathlib import Path
from platform import python_version
from typing import Any

import numpy as np
from numpy.typing import NDArray

from . import git
from .errors import ProjectError
from .files import now, read_json, sha256, write, write_json

os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")  # before the import: it writes a device id

import onnxruntime as ort

Floats = NDArray[np.float64]
ARTIFACTS = Path("artifacts")
# What reports/metrics.json shares with metadata.json; `evaluate` adds the rest.
COMMON = ("project", "task", "primary", "model", "dataset", "chosen_by", "margin", "exclusions")


def open_model(folder: Path) -> tuple[dict[str, Any], ort.InferenceSession]:
    """Return the metadata of the model in ``folder``, and its graph, ready to run."""
    path, graph = folder / "metadata.json", folder / "model.onnx"
    if not path.is_file() or not graph.is_file():
        raise ProjectError(f"There is no model in {folder.name}/ yet.", "Run: make train promote")
    metadata = read_json(path)
    if metadata["schema"] != 2 or metadata["model"]["sha256"] != sha256(graph):
        message = f"The model in {folder.name}/ is of an older edition, or not what metadata.json "
        raise ProjectError(message + "describes.", "Train it anew: make train evaluate promote")
    options = ort.SessionOptions()
    # A small model answers in less time than threads need to wait for one another.
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    return metadata, ort.InferenceSession(graph, options, providers=["CPUExecutionProvider"])


def answer(session: ort.InferenceSession, inputs: dict[str, Any]) -> Floats:
    """Return what the graph answers: [rows, n], or [rows] where n is 1."""
    values = np.asarray(session.run(None, inputs)[0], dtype=np.float64)
    return values[:, 0] if values.shape[1:] == (1,) else values


def parity(expected: Floats, answers: Floats, limit: float, exact: str, unit: float = 1) -> float:
    """Return the largest difference of model and graph, in units of ``unit`` or of a larger value.

    Raises ``ProjectError`` above ``limit``: what is served must be what was evaluated. It names
    what is ``exact``.
    """
    largest = float((np.abs(expected - answers) / np.maximum(unit, np.abs(expected))).max())
    if not largest <= limit:  # NaN as well
        message = f"The exported graph is {largest:.2g} off the model; {limit:g} is allowed."
        raise ProjectError(message, f"Use what converts exactly: {exact}.")
    return largest


def save(graph: bytes, facts: dict[str, Any], packages: list[str]) -> dict[str, Any]:
    """Write model.onnx and metadata.json: ``facts``, and what identifies the model's file."""
    write(ARTIFACTS / "model.onnx", graph)
    digits = sha256(ARTIFACTS / "model.onnx")
    versions = {"python": python_version(), **{name: version(name) for name in packages}}
    file = {"id": digits[:12], "file": "model.onnx", "sha256": digits, "versions": versions}
    model = facts["model"] | file | {"created": now(), "commit": git.commit()}
    metadata = {"schema": 2, **facts, "model": model}
    write_json(ARTIFACTS / "metadata.json", metadata)
    report = {key: metadata[key] for key in ("schema", *COMMON, "lineage")}
    report |= {"evaluated": False, "result": "Not yet evaluated: `make evaluate promote`."}
    write_json(ARTIFACTS / "metrics.json", report)
    return metadata
