"""What a trained model must show before it is served: on validation rows, never on the test."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from math import isnan, nan
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
from numpy.typing import NDArray

from . import metrics
from .config import read_toml
from .metrics import HIGHER_IS_BETTER, Statistic

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
    """How a model answers the validation rows."""

    statistics: Mapping[str, Statistic]  # the primary metric first
    rows: int
    milliseconds: float  # for one row, the median


@dataclass(frozen=True)
class Held:
    """The validation split, as the type's held.py reads it."""

    score: Callable[[Path], Scored]  # takes a model's folder
    seed: int
    groups: NDArray[Any] | None = None  # rows that resemble one another, drawn together
    slices: Mapping[str, NDArray[Any]] = field(default_factory=dict)  # the slice of each row
    on_slices: str = ""  # the metric there, where the primary one makes no sense on a slice


def examine(held: Held, candidate: Path, served: Path) -> list[Gate]:
    """Compare two models' folders on the same validation rows and return every gate."""
    limits = read_toml(Limits, LIMITS) if LIMITS.is_file() else Limits()
    facts = [json.loads((of / "metadata.json").read_bytes()) for of in (candidate, served)]
    first, second = (one["output"] for one in facts)
    if any(first.get(key) != second.get(key) for key in ("classes", "words")):
        return [Gate(False, "the served model knows other classes: the two cannot be compared")]
    new, old = held.score(candidate), held.score(served)
    return [
        not_worse(new, old, held),
        *slices_hold(new, held, limits),
        not_slower(new, old, limits),
    ]


def median_ms(call: Callable[[], object], times: int = 100) -> float:
    """Return the median time of a call in milliseconds."""
    found = []
    for _ in range(times):
        start = time.perf_counter()
        call()
        found.append(1000 * (time.perf_counter() - start))
    return median(found)


def not_worse(new: Scored, old: Scored, held: Held) -> Gate:
    """Demand that the new model is not worse beyond the interval of the paired difference."""
    # np.resize repeats the values for rows that a task adds behind the split's own.
    groups = None if held.groups is None else np.resize(held.groups, new.rows)
    weights = metrics.resample(new.rows, RESAMPLES, held.seed, groups)
    name = next(iter(new.statistics))
    draws = [
        metrics.bootstrap({name: scored.statistics[name]}, weights)[name] for scored in (new, old)
    ]
    found = metrics.paired_difference("the served model", name, *draws)
    worse = found["high"] < 0 if name in HIGHER_IS_BETTER else found["low"] > 0
    return Gate(
        not worse,
        f"{name} {draws[0][0]:.4f} against {draws[1][0]:.4f} of the served model: difference "
        f"{found['value']:+.4f}, 95 % interval {found['low']:+.4f} to {found['high']:+.4f}",
    )


def slices_hold(new: Scored, held: Held, limits: Limits) -> Iterator[Gate]:
    """Demand that the metric passes the limit on every slice that is large enough."""
    name = held.on_slices or next(iter(new.statistics))
    sign = 1 if name in HIGHER_IS_BETTER else -1
    for column, values in held.slices.items() if not isnan(limits.slice_limit) else ():
        each = np.resize(values, new.rows)
        for group, count in zip(*np.unique(each, return_counts=True), strict=True):
            weights = (each == group)[None, :].astype(np.float32)
            drawn = metrics.bootstrap({name: new.statistics[name]}, weights)[name]
            value = float(drawn[0])
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
