"""What a trained model must show before it is served: on validation rows, never on the test."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from dataclasses import dataclass
from math import isnan, nan
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from . import metrics
from .config import read_toml
from .data import encode, schema, split
from .export import open_graph
from .measure import statistics, with_anomalies
from .metrics import HIGHER_IS_BETTER
from .settings import Config, load

LIMITS = Path("gates.toml")
RESAMPLES = 500


@dataclass(frozen=True)
class Limits:
    """gates.toml, whose comments say what each value does."""

    slice_limit: float = nan
    slice_rows: int = 100
    slower: float = 3.0


@dataclass(frozen=True)
class Gate:
    """One demand, whether it is met, and the figures that show it."""

    passed: bool
    sentence: str


@dataclass(frozen=True)
class Scored:
    """A model's answers to the validation rows."""

    target: NDArray[Any]
    predicted: NDArray[Any]
    milliseconds: float  # for one row, the median


def examine(candidate: Path, served: Path) -> list[Gate]:
    """Compare two models' folders on the same validation rows and return every gate."""
    config = load()
    limits = read_toml(Limits, LIMITS) if LIMITS.is_file() else Limits()
    described = schema.load()
    rows = split.read(config, described, "validation")
    new, old = (score(folder, rows, config, described) for folder in (candidate, served))
    return [
        not_worse(new, old, rows, config),
        *slices_hold(new, rows, config, limits),
        not_slower(new, old, limits),
    ]


def score(folder: Path, rows: pd.DataFrame, config: Config, described: schema.Schema) -> Scored:
    """Ask a model for every row at once, and for one row a hundred times."""
    facts = json.loads((folder / "metadata.json").read_text(encoding="utf-8"))
    answer = open_graph((folder / "model.onnx").read_bytes(), facts["output"]["name"])
    inputs = encode.inputs_of(rows, facts["input"]["features"])
    target = encode.target_of(rows, config, described, facts["output"]["classes"])
    inputs, target = with_anomalies(config, inputs, target)
    one = {name: array[:1] for name, array in inputs.items()}
    times = []
    for _ in range(100):
        start = time.perf_counter()
        answer(one)
        times.append(1000 * (time.perf_counter() - start))
    predicted = answer(inputs)
    if predicted.shape[-1] == 1:
        predicted = predicted.reshape(-1)
    return Scored(target, predicted, median(times))


def not_worse(new: Scored, old: Scored, rows: pd.DataFrame, config: Config) -> Gate:
    """Demand that the new model is not worse beyond the interval of the paired difference."""
    cluster = config.evaluation.cluster
    groups = np.resize(rows[cluster].to_numpy(), len(new.target)) if cluster else None
    weights = metrics.resample(len(new.target), RESAMPLES, config.seed, groups)
    draws = []
    for scored in (new, old):
        name, statistic = _primary(scored, config)
        draws.append(metrics.bootstrap({name: statistic}, weights)[name])
    found = metrics.paired_difference("the served model", name, *draws)
    worse = found["high"] < 0 if name in HIGHER_IS_BETTER else found["low"] > 0
    return Gate(
        not worse,
        f"{name} {draws[0][0]:.4f} against {draws[1][0]:.4f} of the served model: difference "
        f"{found['value']:+.4f}, 95 % interval {found['low']:+.4f} to {found['high']:+.4f}",
    )


def slices_hold(new: Scored, rows: pd.DataFrame, config: Config, limits: Limits) -> Iterator[Gate]:
    """Demand that the primary metric passes the limit on every slice that is large enough."""
    name, statistic = _primary(new, config)
    sign = 1 if name in HIGHER_IS_BETTER else -1
    for column in config.evaluation.slices if not isnan(limits.slice_limit) else ():
        values = np.resize(rows[column].astype(str).to_numpy(), len(new.target))
        for group, count in pd.Series(values).value_counts().items():
            weights = (values == group)[None, :].astype(np.float32)
            value = float(metrics.bootstrap({name: statistic}, weights)[name][0])
            if count >= limits.slice_rows and not isnan(value):
                yield Gate(
                    sign * value >= sign * limits.slice_limit,
                    f"{name} {value:.3f} on {column} = {group} ({count} rows), "
                    f"limit {limits.slice_limit:g}",
                )


def not_slower(new: Scored, old: Scored, limits: Limits) -> Gate:
    """Demand that one row does not take much longer than with the served model."""
    return Gate(
        new.milliseconds <= limits.slower * old.milliseconds,
        f"{new.milliseconds:.3f} ms for one row against {old.milliseconds:.3f} ms, "
        f"at most {limits.slower:g} times as long",
    )


def _primary(scored: Scored, config: Config) -> tuple[str, metrics.Statistic]:
    return next(iter(statistics(config, scored.target, scored.predicted).items()))
