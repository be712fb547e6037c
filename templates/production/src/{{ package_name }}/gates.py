"""What a trained model must show before it is served: on validation rows, never on test rows."""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Annotated

import numpy as np
from pydantic import Field

from . import metrics, observation, validation
from .config import Section
from .export import open_model
from .files import read_toml
from .inference import Model
from .metrics import Metric
from .validation import Results

LIMITS = Path("gates.toml")
REPLICATES = 1000
REPEATS = 100  # of a request whose time is taken


class Limits(Section):
    """gates.toml, whose comments say what each value does."""

    margin: Annotated[float, Field(ge=0)] | None = None
    slice_metric: str = ""
    slice_limit: float = 0.0
    slice_rows: int = 100
    slower: float = 3.0


@dataclass(frozen=True)
class Gate:
    """One demand, whether it is met, and the figures that show it."""

    passes: bool
    sentence: str


def examine(candidate: Path, incumbent: Path) -> list[Gate]:
    """Return every gate between the model in ``candidate`` and the one in ``served``."""
    limits = read_toml(Limits, LIMITS, "") if LIMITS.is_file() else Limits()
    ours, theirs = (open_model(folder)[0] for folder in (candidate, incumbent))
    if observation.vocabulary(ours) != observation.vocabulary(theirs):
        sentence = "The served model knows other classes: the two cannot be compared."
        return [Gate(False, sentence)]
    part = validation.read()
    new, old = validation.results(part, candidate), validation.results(part, incumbent)
    name = ours["primary"]
    margin = ours["margin"] if limits.margin is None else limits.margin
    gate = not_worse(name, new.metrics[name], old.metrics[name], new, margin)
    if any(ours["lineage"][key] != theirs["lineage"][key] for key in ("data", "rows")):
        # It may have been fitted on rows that today belong to the validation part.
        sentence = f"{gate.sentence} The served model was trained on other rows, perhaps on these."
        gate = Gate(gate.passes, sentence)
    request = next(iter(validation.requests(part, 1)))
    times = [milliseconds(Model(folder), request) for folder in (candidate, incumbent)]
    return [gate, *slices_suffice(new, limits), not_slower(times[0], times[1], limits)]


def not_worse(name: str, ours: Metric, theirs: Metric, results: Results, margin: float) -> Gate:
    """Demand non-inferiority: the bad end of the paired interval lies inside the margin.

    An interval that is merely wide shows nothing, and does not pass (Piaggio et al., "Reporting of
    noninferiority and equivalence randomized trials", JAMA 2012).
    """
    pair = {"new": ours, "served": theirs}
    draws = metrics.bootstrap(pair, results.clusters, REPLICATES, seed=0)
    facts = metrics.compare("the served model", name, draws["new"], draws["served"], margin)
    sentence = f"{name}: {draws['new'][0]:.4g} against {draws['served'][0]:.4g} of the served model"
    if facts["value"] is None:
        return Gate(False, f"{sentence}: 0/0, which shows nothing.")
    loss = facts["high"] if name in metrics.LOWER_IS_BETTER else -facts["low"]
    sentence += f"; difference {metrics.in_words(facts)}, at worst {loss:.3g}"
    sentence += f" worse, where {margin:.3g} is allowed."
    if len(np.unique(results.clusters)) < metrics.FEWEST:
        sentence += " Of so few clusters an interval cannot be trusted."
    return Gate(bool(loss <= margin), sentence)


def slices_suffice(results: Results, limits: Limits) -> Iterator[Gate]:
    """Demand that a metric passes the limit on every slice that is large enough."""
    name = limits.slice_metric
    sign = -1 if name in metrics.LOWER_IS_BETTER else 1
    for column, values in results.slices.items() if name else ():
        for group, count in zip(*np.unique(values, return_counts=True), strict=True):
            if count < limits.slice_rows:
                continue
            with np.errstate(divide="ignore", invalid="ignore"):
                value = results.metrics[name]((values == group).astype(np.float64))
            if np.isnan(value):
                continue  # a slice of one class has no ranking, for example
            sentence = f"{name} {value:.3g} where {column} is {group} ({count} rows)"
            passes = sign * value >= sign * limits.slice_limit
            yield Gate(bool(passes), f"{sentence}, limit {limits.slice_limit:g}.")


def not_slower(new: float, incumbent: float, limits: Limits) -> Gate:
    """Demand that a request of one row does not take much longer than with the served model."""
    sentence = f"{new:.3f} ms for one request against {incumbent:.3f} ms"
    passes = new <= limits.slower * incumbent
    return Gate(passes, f"{sentence}, at most {limits.slower:g} times as long.")


def milliseconds(model: Model, request: validation.Request) -> float:
    """Return the median time of an answer."""
    times = []
    for _ in range(REPEATS):
        start = time.perf_counter()
        model.answer(*request)
        times.append(1000 * (time.perf_counter() - start))
    return median(times)
