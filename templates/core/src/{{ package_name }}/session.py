"""A model folder: metadata.json, and the ONNX graph that it describes."""

import hashlib
import os
from pathlib import Path
from typing import Any

from .errors import ProjectError
from .files import read_json

os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")  # before the import: it writes a device id

import onnxruntime as ort


def open_model(folder: Path) -> tuple[dict[str, Any], ort.InferenceSession]:
    """Return the metadata of the model in ``folder``, and its graph, ready to run.

    One thread: a small model answers in well under a millisecond, and threads that wait for one
    another cost more than they save.
    """
    if not (folder / "metadata.json").is_file():
        raise ProjectError(f"There is no model in {folder.name}/ yet.", "Run: make train promote")
    metadata = read_json(folder / "metadata.json")
    if metadata.get("schema") != 2:
        message = f"The model in {folder.name}/ was trained by an older edition of this project."
        raise ProjectError(message, "Train it anew: make train evaluate promote")
    path, model = folder / metadata["model"]["file"], metadata["model"]
    graph = path.read_bytes() if path.is_file() else b""
    if hashlib.sha256(graph).hexdigest() != model["sha256"]:
        message = f"{path.name} is not the model that metadata.json describes."
        raise ProjectError(message, "Run: make train promote")
    options = ort.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    return metadata, ort.InferenceSession(graph, options, providers=["CPUExecutionProvider"])
