"""The graph that brings pictures to the model's size: in training, service and page the same one."""

import numpy as np
import onnxruntime
from numpy.typing import NDArray
from onnx import ModelProto, TensorProto, helper, numpy_helper

from .features import Pixels

OPSET, IR_VERSION = 18, 10
INPUT, OUTPUT = "images", "pictures"


def resize_graph(size: int, channels: int) -> ModelProto:
    """Return the graph from uint8 [n, height, width, channels] to [n, channels, size, size].

    The longer side becomes ``size``, and black is put beside the shorter one, so that nothing is
    stretched. With antialias and exclude_outside it is within a grey level of Pillow's BILINEAR.
    """
    both = numpy_helper.from_array(np.array([size, size], np.int64), "both")
    axes = numpy_helper.from_array(np.array([2, 3], np.int64), "axes")
    two = numpy_helper.from_array(np.array(2, np.int64), "two")
    black = numpy_helper.from_array(np.array(0, np.float32), "black")
    how = {"mode": "linear", "antialias": 1, "exclude_outside": 1, "axes": [2, 3]}
    nodes = [
        helper.make_node("Transpose", [INPUT], ["planes"], perm=[0, 3, 1, 2]),
        helper.make_node("Cast", ["planes"], ["levels"], to=TensorProto.FLOAT),
        helper.make_node(
            *("Resize", ["levels", "", "", "both"], ["resized"]),
            **how,
            keep_aspect_ratio_policy="not_larger",
        ),
        helper.make_node("Shape", ["resized"], ["sides"], start=2, end=4),
        helper.make_node("Sub", ["both", "sides"], ["gaps"]),
        helper.make_node("Div", ["gaps", "two"], ["before"]),
        helper.make_node("Sub", ["gaps", "before"], ["after"]),
        helper.make_node("Concat", ["before", "after"], ["pads"], axis=0),
        helper.make_node("Pad", ["resized", "pads", "black", "axes"], [OUTPUT]),
    ]
    images = helper.make_tensor_value_info(INPUT, TensorProto.UINT8, ["n", "h", "w", channels])
    shape = ["n", channels, size, size]
    pictures = helper.make_tensor_value_info(OUTPUT, TensorProto.FLOAT, shape)
    constants = [both, axes, two, black]
    graph = helper.make_graph(nodes, "resize", [images], [pictures], constants)
    opsets = [helper.make_opsetid("", OPSET)]
    return helper.make_model(graph, opset_imports=opsets, ir_version=IR_VERSION)


def resizer(size: int, channels: int) -> onnxruntime.InferenceSession:
    """Return the graph, ready to run."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    content = resize_graph(size, channels).SerializeToString()
    return onnxruntime.InferenceSession(content, options, providers=["CPUExecutionProvider"])


def resize(session: onnxruntime.InferenceSession, pixels: Pixels) -> Pixels:
    """Return a picture [height, width, channels] as uint8 [size, size, channels]."""
    (values,) = session.run(None, {INPUT: pixels[None]})
    levels: NDArray[np.float32] = values[0].transpose(1, 2, 0)
    return np.asarray(levels.round().clip(0, 255).astype(np.uint8))
