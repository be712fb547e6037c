"""Which columns go with the target: tests, effect sizes, and a correction for testing many.

- A number and classes, or a category and a number: one-way analysis of variance, eta squared.
- A category and classes: Pearson's chi-squared, Cramér's V (bias-corrected, Bergsma 2013).
- A number and a number: Pearson's correlation, its square.
- Every pair: mutual information of binned values in bits (Miller-Madow correction).

Benjamini and Hochberg (1995) adjust the p values of all tests together.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import stats

from .data.power import power
from .data.schema import Schema

BINS = 20


@dataclass(frozen=True)
class Association:
    """One column and the target; `p` is adjusted, `effect` in [0, 1], `power` as in data.power."""

    name: str
    test: str
    effect: float
    p: float
    bits: float
    power: float


def associations(frame: pd.DataFrame, schema: Schema, task: str) -> list[Association]:
    """Return what each feature has to do with the target, the strongest first."""
    target = frame[schema.target.name]
    rows = []
    for feature in schema.features:
        column = frame[feature.name]
        test, effect, p = compare(column, target, feature.kind == "category", task)
        bits = mutual_information(codes(column), codes(target))
        rows.append((feature.name, test, effect, p, bits, power(column, target, task)))
    adjusted = benjamini_hochberg(np.array([row[3] for row in rows]))
    found = [
        Association(name, test, effect, float(p), bits, strength)
        for (name, test, effect, _, bits, strength), p in zip(rows, adjusted, strict=True)
    ]
    return sorted(found, key=lambda one: -one.bits)


def compare(
    column: pd.Series, target: pd.Series, category: bool, task: str
) -> tuple[str, float, float]:
    """Return the test's name, its effect size and its p value (NaN where it cannot be made)."""
    known = column.notna() & target.notna()
    x, y = column[known], target[known]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # constant input: the result is NaN, and shown as such
        if category and task != "regression":
            return ("chi-squared", *chi_squared(x, y))
        if task != "regression":
            return ("ANOVA", *anova(x, y))
        if category:
            return ("ANOVA", *anova(y, x))
        if len(x) < 3 or x.nunique() < 2:
            return "correlation", np.nan, np.nan
        r, p = stats.pearsonr(x, y)
        return "correlation", float(r**2), float(p)


def anova(values: pd.Series, groups: pd.Series) -> tuple[float, float]:
    """Return eta squared and the p value of a one-way analysis of variance."""
    parts = [part.to_numpy(float) for _, part in values.groupby(groups) if len(part) > 1]
    if len(parts) < 2:
        return np.nan, np.nan
    p = stats.f_oneway(*parts).pvalue
    whole = np.concatenate(parts)
    between = sum(len(part) * (part.mean() - whole.mean()) ** 2 for part in parts)
    total = ((whole - whole.mean()) ** 2).sum()
    return float(between / total) if total else np.nan, float(p)


def chi_squared(x: pd.Series, y: pd.Series) -> tuple[float, float]:
    """Return Cramér's V, corrected for chance, and the p value of Pearson's chi-squared test."""
    table = pd.crosstab(x, y).to_numpy()
    if min(table.shape) < 2:
        return np.nan, np.nan
    tested = stats.chi2_contingency(table, correction=False)
    n, (r, c) = table.sum(), table.shape
    excess = max(0.0, tested.statistic / n - (r - 1) * (c - 1) / (n - 1))
    fewest = min(r - (r - 1) ** 2 / (n - 1), c - (c - 1) ** 2 / (n - 1)) - 1
    return float(np.sqrt(excess / fewest)), float(tested.pvalue)


def mutual_information(x: NDArray[np.int64], y: NDArray[np.int64]) -> float:
    """Return the bits that one array of codes tells about the other, at least 0."""
    joint = np.bincount(x * (y.max() + 1) + y)
    cells = [counts[counts > 0] for counts in (np.bincount(x), np.bincount(y), joint)]
    entropies = [
        -(p * np.log2(p)).sum() + (len(p) - 1) / (2 * len(x) * np.log(2))
        for p in (counts / len(x) for counts in cells)
    ]
    return float(max(0.0, entropies[0] + entropies[1] - entropies[2]))


def benjamini_hochberg(p: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return p values adjusted for the false discovery rate; NaN stays NaN."""
    adjusted = np.full(len(p), np.nan)
    known = ~np.isnan(p)
    if known.any():
        adjusted[known] = stats.false_discovery_control(p[known], method="bh")
    return adjusted


def codes(column: pd.Series) -> NDArray[np.int64]:
    """Return small whole numbers for a column's values or quantiles; missing is one of them."""
    if pd.api.types.is_numeric_dtype(column) and column.nunique() > BINS:
        column = pd.qcut(column, BINS, labels=False, duplicates="drop")
    return np.asarray(pd.factorize(column, use_na_sentinel=False)[0], dtype=np.int64)
