"""From a fitted network to the ONNX graph that is served: resizing, network and softmax."""

import logging
import warnings
from typing import Any

import numpy as np
import onnxruntime
import onnxscript
import torch
from onnx import ModelProto, TensorProto, checker, compose
from torch import nn

from .export import answer
from .features import Pixels
from .metrics import Floats

INPUT, OUTPUT = "images", "probabilities"
scripting: Any = onnxscript  # whose own types know no arithmetic of tensors
op = scripting.opset18


def convert(network: nn.Module, size: int, channels: int) -> bytes:
    """Return the graph from uint8 [n, height, width, channels] to probabilities [n, classes]."""
    logging.getLogger("torch.onnx").setLevel(logging.ERROR)
    settings: Any = {"input_names": ["resized"], "output_names": [OUTPUT], "opset_version": 18}
    settings["dynamic_shapes"] = ({0: torch.export.Dim("batch", min=1)},)
    whole, example = nn.Sequential(network, nn.Softmax(1)), torch.zeros(2, channels, size, size)
    with warnings.catch_warnings(action="ignore"):  # the exporter's advice to its own developers
        program = torch.onnx.export(whole, (example,), dynamo=True, verbose=False, **settings)
    assert program is not None
    first = resizing(size, channels)
    rest: ModelProto = program.model_proto
    rest.ir_version = first.ir_version
    graph = compose.merge_models(first, rest, [(first.graph.output[0].name, "resized")])
    checker.check_model(graph)
    return bytes(graph.SerializeToString())


def resizing(size: int, channels: int) -> ModelProto:
    """Return the graph of features.to_size: with these settings it is within a grey level of it."""

    @scripting.script(default_opset=op)  # reads this function and writes its graph
    def resize(images):  # type: ignore[no-untyped-def]
        planes = op.Cast(op.Transpose(images, perm=[0, 3, 1, 2]), to=TensorProto.FLOAT)
        sides = op.Shape(planes, start=2, end=4)
        longer = op.ReduceMax(sides)
        sizes = op.Max((2 * size * sides + longer) / (2 * longer), 1)
        scaled_image = op.Resize(
            planes, None, None, sizes, axes=[2, 3], mode="linear", antialias=1, exclude_outside=1
        )
        before = (size - sizes) / 2
        pads = op.Concat(before, size - sizes - before, axis=0)
        return op.Pad(scaled_image, pads, None, op.Constant(value_ints=[2, 3]))

    images = scripting.UINT8["n", "height", "width", channels]
    image = scripting.FLOAT["n", channels, size, size]
    graph: ModelProto = resize.to_model_proto(input_types=[images], output_types=[image])
    return graph


def answer_all(session: onnxruntime.InferenceSession, pixels: Pixels) -> Floats:
    """Return the graph's probabilities [n, classes] of pictures [n, size, size, channels]."""
    parts = np.array_split(pixels, -(-len(pixels) // 500))
    return np.concatenate([answer(session, {INPUT: part}) for part in parts])
