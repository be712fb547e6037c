"""The validation rows, as the gates and the drift reference need them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pandas as pd

from .data import encode, schema, split
from .export import candidate, open_graph
from .gates import Held, Scored, median_ms
from .measure import statistics, with_anomalies
from .settings import Config, load

BATCH = 1000


def read() -> Held:
    """Read the validation split of config.toml; the test split is not read."""
    config, described = load(), schema.load()
    rows = split.read(config, described, "validation")
    cluster = config.evaluation.cluster
    return Held(
        score=partial(score, rows=rows, config=config, described=described),
        seed=config.seed,
        groups=rows[cluster].to_numpy() if cluster else None,
        slices={name: rows[name].astype(str).to_numpy(str) for name in config.evaluation.slices},
    )


def score(folder: Path, rows: pd.DataFrame, config: Config, described: schema.Schema) -> Scored:
    """Ask a model for every row at once, and for one row a hundred times."""
    facts = json.loads((folder / "metadata.json").read_text(encoding="utf-8"))
    answer = open_graph((folder / "model.onnx").read_bytes(), facts["output"]["name"])
    inputs = encode.inputs_of(rows, facts["input"]["features"])
    target = encode.target_of(rows, config, described, facts["output"]["classes"])
    inputs, target = with_anomalies(config, inputs, target)
    one = {name: array[:1] for name, array in inputs.items()}
    predicted = answer(inputs)
    if predicted.shape[-1] == 1:
        predicted = predicted.reshape(-1)
    found = statistics(config, target, predicted)
    return Scored(found, len(target), median_ms(lambda: answer(one)))


def requests() -> Iterator[list[dict[str, Any]]]:
    """Yield the validation rows as the trained model's predictor takes them."""
    _, facts = candidate()
    names = [feature["name"] for feature in facts["input"]["features"]]
    rows = split.read(load(), schema.load(), "validation")[names]
    for start in range(0, len(rows), BATCH):
        part = rows.iloc[start : start + BATCH]
        known = part.astype(object).where(part.notna(), None)
        yield [dict(zip(names, row, strict=True)) for row in known.to_numpy()]
