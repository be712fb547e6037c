"""The validation texts, as the gates and the drift reference need them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import numpy as np

from .data import split
from .data.texts import Texts
from .export import open_graph
from .gates import Held, Scored, median_ms
from .measure import statistics
from .preprocess import Encoder
from .settings import load

BATCH = 100


def read() -> Held:
    """Read the validation split of config.toml; the test split is not read."""
    config = load()
    (texts,) = split.read(config, "validation")
    lengths = np.array([len(text) for text in texts.texts])
    return Held(
        score=partial(score, texts=texts),
        seed=config.seed,
        groups=np.asarray(texts.groups),
        slices={
            "label": np.asarray(texts.labels),
            "length": np.where(lengths < np.median(lengths), "the shorter half", "the longer half"),
        },
        on_slices="accuracy",  # of the texts of one label: how many are recognised
    )


def score(folder: Path, texts: Texts) -> Scored:
    """Ask a model for every text, and for one text a hundred times, from text to probabilities."""
    facts = json.loads((folder / "metadata.json").read_text(encoding="utf-8"))
    answer = open_graph((folder / "model.onnx").read_bytes(), facts["output"]["name"])
    tokenizer = folder / "tokenizer.json"
    text = tokenizer.read_text(encoding="utf-8") if tokenizer.is_file() else None
    encode = Encoder(facts["input"]["encoder"], text)
    place = {label: i for i, label in enumerate(facts["output"]["classes"])}
    target = np.array([place[label] for label in texts.labels])
    parts = (texts.texts[start : start + BATCH] for start in range(0, len(texts), BATCH))
    predicted = np.concatenate([answer(encode(part)) for part in parts])
    found = statistics(target, predicted)
    return Scored(found, len(texts), median_ms(lambda: answer(encode(texts.texts[:1]))))


def requests() -> Iterator[list[str]]:
    """Yield the validation texts as the service's predictor takes them."""
    (texts,) = split.read(load(), "validation")
    for start in range(0, len(texts), BATCH):
        yield texts.texts[start : start + BATCH]
