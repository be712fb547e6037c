"""The plots of the report, as SVG."""

from typing import Any

import matplotlib
import numpy as np
from matplotlib.figure import Figure
from sklearn.calibration import CalibrationDisplay
from sklearn.metrics import ConfusionMatrixDisplay

from .data import Images
from .export import ARTIFACTS
from .metrics import Floats

matplotlib.rcParams["svg.hashsalt"] = "plots"  # the same bytes for the same plot
WORDS = {
    "comparison": ("All models", "On the same test pictures, with 95 % intervals."),
    "confusion": ("Confusion", "What the validation pictures of each class are taken for."),
    "calibration": ("Calibration", "On the diagonal, a probability means what it says."),
}


def draw(evaluation: dict[str, Any], held_out: Images, scores: Floats) -> list[dict[str, str]]:
    """Write artifacts/plots/, and return file, title and a sentence of each for the report.

    ``scores`` are the probabilities [n, classes] of validation pictures.
    """
    figures = {name: Figure(figsize=(6, 4.5), layout="constrained") for name in WORDS}
    first, second, third = (figure.subplots() for figure in figures.values())
    primary = evaluation["primary"]
    models = {**evaluation["candidates"], "this model": evaluation["metrics"]}
    keys = ("value", "low", "high")
    table = np.array([[m[primary][key] for m in models.values()] for key in keys], dtype=float)
    spread = np.abs(table[1:] - table[0])
    first.errorbar(table[0], list(models), xerr=spread, fmt="o", capsize=4)
    first.set_xlabel(primary.replace("_", " "))
    answers, names = scores.argmax(axis=1), held_out.classes
    ticks = {"labels": range(len(names)), "display_labels": names, "xticks_rotation": "vertical"}
    few = len(names) <= 12
    ConfusionMatrixDisplay.from_predictions(
        held_out.labels, answers, **ticks, include_values=few, ax=second
    )
    right, sure = answers == held_out.labels, scores.max(axis=1)
    CalibrationDisplay.from_predictions(right, sure, n_bins=10, strategy="quantile", ax=third)
    (ARTIFACTS / "plots").mkdir(exist_ok=True)
    for name, figure in figures.items():
        figure.savefig(ARTIFACTS / "plots" / f"{name}.svg", metadata={"Date": None})
    return [{"file": f"{name}.svg", "title": a, "text": b} for name, (a, b) in WORDS.items()]
