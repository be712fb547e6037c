"""Open the promoted model: metadata.json and the ONNX graph that it describes."""

from __future__ import annotations

import hashlib
import json
import os
from pathlib import Path
from typing import Any

from ..errors import ProjectError

os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")  # before the import: it writes a device id

import onnxruntime as ort

SCHEMA = 1
HINT = "Make one with: make train promote"


def read_metadata(folder: Path) -> dict[str, Any]:
    """Return ``folder/metadata.json``; a `ProjectError` says what is missing or too new."""
    path = folder / "metadata.json"
    try:
        metadata: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise ProjectError(f"There is no promoted model in {folder.name}/.", HINT) from None
    except ValueError:
        raise ProjectError(f"{path.name} in {folder.name}/ is not valid JSON.", HINT) from None
    if metadata.get("schema") != SCHEMA:
        raise ProjectError(f"{path.name} has another schema than {SCHEMA}.", HINT)
    return metadata


def open_session(folder: Path, metadata: dict[str, Any]) -> ort.InferenceSession:
    """Open the graph with one thread, after checking that it is the one the metadata names.

    One thread: these models answer in well under a millisecond, and threads that wait for one
    another cost more than they save.
    """
    path = folder / metadata["model"]["file"]
    graph = path.read_bytes() if path.is_file() else b""
    if hashlib.sha256(graph).hexdigest() != metadata["model"]["sha256"]:
        raise ProjectError(f"{path.name} is not the model that metadata.json describes.", HINT)
    options = ort.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    return ort.InferenceSession(graph, options, providers=["CPUExecutionProvider"])
