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
WORST = 10  # pictures


def draw(
    evaluation: dict[str, Any], test: Images, answers: Floats, held_out: Images, scores: Floats
) -> list[dict[str, str]]:
    """Write artifacts/plots/, and return file, title and a sentence of each for the report."""
    figures = {
        "comparison": ("All models", "On the same test pictures, with 95 % intervals."),
        "confusion": ("Confusion", "What the pictures of each class are taken for (test part)."),
        "calibration": ("Calibration", "On the diagonal, a probability means what it says (test)."),
    }
    drawn = {name: Figure(figsize=(6, 4.5), layout="constrained") for name in figures}
    axes = {name: figure.subplots() for name, figure in drawn.items()}
    primary = evaluation["primary"]
    models = {**evaluation["candidates"], "this model": evaluation["metrics"]}
    for place, (name, results) in enumerate(models.items()):
        score, colour = results[primary], "C0" if name == "this model" else "grey"
        if score["value"] is not None:
            spread = [[score["value"] - score["low"]], [score["high"] - score["value"]]]
            bar = {"xerr": spread, "fmt": "o", "color": colour, "capsize": 4}
            axes["comparison"].errorbar(score["value"], place, **bar)
    axes["comparison"].set_yticks(range(len(models)), list(models))
    axes["comparison"].set_xlabel(primary.replace("_", " "))
    names = {"labels": range(len(test.classes)), "display_labels": test.classes}
    few = {"include_values": len(test.classes) <= 12, "xticks_rotation": "vertical"}
    ConfusionMatrixDisplay.from_predictions(
        *(test.labels, answers.argmax(axis=1)), **names, **few, ax=axes["confusion"]
    )
    right = answers.argmax(axis=1) == test.labels
    CalibrationDisplay.from_predictions(
        right, answers.max(axis=1), n_bins=10, strategy="quantile", ax=axes["calibration"]
    )
    if evaluation["details"]["worst"]:
        figures["worst"] = "Worst pictures", "Those of the table below, in its order (validation)."
        drawn["worst"] = Figure(figsize=(6, 3), layout="constrained")
        own = scores[np.arange(len(scores)), held_out.labels]
        for cell, i in zip(drawn["worst"].subplots(2, WORST // 2).flat, np.argsort(own)):
            cell.imshow(held_out.pixels[i].squeeze(), cmap="gray", vmin=0, vmax=255)
            cell.set_axis_off()
    (ARTIFACTS / "plots").mkdir(exist_ok=True)
    for name, figure in drawn.items():
        figure.savefig(ARTIFACTS / "plots" / f"{name}.svg", metadata={"Date": None})
    return [{"file": f"{name}.svg", "title": t, "text": s} for name, (t, s) in figures.items()]
