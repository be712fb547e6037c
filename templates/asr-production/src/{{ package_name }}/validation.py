"""The validation part, as gates and the drift reference need it; the test part is not read."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from . import data, export, metrics
from .config import load_config
from .data import Clip
from .decode import Decoder
from .features import write_wav
from .text import count_errors, error_rate
from .train import scores_of

Request = tuple[bytes, str]  # what `Model.answer` takes
Part = list[Clip]


class Results(NamedTuple):
    """How a model answers these clips, which of them belong together, and each one's slices."""

    metrics: dict[str, metrics.Metric]
    clusters: NDArray[np.int64]
    slices: dict[str, NDArray[Any]]


def read() -> Part:
    """Return the clips that config.toml makes the validation part."""
    parts, _ = data.load(load_config())
    return data.read(parts["validation"])


def results(part: Part, folder: Path) -> Results:
    """Return how the model in ``folder`` answers, decoded as its own metadata say."""
    metadata, _ = export.open_model(folder)
    decoder, method = Decoder(metadata["output"]), metadata["output"]["decoder"]
    scores = scores_of((folder / "model.onnx").read_bytes(), [clip.samples for clip in part])
    answers = [decoder.text(one, method) for one in scores]
    references = [decoder.without_fillers(clip.text) for clip in part]
    rates = {unit: error_rate(count_errors(references, answers, unit)) for unit in ("wer", "cer")}
    lengths = np.array([len(clip.samples) for clip in part])
    halves = np.where(lengths < np.median(lengths), "the shorter half", "the longer half")
    speakers = np.array([clip.speaker for clip in part])
    groups, _, _ = data.clusters(part)
    return Results(rates, groups, {"speaker": speakers, "length": halves})


def requests(part: Part, size: int) -> Iterator[Request]:
    """Yield a request for each clip, as callers would send it; ``size`` is for other types."""
    del size
    for clip in part:
        yield write_wav(clip.samples), "audio/wav"
