"""The plots of the report, as SVG."""

from typing import Any

import matplotlib
from matplotlib.figure import Figure
from sklearn.calibration import CalibrationDisplay
from sklearn.metrics import ConfusionMatrixDisplay

from . import data, export, metrics

matplotlib.rcParams["svg.hashsalt"] = "plots"  # the same bytes for the same plot
WORDS = {
    "comparison": ("All models", "On the same test pictures, with 95 % intervals."),
    "confusion": ("Confusion", "What the validation pictures of each class are taken for."),
    "calibration": ("Calibration", "Validation: a probability on the diagonal is a true one."),
}


def draw(
    facts: dict[str, Any], held_out: data.Images, scores: metrics.Floats, answers: metrics.Indices
) -> list[dict[str, str]]:
    """Write artifacts/plots/ and return what the report says; the answers are validation's."""
    figures = {name: Figure(figsize=(6, 4.5), layout="constrained") for name in WORDS}
    first, second, third = (figure.subplots() for figure in figures.values())
    primary = facts["primary"]
    models = {**facts["candidates"], "this model": facts["metrics"]}
    for name, table in ((n, t) for n, t in models.items() if primary in t):
        value, low, high = (table[primary][key] for key in ("value", "low", "high"))
        first.errorbar(value, name, xerr=[[value - low], [high - value]], fmt="oC0", capsize=4)
    first.set_xlabel(metrics.title(primary))
    names = held_out.classes
    ticks: dict[str, Any] = {"display_labels": names, "xticks_rotation": "vertical", "ax": second}
    ticks |= {"labels": range(len(names)), "include_values": len(names) <= 12}
    ConfusionMatrixDisplay.from_predictions(held_out.labels, answers, **ticks)
    right, sure = scores.argmax(axis=1) == held_out.labels, scores.max(axis=1)
    CalibrationDisplay.from_predictions(right, sure, n_bins=10, strategy="quantile", ax=third)
    (export.ARTIFACTS / "plots").mkdir(exist_ok=True)
    for name, figure in figures.items():
        figure.savefig(export.ARTIFACTS / "plots" / f"{name}.svg", metadata={"Date": None})
    return [{"file": f"{name}.svg", "title": a, "text": b} for name, (a, b) in WORDS.items()]
