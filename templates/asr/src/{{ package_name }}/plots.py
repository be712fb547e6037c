"""A plot of error rates, as an SVG file in artifacts/plots/."""

from collections.abc import Mapping
from typing import Any

import matplotlib
from matplotlib.figure import Figure

from .export import ARTIFACTS

matplotlib.rcParams["svg.hashsalt"] = "plots"  # or each file would differ from the last


def draw(rates: Mapping[str, Any], name: str, title: str, text: str) -> dict[str, str]:
    """Draw error rates with their intervals, one a line; return what the report says of it."""
    figure = Figure(figsize=(7, 1 + 0.4 * len(rates)), layout="constrained")
    axes = figure.subplots()
    for place, score in enumerate(rates.values()):
        if score["value"] is not None:
            axes.plot([score["low"], score["high"]], [place, place], color="#2a6f97")
            axes.plot(score["value"], place, "o", color="#2a6f97")
    axes.set_yticks(range(len(rates)), list(rates))
    axes.set(xlabel="word error rate, 95 % interval", xlim=(0, None))
    axes.invert_yaxis()
    (ARTIFACTS / "plots").mkdir(parents=True, exist_ok=True)
    figure.savefig(ARTIFACTS / "plots" / f"{name}.svg", metadata={"Date": None})
    return {"file": f"{name}.svg", "title": title, "text": text}
