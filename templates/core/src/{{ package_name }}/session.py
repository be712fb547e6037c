"""A model folder: metadata.json, and the ONNX graph that it describes."""

import hashlib
import os
from pathlib import Path
from typing import Any

from .errors import ProjectError
from .files import read_json

os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")  # before the import: it writes a device id

import onnxruntime as ort

SCHEMA = 2
HINT = "Run: make train promote"


def read_metadata(folder: Path) -> dict[str, Any]:
    """Return ``folder/metadata.json``; ``ProjectError`` where it is missing, broken or too old."""
    if not (folder / "metadata.json").is_file():
        raise ProjectError(f"There is no model in {folder.name}/ yet.", HINT)
    metadata = read_json(folder / "metadata.json")
    if metadata.get("schema") != SCHEMA:
        raise ProjectError(
            f"The model in {folder.name}/ was trained by an older edition of this project.",
            "Train it anew: make train evaluate promote",
        )
    return metadata


def open_session(folder: Path, metadata: dict[str, Any]) -> ort.InferenceSession:
    """Return the graph, ready to run, after checking that it is the one of the metadata.

    One thread: a small model answers in well under a millisecond, and threads that wait for one
    another cost more than they save.
    """
    path = folder / metadata["model"]["file"]
    graph = path.read_bytes() if path.is_file() else b""
    if hashlib.sha256(graph).hexdigest() != metadata["model"]["sha256"]:
        raise ProjectError(f"{path.name} is not the model that metadata.json describes.", HINT)
    options = ort.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    return ort.InferenceSession(graph, options, providers=["CPUExecutionProvider"])
