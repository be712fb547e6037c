"""The site of a trained project, and faults that the gate between page and service must see."""

from __future__ import annotations

import hashlib
import json
import shutil
from pathlib import Path

from tests.templates.projects import Project, Run

CHANGE_A_WEIGHT = """
import sys
import onnx
from onnx import numpy_helper
graph = onnx.load("model/model.onnx")
floats = [one for one in graph.graph.initializer if one.data_type == onnx.TensorProto.FLOAT]
largest = max(floats, key=lambda one: numpy_helper.to_array(one).size)
values = numpy_helper.to_array(largest) * float(sys.argv[1])
largest.CopyFrom(numpy_helper.from_array(values.astype("float32"), largest.name))
onnx.save(graph, "model/model.onnx")
"""


def build_site(project: Project) -> Project:
    """Build the site in a project, gate and all, and return the project."""
    assert "golden requests get the service's answer" in project.command("site").output
    return project


def clone_with_runtime(source: Project, folder: Path) -> Project:
    """Return a clone of a project in which the site was built, without fetching the runtime."""
    clone = source.clone(folder)
    shutil.copytree(
        source.root / "data/cache/onnxruntime-web", clone.root / "data/cache/onnxruntime-web"
    )
    return clone


def change_a_weight(project: Project, factor: float) -> None:
    """Multiply the largest array of weights, and bring metadata.json in line with the new graph."""
    project.run(project.python, "-c", CHANGE_A_WEIGHT, str(factor))
    file = project.root / "model/metadata.json"
    metadata = json.loads(file.read_text("utf-8"))
    graph = (project.root / "model/model.onnx").read_bytes()
    metadata["model"]["sha256"] = hashlib.sha256(graph).hexdigest()
    file.write_text(json.dumps(metadata), encoding="utf-8")


def assert_gate_is_red(project: Project) -> Run:
    """Build the site, which must be refused and leave no half of one."""
    process = project.command("site", check=False)
    assert process.status == 1, process.output
    assert "otherwise than the service" in process.output and "Traceback" not in process.output
    assert not (project.root / "site/build").exists()
    return process
