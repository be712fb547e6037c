"""From a fitted candidate to the ONNX graph that is served: from a picture to probabilities."""

import logging
import warnings

import numpy as np
import onnxruntime
import torch
from onnx import ModelProto, checker, compose

from . import resize
from .export import answer
from .features import Pixels
from .metrics import Floats
from .model import Candidate

OUTPUT = "probabilities"


def convert(candidate: Candidate, size: int, channels: int) -> bytes:
    """Return the graph from uint8 [n, height, width, channels] to probabilities [n, classes]."""
    example = torch.zeros(2, channels, size, size)
    logging.getLogger("torch.onnx").setLevel(logging.ERROR)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the exporter's advice to its own developers
        program = torch.onnx.export(
            candidate,
            (example,),
            dynamo=True,
            input_names=["levels_in"],
            output_names=[OUTPUT],
            dynamic_shapes=({0: torch.export.Dim("batch", min=1)},),
            opset_version=resize.OPSET,
            verbose=False,
        )
    assert program is not None
    network: ModelProto = program.model_proto
    network.ir_version = resize.IR_VERSION
    first = resize.resize_graph(size, channels)
    joints = [(resize.OUTPUT, "levels_in")]
    graph = compose.merge_models(first, network, joints)
    checker.check_model(graph)
    return bytes(graph.SerializeToString())


def answer_all(session: onnxruntime.InferenceSession, pixels: Pixels) -> Floats:
    """Return the graph's probabilities [n, classes] of pictures [n, size, size, channels]."""
    parts = np.array_split(pixels, -(-len(pixels) // 500))
    return np.concatenate([answer(session, {resize.INPUT: part}) for part in parts])


def edge_images(pixels: Pixels, seed: int) -> list[Pixels]:
    """Return made pictures that training never saw: black, white, noise, and of other shapes."""
    rng, (size, _, channels) = np.random.default_rng(seed), pixels.shape[1:]
    shapes = [(size, size), (2 * size, size), (size // 2, 3 * size), (1, 5), (7 * size + 3, 40)]
    noise = [rng.integers(0, 256, (*shape, channels), dtype=np.uint8) for shape in shapes]
    return [np.zeros_like(pixels[0]), np.full_like(pixels[0], 255), 255 - pixels[0], *noise]
