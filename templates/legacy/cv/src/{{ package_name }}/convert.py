"""From a trained classifier to ONNX graphs: float32, and int8 by static quantisation."""

from __future__ import annotations

import logging
import tempfile
import warnings
from pathlib import Path

import numpy as np
import torch
from onnxruntime.quantization import (
    CalibrationDataReader,
    QuantFormat,
    QuantType,
    quant_pre_process,
    quantize_static,
)

from .model import Classifier
from .preprocess import Pixels

INPUT, OUTPUT = "images", "probabilities"


def to_onnx(model: Classifier, size: int, channels: int) -> bytes:
    """Return the graph from uint8 [n, size, size, channels] to probabilities [n, classes]."""
    example = torch.zeros(2, size, size, channels, dtype=torch.uint8)
    logging.getLogger("torch.onnx").setLevel(logging.ERROR)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the exporter's advice to its own developers
        program = torch.onnx.export(
            model.eval(),
            (example,),
            dynamo=True,
            input_names=[INPUT],
            output_names=[OUTPUT],
            dynamic_shapes=({0: torch.export.Dim("batch", min=1)},),
            opset_version=18,
            verbose=False,
        )
    assert program is not None
    content: bytes = program.model_proto.SerializeToString()
    return content


class Calibration(CalibrationDataReader):  # type: ignore[misc]
    """Gives training images to the quantiser, which learns the range of each value from them."""

    def __init__(self, pixels: Pixels) -> None:
        self._parts = iter(np.array_split(pixels, max(1, len(pixels) // 32)))

    def get_next(self) -> dict[str, Pixels] | None:
        """Return the next batch, or None after the last."""
        part = next(self._parts, None)
        return None if part is None else {INPUT: part}


def to_int8(graph: bytes, pixels: Pixels) -> bytes:
    """Return the graph with weights and activations in int8, calibrated on ``pixels``."""
    with tempfile.TemporaryDirectory() as folder:
        paths = [str(Path(folder) / name) for name in ("float.onnx", "prepared.onnx", "int8.onnx")]
        Path(paths[0]).write_bytes(graph)
        quant_pre_process(paths[0], paths[1], skip_symbolic_shape=True)
        quantize_static(
            paths[1],
            paths[2],
            Calibration(pixels),
            quant_format=QuantFormat.QDQ,
            activation_type=QuantType.QInt8,
            weight_type=QuantType.QInt8,
            per_channel=True,
        )
        return Path(paths[2]).read_bytes()
