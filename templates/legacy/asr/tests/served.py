"""A small model to serve: made by hand, so that the service's tests need no training.

It hears one word, "a", for as long as the audio is loud.
"""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import numpy as np
import soundfile
from onnx import TensorProto, helper
from small_model import write_model

RATE = 16_000


def audio(seconds: float = 1.0, rate: int = RATE, channels: int = 1, **options: Any) -> bytes:
    """Return a file with a loud tone between two quiet parts of the same length."""
    time = np.arange(int(seconds * rate)) / rate
    loud = (time > seconds / 3) & (time < seconds * 2 / 3)
    wave = np.where(loud, 0.5, 0.005) * np.sin(2 * np.pi * 440 * time)
    buffer = io.BytesIO()
    options = {"format": "WAV", "subtype": "PCM_16", **options}
    soundfile.write(buffer, np.repeat(wave[:, None], channels, axis=1), rate, **options)
    return buffer.getvalue()


# What every type of project gives the tests that all of them share: a request that is answered.
VALID: dict[str, Any] = {"content": audio(), "headers": {"Content-Type": "audio/wav"}}


FACTS = {
    "task": "transcription",
    "input": {"rate": RATE, "shortest": 0.1, "longest": 60.0, "formats": ["WAV"]},
    "output": {
        "name": "log_probabilities",
        "symbols": ["", " ", "a"],
        "words": ["a"],
        "fillers": [],
        "seconds_per_step": 0.02,
        "penalty": 0.0,
        "threshold": 0.1,
    },
    "example": {"text": "a", "file": "served_example.wav"},
}


def make_model(folder: Path, factor: float = 200.0) -> Path:
    """Write a model that hears loudness into ``folder``; return it.

    ``factor`` is how much more likely "a" is for a step of full loudness; NaN makes a model whose
    every answer is NaN.
    """
    nodes = [
        helper.make_node("Unsqueeze", ["audio", "one"], ["wave"]),
        helper.make_node("Mul", ["wave", "wave"], ["power"]),
        helper.make_node(
            "AveragePool", ["power"], ["level"], kernel_shape=[320], strides=[320], ceil_mode=1
        ),
        helper.make_node("Mul", ["level", "weights"], ["weighted"]),
        helper.make_node("Add", ["weighted", "bias"], ["logits"]),
        helper.make_node("Transpose", ["logits"], ["steps_first"], perm=[0, 2, 1]),
        helper.make_node("LogSoftmax", ["steps_first"], ["log_probabilities"], axis=2),
    ]
    constants = {
        "weights": np.array([0, 0, factor], dtype=np.float32).reshape(1, 3, 1),
        "bias": np.array([0, -5, -5], dtype=np.float32).reshape(1, 3, 1),
        "one": np.array([1]),
    }
    inputs = [
        helper.make_tensor_value_info("audio", TensorProto.FLOAT, ["batch", "count"]),
        helper.make_tensor_value_info("samples", TensorProto.INT64, ["batch"]),
    ]
    output = helper.make_tensor_value_info("log_probabilities", TensorProto.FLOAT, [None, None, 3])
    write_model(folder, nodes, inputs, output, constants, FACTS)
    (folder / "served_example.wav").write_bytes(audio())
    return folder
