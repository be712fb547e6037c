"""How well one column alone predicts the target, from 0 (not at all) to 1 (wholly)."""

from __future__ import annotations

import numpy as np
import pandas as pd

BINS = 20


def power(column: pd.Series, target: pd.Series, task: str) -> float:
    """Return the strength of `column` for `target`, in [0, 1], by what separates best.

    Classes: 2 AUC - 1 (Gini), for the class that it separates best. Numbers: the share of the
    target's variance between groups of the column (eta squared), adjusted for their number. A
    missing value counts as a value of its own; many numbers are grouped by quantiles.
    """
    if task == "regression":
        return _eta_squared(_groups(column, BINS * 10), target.to_numpy(dtype=float))
    groups = _groups(column, BINS * 10)
    labels, classes = pd.factorize(target)
    # Of two classes one is enough: the other is separated just as well.
    looked_at = range(len(classes)) if len(classes) > 2 else range(1, len(classes))
    return max((_separation(groups, labels == label) for label in looked_at), default=0.0)


def _separation(groups: np.ndarray, hit: np.ndarray) -> float:
    """Return 2 AUC - 1 of the share of hits that a group has in the other half of the rows.

    Each half is scored by the other, so that a group seen once says nothing.
    """
    half = np.random.default_rng(0).permutation(len(hit)) % 2 == 0
    areas = []
    for rows, others in ((half, ~half), (~half, half)):
        if hit[rows].all() or not hit[rows].any():
            return 0.0
        size = groups.max() + 1
        counts = np.bincount(groups[others], minlength=size)
        hits = np.bincount(groups[others], hit[others], minlength=size)
        unseen = np.full(size, hit[others].mean())
        share = np.divide(hits, counts, out=unseen, where=counts > 0)
        areas.append(_area(share, groups[rows], hit[rows]))
    return max(0.0, 2 * float(np.mean(areas)) - 1)


def _area(share: np.ndarray, groups: np.ndarray, hit: np.ndarray) -> float:
    """Return the ROC AUC of rows scored by their group's share; rows of one share are tied."""
    _, rank = np.unique(share, return_inverse=True)
    hits = np.bincount(rank[groups], hit, minlength=len(share))
    misses = np.bincount(rank[groups], ~hit, minlength=len(share))
    below = np.cumsum(misses) - misses
    return float((hits * (below + misses / 2)).sum() / (hits.sum() * misses.sum()))


def _groups(column: pd.Series, bins: int) -> np.ndarray:
    """Return the number of each row's group: its value, or its quantile, or "missing"."""
    if pd.api.types.is_numeric_dtype(column) and column.nunique() > bins:
        column = pd.qcut(column, bins, labels=False, duplicates="drop")
    return np.asarray(pd.factorize(column, use_na_sentinel=False)[0])


def _eta_squared(groups: np.ndarray, target: np.ndarray) -> float:
    counts = np.bincount(groups)
    means = np.bincount(groups, target) / np.maximum(counts, 1)
    rows, used = len(target), len(counts)
    within = float(((target - means[groups]) ** 2).sum())
    total = float(((target - target.mean()) ** 2).sum())
    if total == 0 or rows <= used:
        return 0.0
    return max(0.0, 1 - (within / (rows - used)) / (total / (rows - 1)))
