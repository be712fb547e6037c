"""The promoted model of a generated project, for the servers that are not the project's own."""

import importlib
import json
import os
from pathlib import Path
from typing import Any

import onnxruntime as ort


class Model:
    """The graph with one thread, and the project's own way from rows to its inputs."""

    def __init__(self) -> None:
        folder = Path(os.environ["BENCHMARK_MODEL"])
        package = os.environ["BENCHMARK_PACKAGE"]
        self.to_inputs = importlib.import_module(f"{package}.preprocess").to_inputs
        metadata = json.loads((folder / "metadata.json").read_text("utf-8"))
        self.features = metadata["input"]["features"]
        self.output = metadata["output"]["name"]
        options = ort.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        self.session = ort.InferenceSession(folder / "model.onnx", options)

    def predict(self, rows: list[dict[str, Any]]) -> list[Any]:
        """Return the graph's answer for each row."""
        answer = self.session.run([self.output], self.to_inputs(rows, self.features))[0]
        result: list[Any] = answer.tolist()
        return result
