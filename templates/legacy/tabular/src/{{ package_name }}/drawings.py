"""The figures of `explore`."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from .associations import Association
from .data.schema import Schema
from .report.figure import BLUE, GREEN, GREY, ORANGE, figure
from .settings import Config
from .structure import Components

COLOURS = (BLUE, ORANGE, GREEN, "#b5446e", "#7a6fb0", GREY)
PARTS = 20
WIDE, HIGH, ACROSS = 190, 92, 4  # of one small histogram, and how many stand side by side
POINTS = 800


def histograms(frame: pd.DataFrame, schema: Schema) -> str:
    """Return one small histogram for each feature, drawn by hand: matplotlib takes seconds."""
    cells = []
    for i, feature in enumerate(schema.features):
        heights = _heights(frame[feature.name], feature.kind == "category")
        x, y = WIDE * (i % ACROSS), HIGH * (i // ACROSS)
        step = (WIDE - 20) / max(len(heights), 8)
        bars = "".join(
            f'<rect x="{x + step * k:.1f}" y="{y + 74 - 50 * height:.1f}" width="{step - 1:.1f}" '
            f'height="{50 * height:.1f}"/>'
            for k, height in enumerate(heights)
        )
        name = feature.name if len(feature.name) < 27 else feature.name[:25] + "…"
        label = f'<text x="{x}" y="{y + 16}" fill="currentColor">{escape(name)}</text>'
        cells.append(f'{label}<g fill="{BLUE}">{bars}</g>')
    rows = -(-len(cells) // ACROSS)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDE * ACROSS} {HIGH * rows}" '
        f'width="{WIDE * ACROSS}" font-size="12" font-family="sans-serif">{"".join(cells)}</svg>'
    )


def _heights(column: pd.Series, category: bool) -> NDArray[np.float64]:
    """Return the heights of the bars, the highest 1."""
    if category:
        counts = column.value_counts().to_numpy()[:8].astype(float)
    else:
        low, high = column.quantile([0.01, 0.99]).fillna(0)
        counts = np.histogram(column.dropna().clip(low, high), 24, (low, high + 1e-9))[0]
        counts = counts.astype(float)
    return np.asarray(counts / max(counts.max(initial=0), 1))


def heatmap(matrix: NDArray[np.float64], names: Sequence[str]) -> str:
    """Return a matrix of correlations, blue below and orange above nought."""
    from matplotlib.colors import LinearSegmentedColormap

    shades = LinearSegmentedColormap.from_list("", [BLUE, "#ffffff00", ORANGE])
    side = max(3.2, 0.32 * len(names) + 1.6)
    with figure(1, side, side + 0.6) as drawn:
        axes = drawn.axes[0]
        image = axes.pcolormesh(matrix, cmap=shades, vmin=-1, vmax=1)
        axes.set(aspect="equal")
        axes.set_yticks(np.arange(len(names)) + 0.5, [_short(name) for name in names])
        axes.set_xticks(np.arange(len(names)) + 0.5, [_short(name) for name in names], rotation=90)
        axes.invert_yaxis()
        axes.figure.colorbar(image, ax=axes, shrink=0.6)
    return drawn.svg


def scree(found: Components) -> str:
    """Return the eigenvalues, with the line that chance would reach."""
    with figure(1) as drawn:
        axes = drawn.axes[0]
        places = np.arange(1, len(found.eigenvalues) + 1)
        axes.plot(places, found.eigenvalues, "o-", color=BLUE)
        axes.axhline(found.chance, color=ORANGE, linestyle="--", label="unrelated columns")
        axes.set(xlabel="component", ylabel="eigenvalue")
        axes.legend()
    return drawn.svg


def scatter(found: Components, labels: NDArray[np.int64], seed: int) -> str:
    """Return a sample of rows on the first two components, coloured by cluster."""
    drawn_rows = np.random.default_rng(seed).permutation(len(labels))[:POINTS]
    with figure(1, 3.6, 4.8) as drawn:
        axes = drawn.axes[0]
        for label in np.unique(labels):
            rows = drawn_rows[labels[drawn_rows] == label]
            colour = COLOURS[label % len(COLOURS)]
            axes.plot(*found.scores[rows, :2].T, ".", color=colour, label=f"{label + 1}", alpha=0.7)
        axes.set(xlabel="component 1", ylabel="component 2")
        axes.legend(title="cluster", loc="upper left", bbox_to_anchor=(1, 1))
    return drawn.svg


def association_bars(found: Sequence[Association]) -> str:
    """Return the mutual information of the strongest columns with the target."""
    with figure(1, 0.28 * len(found) + 0.9, 6.5) as drawn:
        axes = drawn.axes[0]
        axes.barh([_short(one.name) for one in found], [one.bits for one in found], color=BLUE)
        axes.invert_yaxis()
        axes.set(xlabel="bits that the column tells about the target")
    return drawn.svg


def over_time(
    frame: pd.DataFrame, place: NDArray[np.float64], schema: Schema, config: Config
) -> str:
    """Return the mean of the target (or the share of its rarest class) through time."""
    target = frame[schema.target.name]
    if config.task == "regression":
        values, label = target, f"mean of {schema.target.name}"
    else:
        counted = schema.target.positive or str(target.value_counts().index[-1])
        values, label = (target == counted).astype(float), f"share of {counted}"
    part = np.minimum((place * PARTS).astype(int), PARTS - 1)
    groups = values.groupby(part)
    means = groups.mean()
    errors: pd.Series = 1.96 * groups.std() / np.sqrt(groups.size())
    with figure(1, 3.0, 6.5) as drawn:
        axes = drawn.axes[0]
        axes.errorbar(means.index + 1, means, yerr=errors, fmt="o-", color=BLUE, ecolor=GREY)
        axes.set(xlabel="twentieth of the rows, from early to late", ylabel=_short(label))
    return drawn.svg


def _short(name: str) -> str:
    # matplotlib would read dollar signs as mathematics.
    return (name if len(name) < 30 else name[:28] + "…").replace("$", r"\$")
