"""Metrics with bootstrap intervals, computed for all resamples at once.

A resample is a vector of weights: how often each row was drawn. A metric is a function of such
weights, so every metric, and every difference between two models, is one expression over the same
matrix [resamples, rows]. Its first row is all ones, and gives the metric itself.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]
Weights = NDArray[np.float32]
Statistic = Callable[[Weights], Floats]

HIGHER_IS_BETTER = frozenset(
    {"roc_auc", "average_precision", "accuracy", "macro_f1", "f1", "precision", "recall", "r2"}
)
CHUNK = 250  # resamples at a time, so that memory stays bounded


def resample(rows: int, resamples: int, seed: int, groups: ArrayLike | None = None) -> Weights:
    """Return bootstrap weights [1 + resamples, rows]; the first row is all ones.

    With ``groups`` [rows], whole groups are drawn, because rows of one group (a day, a patient, a
    speaker) resemble one another and intervals that ignore it are too narrow (Efron and
    Tibshirani, "An Introduction to the Bootstrap", 1993, chapter 8).
    """
    rng = np.random.default_rng(seed)
    names = np.arange(rows) if groups is None else np.asarray(groups)
    _, codes = np.unique(names, return_inverse=True)
    count = int(codes.max()) + 1
    drawn = rng.multinomial(count, np.full(count, 1 / count), size=resamples)
    return np.concatenate([np.ones((1, rows)), drawn[:, codes]]).astype(np.float32)


def bootstrap(statistics: Mapping[str, Statistic], weights: Weights) -> dict[str, Floats]:
    """Return each statistic for each row of ``weights``: [1 + resamples], the value first."""
    parts = range(0, len(weights), CHUNK)
    with np.errstate(divide="ignore", invalid="ignore"):
        return {
            name: np.concatenate([statistic(weights[i : i + CHUNK]) for i in parts])
            for name, statistic in statistics.items()
        }


def summary(name: str, draws: Floats) -> dict[str, Any]:
    """Return value and 95 % percentile interval as reports/metrics.json has them."""
    low, high = np.nanpercentile(draws[1:], [2.5, 97.5])
    return {
        "value": float(draws[0]),
        "low": float(low),
        "high": float(high),
        "higher_is_better": name in HIGHER_IS_BETTER,
    }


def paired_difference(against: str, metric: str, ours: Floats, theirs: Floats) -> dict[str, Any]:
    """Return ours minus theirs on the same resamples; significant if the interval excludes 0."""
    found = summary(metric, ours - theirs)
    significant = not found["low"] <= 0 <= found["high"]
    del found["higher_is_better"]
    return {"against": against, "metric": metric, **found, "significant": significant}


def mean(values: ArrayLike) -> Statistic:
    """Return the statistic that averages one number a row."""
    return ratio(values, np.ones(len(np.asarray(values))))


def ratio(above: ArrayLike, below: ArrayLike) -> Statistic:
    """Return the statistic sum(above) / sum(below): precision, recall, word error rate, ..."""
    parts = np.stack([np.asarray(above), np.asarray(below)], axis=1).astype(np.float32)

    def statistic(weights: Weights) -> Floats:
        sums = (weights @ parts).astype(np.float64)
        return np.asarray(sums[:, 0] / sums[:, 1])

    return statistic


def roc_auc(truth: ArrayLike, score: ArrayLike) -> Statistic:
    """Return the area under the ROC curve of 0/1 ``truth``; tied scores count half."""
    positive, order, starts = _ranked(truth, score)

    def statistic(weights: Weights) -> Floats:
        ones, zeros = _by_score(weights[:, order], positive, starts)
        below = np.cumsum(zeros, axis=1) - zeros
        pairs = ones.sum(axis=1) * zeros.sum(axis=1)
        return np.asarray((ones * (below + zeros / 2)).sum(axis=1) / pairs)

    return statistic


def average_precision(truth: ArrayLike, score: ArrayLike) -> Statistic:
    """Return the mean precision over the positives, from the highest score down."""
    positive, order, starts = _ranked(truth, -np.asarray(score))

    def statistic(weights: Weights) -> Floats:
        ones, zeros = _by_score(weights[:, order], positive, starts)
        found = np.cumsum(ones, axis=1)
        precision = found / np.maximum(found + np.cumsum(zeros, axis=1), 1e-12)
        return np.asarray((ones * precision).sum(axis=1) / ones.sum(axis=1))

    return statistic


def log_loss(truth: ArrayLike, probability: ArrayLike) -> Statistic:
    """Return the mean of -log p(true class); ``truth`` holds class indices."""
    true = np.asarray(truth)
    chosen = np.asarray(probability)[np.arange(len(true)), true]
    return mean(-np.log(np.clip(chosen, 1e-15, 1)))


def brier(truth: ArrayLike, probability: ArrayLike) -> Statistic:
    """Return the mean squared error of the probabilities: of p(1) for two classes, else summed."""
    wrong = np.asarray(probability) - np.eye(np.asarray(probability).shape[1])[np.asarray(truth)]
    return mean((wrong**2).sum(axis=1) / (2 if wrong.shape[1] == 2 else 1))


def macro_f1(truth: ArrayLike, predicted: ArrayLike, classes: int) -> Statistic:
    """Return the mean F1 over the classes that occur; both arrays hold class indices."""
    real, said = np.eye(classes)[np.asarray(truth)], np.eye(classes)[np.asarray(predicted)]
    parts = np.concatenate([real * said, real, said], axis=1).astype(np.float32)

    def statistic(weights: Weights) -> Floats:
        hits, reals, saids = np.split((weights @ parts).astype(np.float64), 3, axis=1)
        occurs = reals > 0
        f1 = np.where(occurs, 2 * hits / np.maximum(reals + saids, 1e-12), 0)
        return np.asarray(f1.sum(axis=1) / occurs.sum(axis=1))

    return statistic


def rmse(errors: ArrayLike) -> Statistic:
    """Return the root mean squared error."""
    squared = mean(np.square(errors))
    return lambda weights: np.sqrt(squared(weights))


def r2(truth: ArrayLike, errors: ArrayLike) -> Statistic:
    """Return the share of the variance that is explained."""
    # Centred first: the difference of two large sums would lose what float32 can hold.
    centred = np.asarray(truth, dtype=np.float64) - np.mean(np.asarray(truth))
    squared, first, second = mean(np.square(errors)), mean(centred), mean(centred**2)
    return lambda weights: 1 - squared(weights) / (second(weights) - first(weights) ** 2)


def _ranked(truth: ArrayLike, score: ArrayLike) -> tuple[Any, Any, Any]:
    """Return truth in order of score, that order, and where each distinct score starts."""
    order = np.argsort(score, kind="stable")
    ordered = np.asarray(score)[order]
    starts = np.flatnonzero(np.r_[True, ordered[1:] != ordered[:-1]])
    return np.asarray(truth)[order].astype(np.float32), order, starts


def _by_score(weights: Weights, positive: Weights, starts: NDArray[Any]) -> tuple[Floats, Floats]:
    """Return the weight of positives and of negatives at each distinct score."""
    wide = weights.astype(np.float64)
    ones = np.add.reduceat(wide * positive, starts, axis=1)
    return ones, np.add.reduceat(wide, starts, axis=1) - ones
