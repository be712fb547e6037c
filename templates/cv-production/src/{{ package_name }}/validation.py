"""The validation part, as gates and the drift reference need it; the test part is not read."""

import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from . import convert, data, export, metrics
from .config import Config, load_config
from .data import Images
from .model import task_metrics
from .split import Indices, clusters, split

Request = tuple[bytes, str]  # what `Model.answer` takes


class Part(NamedTuple):
    """The pictures of the validation part."""

    images: Images
    config: Config


class Results(NamedTuple):
    """How a model answers these pictures, which belong together, and each one's slices."""

    metrics: dict[str, metrics.Metric]
    clusters: Indices
    slices: dict[str, NDArray[Any]]


def read() -> Part:
    """Return the pictures that config.toml makes the validation part."""
    config = load_config()
    images, _ = data.load(config)
    return Part(images.take(split(images, config)["validation"]), config)


def results(part: Part, folder: Path) -> Results:
    """Return how the graph in ``folder`` answers, decided as its own metadata say."""
    metadata, graph = export.open_model(folder)
    images, decision = part.images, part.config.decision
    scores = convert.answer_all(graph, images.pixels)
    functions = task_metrics(images.labels, scores, metadata["output"], decision)
    groups, _ = clusters(images, part.config)
    return Results(functions, groups, {"class": np.asarray(images.classes)[images.labels]})


def requests(part: Part, size: int) -> Iterator[Request]:
    """Yield a request for each picture, as callers would send it; ``size`` is for other types."""
    del size
    for pixels in part.images.pixels:
        buffer = io.BytesIO()
        Image.fromarray(pixels[:, :, 0] if pixels.shape[2] == 1 else pixels).save(buffer, "PNG")
        yield buffer.getvalue(), "image/png"
