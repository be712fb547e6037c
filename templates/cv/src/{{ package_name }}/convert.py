"""From a fitted network to the ONNX graph that is served: resizing, network and softmax."""

import logging
import warnings

import numpy as np
import onnxruntime
import torch
from onnx_ir.passes.common import ClearMetadataAndDocStringPass
from torch import Tensor, nn
from torch.nn import functional

from .export import answer
from .features import Pixels
from .metrics import Floats

INPUT, OUTPUT = "images", "probabilities"


class Resize(nn.Module):
    """The graph's first layer: what features.to_size does, within a grey level of it."""

    def __init__(self, size: int) -> None:
        super().__init__()
        self.size = size

    def forward(self, images: Tensor) -> Tensor:
        """Map uint8 [n, height, width, channels] to [n, channels, size, size], of 0 to 255."""
        planes, size = images.permute(0, 3, 1, 2).float(), self.size
        sides = planes.shape[2:]  # symbols, while the graph is written
        longer = torch.sym_max(*sides)
        height, width = (torch.sym_max((2 * size * n + longer) // (2 * longer), 1) for n in sides)
        image = functional.interpolate(planes, (height, width), mode="bilinear", antialias=True)
        left, top = (size - width) // 2, (size - height) // 2
        return functional.pad(image, (left, size - width - left, top, size - height - top))


def convert(network: nn.Module, size: int, channels: int) -> bytes:
    """Return the graph from uint8 [n, height, width, channels] to probabilities [n, classes]."""
    logging.getLogger("torch.onnx").setLevel(logging.ERROR)
    with warnings.catch_warnings(action="ignore"):  # the exporter's advice to its own developers
        program = torch.onnx.export(
            nn.Sequential(Resize(size), network, nn.Softmax(1)).eval(),
            (torch.zeros(2, size + 1, size + 2, channels, dtype=torch.uint8),),
            input_names=[INPUT],
            output_names=[OUTPUT],
            opset_version=18,
            dynamic_shapes=(dict(enumerate(torch.export.dims("n", "height", "width", min=1))),),
            dynamo=True,
            verbose=False,
        )
    assert program is not None
    ClearMetadataAndDocStringPass()(program.model)  # they name folders of this machine
    return bytes(program.model_proto.SerializeToString())


def answer_all(session: onnxruntime.InferenceSession, pixels: Pixels) -> Floats:
    """Return the graph's probabilities [n, classes] of pictures [n, size, size, channels]."""
    parts = np.array_split(pixels, -(-len(pixels) // 500))
    return np.concatenate([answer(session, {INPUT: part}) for part in parts])
