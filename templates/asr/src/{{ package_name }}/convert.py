"""From the trained network to one ONNX graph: raw audio in, log-probabilities out."""

import warnings

import numpy as np
import torch
from torch import nn

from .features import LONGEST, RATE, SHORTEST, Samples

OUTPUT = "log_probabilities"


def convert(recogniser: nn.Module) -> bytes:
    """Return the graph; inputs ``audio`` [batch, samples] and ``samples`` [batch], any of both.

    Outputs are ``log_probabilities`` [batch, steps, symbols] and ``steps`` [batch].
    """
    batch, count = torch.export.Dim("batch"), torch.export.Dim("count", min=int(SHORTEST * RATE))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the exporter's own deprecations
        program = torch.onnx.export(
            recogniser,
            (torch.randn(2, RATE), torch.tensor([RATE, RATE // 2])),
            input_names=["audio", "samples"],
            output_names=[OUTPUT, "steps"],
            dynamic_shapes={"audio": {0: batch, 1: count}, "lengths": {0: batch}},
            dynamo=True,
            verbose=False,
        )
    assert program is not None  # it is for dynamo=True
    return bytes(program.model_proto.SerializeToString())


def edge_clips(seed: int) -> dict[str, Samples]:
    """Return made clips that training never heard: silence, tones, the shortest, a long one."""
    rng = np.random.default_rng(seed)
    tone, click = np.sin(2 * np.pi * 440 * np.arange(RATE) / RATE), np.zeros(RATE)
    click[RATE // 2] = 1
    clips = {"silence": np.zeros(RATE), "click": click, "clipped tone": np.sign(tone)}
    clips |= {"constant": np.full(RATE, 0.5), "faint tone": 1e-4 * tone}
    for name, seconds in {"shortest": SHORTEST, "noise": 0.5, "longest": LONGEST}.items():
        clips[name] = rng.uniform(-0.1, 0.1, int(seconds * RATE))
    return {name: np.asarray(clip, dtype=np.float32) for name, clip in clips.items()}
