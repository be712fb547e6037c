"""A model folder around a graph that a test has made by hand, so that no test has to train."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from onnx import NodeProto, ValueInfoProto, helper, numpy_helper

DATA = {"name": "none", "source": "", "version": "", "sha256": "", "rows": 0, "sample": True}


def write_model(
    folder: Path,
    nodes: Sequence[NodeProto],
    inputs: Sequence[ValueInfoProto],
    output: ValueInfoProto,
    constants: dict[str, Any],
    facts: dict[str, Any],
) -> Path:
    """Write model.onnx and metadata.json into ``folder``; return it.

    ``facts`` is what metadata.json says of this type of project: "task", "input", "output", ...
    """
    folder.mkdir(parents=True, exist_ok=True)
    values = [numpy_helper.from_array(np.asarray(v), name) for name, v in constants.items()]
    graph = helper.make_graph(nodes, "small", inputs, [output], values)
    opset = helper.make_opsetid("", 18)
    content = helper.make_model(graph, opset_imports=[opset], ir_version=9).SerializeToString()
    onnx.checker.check_model(content)
    digest = hashlib.sha256(content).hexdigest()
    metadata = {
        "schema": 1,
        "project": {"name": "Test", "package": "test", "type": "test", "version": "0.1.0"},
        "model": {
            "id": digest[:12],
            "file": "model.onnx",
            "sha256": digest,
            "name": "by hand",
            "created": "2026-01-01T00:00:00+00:00",
            "versions": {},
        },
        "data": {**DATA, "licence": "CC0-1.0"},
        "metrics": {},
        "reference": {},
        **facts,
    }
    (folder / "model.onnx").write_bytes(content)
    (folder / "metadata.json").write_text(json.dumps(metadata), encoding="utf-8")
    return folder
