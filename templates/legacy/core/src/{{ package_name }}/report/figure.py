"""One way to draw: matplotlib to an SVG whose ink follows the page, light or dark."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import matplotlib

if TYPE_CHECKING:
    from matplotlib.axes import Axes

# Okabe and Ito's colours, which people with colour-blindness tell apart, on white and on black.
BLUE, ORANGE, GREEN, GREY = "#2f81b7", "#d98200", "#1a9e77", "#8b949e"
INK = (
    "<style>svg{color:#1f2328}"
    "@media screen and (prefers-color-scheme:dark){svg{color:#e6edf3}}</style>"
)
STYLE: Any = {
    "svg.fonttype": "none",
    "svg.hashsalt": "fixed",
    "font.family": "sans-serif",
    "font.size": 10,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.titlesize": 10,
    "legend.frameon": False,
    "figure.constrained_layout.use": True,
}


class Figure:
    """Axes to draw on; ``svg`` holds the drawing once the block has ended."""

    def __init__(self, axes: list[Axes]) -> None:
        self.axes = axes
        self.svg = ""


@contextmanager
def figure(columns: int = 1, height: float = 3.2, width: float = 4.2) -> Iterator[Figure]:
    """Draw on ``columns`` axes side by side, each ``width`` by ``height`` inches."""
    matplotlib.use("Agg")
    from matplotlib import pyplot

    with matplotlib.rc_context(STYLE):
        drawn, axes = pyplot.subplots(1, columns, figsize=(width * columns, height), squeeze=False)
        try:
            result = Figure(list(axes[0]))
            yield result
            buffer = io.StringIO()
            drawn.savefig(buffer, format="svg", transparent=True, metadata={"Date": None})
        finally:
            pyplot.close(drawn)
    text = buffer.getvalue()
    # matplotlib leaves black out where it is SVG's default, so the root sets it for all.
    start = text.index(">", text.index("<svg")) + 1
    text = text[:start].replace("<svg", '<svg fill="currentColor"', 1) + INK + text[start:]
    result.svg = text.replace("#000000", "currentColor")
