"""From the trained network to one ONNX graph: raw audio in, log-probabilities out."""

from __future__ import annotations

import warnings

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from .augment import coloured_noise
from .model import RATE
from .preprocess import LONGEST, SHORTEST, Samples

OUTPUT = "log_probabilities"


def convert(recogniser: nn.Module) -> bytes:
    """Return the graph; inputs ``audio`` [batch, samples] and ``samples`` [batch], any of both.

    Outputs are ``log_probabilities`` [batch, steps, symbols] and ``steps`` [batch].
    """
    batch, count = torch.export.Dim("batch"), torch.export.Dim("count", min=int(SHORTEST * RATE))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the exporter's own deprecations
        program = torch.onnx.export(
            recogniser.cpu().eval(),
            (torch.randn(2, RATE), torch.tensor([RATE, RATE // 2])),
            input_names=["audio", "samples"],
            output_names=[OUTPUT, "steps"],
            dynamic_shapes={"audio": {0: batch, 1: count}, "lengths": {0: batch}},
            dynamo=True,
            verbose=False,
        )
    if program is None:
        raise RuntimeError("the exporter returned nothing")
    graph: bytes = program.model_proto.SerializeToString()
    return graph


def scores_of(recogniser: nn.Module, clip: Samples) -> NDArray[np.float32]:
    """Return the network's log-probabilities [steps, symbols] of one clip."""
    with torch.no_grad():
        scores, _ = recogniser(torch.from_numpy(clip)[None], torch.tensor([len(clip)]))
    array: NDArray[np.float32] = scores[0].numpy()
    return array


def edge_clips(seed: int) -> list[Samples]:
    """Return made clips that training never saw, for the parity gate.

    Digital silence, the shortest and the longest clip, noise, a click, a clipped tone, a constant.
    """
    rng = np.random.default_rng(seed)
    tone = np.sin(2 * np.pi * 440 * np.arange(RATE) / RATE).astype(np.float32)
    click = np.zeros(RATE, dtype=np.float32)
    click[RATE // 2] = 1
    clips = [np.zeros(RATE), click, np.sign(tone), np.full(RATE, 0.5), 1e-4 * tone]
    seconds = (SHORTEST, 0.5, LONGEST)
    clips += [0.1 * coloured_noise(int(s * RATE), 1.0, rng) for s in seconds]
    return [np.asarray(clip, dtype=np.float32) for clip in clips]
