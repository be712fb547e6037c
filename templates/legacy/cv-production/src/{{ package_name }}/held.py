"""The validation images, as the gates and the drift reference need them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import numpy as np

from .convert import INPUT
from .data import split
from .data.images import Images
from .export import open_graph
from .gates import Held, Scored, median_ms
from .measure import statistics
from .preprocess import Pixels
from .settings import Config, load

BATCH = 200


def read() -> Held:
    """Read the validation split of config.toml; the test split is not read."""
    config = load()
    (images,) = split.read(config, "validation")
    return Held(
        score=partial(score, images=images, config=config),
        seed=config.seed,
        groups=images.groups,
        slices={"class": np.asarray(images.classes)[images.labels]},
        on_slices="accuracy",  # of the images of one class: how many are recognised
    )


def score(folder: Path, images: Images, config: Config) -> Scored:
    """Ask a model for every image, and for one image a hundred times."""
    facts = json.loads((folder / "metadata.json").read_text(encoding="utf-8"))
    answer = open_graph((folder / "model.onnx").read_bytes(), facts["output"]["name"])
    parts = range(0, len(images), BATCH)
    predicted = np.concatenate([answer({INPUT: images.pixels[i : i + BATCH]}) for i in parts])
    classes, threshold = list(images.classes), facts["output"]["threshold"]
    found = statistics(config, images.labels, predicted, classes, threshold)
    return Scored(found, len(images), median_ms(lambda: answer({INPUT: images.pixels[:1]})))


def requests() -> Iterator[list[Pixels]]:
    """Yield the validation images as the service's predictor takes them."""
    (images,) = split.read(load(), "validation")
    for start in range(0, len(images), BATCH):
        yield list(images.pixels[start : start + BATCH])
