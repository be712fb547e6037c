"""The validation part, as gates and the drift reference need it; the test part is not read."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from . import data, metrics
from .config import load_config
from .inference import Model
from .metrics import Indices
from .split import rows_of, split

Request = tuple[dict[str, Any]]  # what `Model.answer` takes
Part = pd.DataFrame


class Results(NamedTuple):
    """How a model answers these texts, which of them belong together, and each one's slices."""

    metrics: dict[str, metrics.Metric]
    clusters: Indices
    slices: dict[str, NDArray[Any]]


def read() -> Part:
    """Return the texts that config.toml makes the validation part."""
    config = load_config()
    frame, _ = data.load(config)
    return frame.iloc[split(frame, config)["validation"]]


def results(part: Part, folder: Path) -> Results:
    """Return how the model in ``folder`` answers: by the likeliest class, as training judges it."""
    model = Model(folder)
    classes = model.metadata["output"]["classes"]
    rows = rows_of(part, classes)
    scores = model.scores(rows.texts)
    labels = scores.argmax(axis=1)
    lengths = part.text.str.len().to_numpy()
    halves = np.where(lengths < np.median(lengths), "the shorter half", "the longer half")
    return Results(
        {
            "accuracy": metrics.mean(labels == rows.truth),
            "macro_f1": metrics.macro_f1(rows.truth, labels, len(classes)),
            "log_loss": metrics.mean(metrics.row_losses(rows.truth, scores)),
        },
        rows.clusters,
        {"class": part.label.to_numpy(str), "length": halves},
    )


def requests(part: Part, size: int) -> Iterator[Request]:
    """Yield requests of at most ``size`` texts each, as callers would send them."""
    for start in range(0, len(part), size):
        yield ({"texts": part.text.iloc[start : start + size].tolist()},)
