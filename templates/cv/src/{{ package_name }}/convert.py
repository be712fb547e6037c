"""From a fitted candidate to the ONNX graph that is served: resizing, network and softmax."""

import logging
import warnings
from typing import Any

import numpy as np
import onnxruntime
import torch
from onnx import ModelProto, TensorProto, checker, compose, helper

from .export import answer
from .features import Pixels
from .metrics import Floats
from .model import Candidate

INPUT, OUTPUT = "images", "probabilities"
OPSET, IR_VERSION = 18, 10


def convert(candidate: Candidate, size: int, channels: int) -> bytes:
    """Return the graph from uint8 [n, height, width, channels] to probabilities [n, classes]."""
    logging.getLogger("torch.onnx").setLevel(logging.ERROR)
    settings: Any = {"input_names": ["pictures"], "output_names": [OUTPUT], "opset_version": OPSET}
    settings["dynamic_shapes"] = ({0: torch.export.Dim("batch", min=1)},)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the exporter's advice to its own developers
        example = torch.zeros(2, channels, size, size)
        program = torch.onnx.export(candidate, (example,), dynamo=True, verbose=False, **settings)
    assert program is not None
    network: ModelProto = program.model_proto
    network.ir_version = IR_VERSION
    graph = compose.merge_models(resizing(size, channels), network, [("resized", "pictures")])
    checker.check_model(graph)
    return bytes(graph.SerializeToString())


def resizing(size: int, channels: int) -> ModelProto:
    """Return the graph of features.to_size: with these settings it is within a grey level of it."""
    how: Any = {"mode": "linear", "antialias": 1, "exclude_outside": 1, "axes": [2, 3]}
    nodes = [
        helper.make_node("Transpose", [INPUT], ["planes"], perm=[0, 3, 1, 2]),
        helper.make_node("Cast", ["planes"], ["levels"], to=TensorProto.FLOAT),
        helper.make_node("Shape", ["levels"], ["sides"], start=2, end=4),
        helper.make_node("ReduceMax", ["sides"], ["longer"]),
        helper.make_node("Mul", ["sides", "twice"], ["products"]),
        helper.make_node("Add", ["products", "longer"], ["above"]),
        helper.make_node("Mul", ["longer", "two"], ["below"]),
        helper.make_node("Div", ["above", "below"], ["quotients"]),
        helper.make_node("Max", ["quotients", "one"], ["sizes"]),
        helper.make_node("Resize", ["levels", "", "", "sizes"], ["fitted"], **how),
        helper.make_node("Sub", ["size", "sizes"], ["gaps"]),
        helper.make_node("Div", ["gaps", "two"], ["before"]),
        helper.make_node("Sub", ["gaps", "before"], ["after"]),
        helper.make_node("Concat", ["before", "after"], ["pads"], axis=0),
        helper.make_node("Pad", ["fitted", "pads", "", "axes"], ["resized"]),
    ]
    numbers = {"size": [size], "twice": [2 * size], "one": [1], "two": [2], "axes": [2, 3]}
    constants = [helper.make_tensor(n, TensorProto.INT64, [len(v)], v) for n, v in numbers.items()]
    shape: Any = ["n", channels, size, size]
    resized = helper.make_tensor_value_info("resized", TensorProto.FLOAT, shape)
    shape = ["n", "height", "width", channels]
    images = helper.make_tensor_value_info(INPUT, TensorProto.UINT8, shape)
    graph = helper.make_graph(nodes, "resizing", [images], [resized], constants)
    opsets = [helper.make_opsetid("", OPSET)]
    return helper.make_model(graph, opset_imports=opsets, ir_version=IR_VERSION)


def answer_all(session: onnxruntime.InferenceSession, pixels: Pixels) -> Floats:
    """Return the graph's probabilities [n, classes] of pictures [n, size, size, channels]."""
    parts = np.array_split(pixels, -(-len(pixels) // 500))
    return np.concatenate([answer(session, {INPUT: part}) for part in parts])
