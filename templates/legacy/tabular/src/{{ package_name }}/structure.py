"""What the columns have in common: principal components, clusters, and drift over time."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.cluster import KMeans
from sklearn.metrics import silhouette_score

from .associations import codes

CLUSTERED_ROWS = 5000
SCORED_ROWS = 1500  # a silhouette compares all pairs of rows


@dataclass(frozen=True)
class Components:
    """Principal components of the correlation matrix.

    `eigenvalues` [n], falling, sum to n; `loadings` [n, n] are the correlations of columns (rows)
    with components (columns); `scores` [rows, n] have the eigenvalues as variances.
    """

    names: list[str]
    eigenvalues: NDArray[np.float64]
    loadings: NDArray[np.float64]
    scores: NDArray[np.float64]

    @property
    def chance(self) -> float:
        """The largest eigenvalue that unrelated columns would give (Marchenko and Pastur 1967)."""
        return float((1 + np.sqrt(len(self.names) / len(self.scores))) ** 2)


def components(frame: pd.DataFrame, numbers: list[str]) -> Components | None:
    """Return the components of the columns that vary; None for fewer than two of them.

    Missing values stand at the median.
    """
    values = frame[numbers].astype(float)
    values = values.fillna(values.median())
    values = values.loc[:, values.std() > 0]
    if values.shape[1] < 2 or len(values) < 3:
        return None
    scaled = ((values - values.mean()) / values.std(ddof=0)).to_numpy()
    eigenvalues, vectors = np.linalg.eigh(scaled.T @ scaled / len(scaled))
    eigenvalues, vectors = np.clip(eigenvalues[::-1], 0, None), vectors[:, ::-1]
    # The sign is arbitrary: the largest loading of each component is made positive.
    vectors = vectors * np.sign(vectors[np.abs(vectors).argmax(axis=0), range(len(eigenvalues))])
    loadings = vectors * np.sqrt(eigenvalues)
    return Components(list(values.columns), eigenvalues, loadings, scaled @ vectors)


def clusters(found: Components, seed: int) -> tuple[NDArray[np.int64], dict[int, float]]:
    """Return each row's cluster by k-means on the components, and the silhouette of each k tried.

    The k with the best mean silhouette wins, on a sample of rows; all rows are then assigned.
    """
    kept = max(2, int((found.eigenvalues > found.chance).sum()))
    points = found.scores[:, :kept]
    sample = points[np.random.default_rng(seed).permutation(len(points))[:CLUSTERED_ROWS]]
    quality: dict[int, float] = {}
    models = {}
    for k in range(2, 7):
        models[k] = KMeans(k, n_init=3, random_state=seed).fit(sample)
        labels = models[k].labels_[:SCORED_ROWS]
        if len(set(labels)) > 1:
            quality[k] = float(silhouette_score(sample[:SCORED_ROWS], labels))
    best = max(quality, key=lambda k: quality[k])
    return np.asarray(models[best].predict(points), dtype=np.int64), quality


def stability(column: pd.Series, early: NDArray[np.bool_], late: NDArray[np.bool_]) -> float:
    """Return the population stability index of a column between two parts of the rows.

    The sum of (p - q) ln(p / q) over values or quantiles; half a row is added to each, so that an
    empty one counts but does not make it infinite. By custom 0.1 is worth a look, 0.25 a lot.
    """
    values = codes(column)
    size = values.max() + 1
    p, q = (np.bincount(values[part], minlength=size) + 0.5 for part in (early, late))
    p, q = p / p.sum(), q / q.sum()
    return float(((p - q) * np.log(p / q)).sum())
