"""The plots of the report, as SVG."""

from typing import Any

import matplotlib
from matplotlib.figure import Figure
from sklearn.calibration import CalibrationDisplay
from sklearn.metrics import ConfusionMatrixDisplay

from .data import Images
from .export import ARTIFACTS
from .features import Pixels
from .metrics import Floats

matplotlib.rcParams["svg.hashsalt"] = "plots"  # the same bytes for the same plot
WORDS = {
    "comparison": ("All models", "On the same test pictures, with 95 % intervals."),
    "confusion": ("Confusion", "What the pictures of each class are taken for (test part)."),
    "calibration": ("Calibration", "On the diagonal, a probability means what it says (test)."),
    "worst": ("Worst pictures", "Validation pictures, in the order of the table below."),
}


def draw(
    evaluation: dict[str, Any], test: Images, scores: Floats, worst: Pixels
) -> list[dict[str, str]]:
    """Write artifacts/plots/, and return file, title and a sentence of each for the report."""
    names = [name for name in WORDS if name != "worst" or len(worst)]
    figures = {name: Figure(figsize=(6, 4.5), layout="constrained") for name in names}
    first, second, third = (figures[name].subplots() for name in names[:3])
    primary = evaluation["primary"]
    models = {**evaluation["candidates"], "this model": evaluation["metrics"]}
    for place, (name, results) in enumerate(models.items()):
        value, colour = results[primary]["value"], "C0" if name == "this model" else "grey"
        if value is not None:
            spread = [[value - results[primary]["low"]], [results[primary]["high"] - value]]
            first.errorbar(value, place, xerr=spread, fmt="o", color=colour, capsize=4)
    first.set_yticks(range(len(models)), list(models))
    first.set_xlabel(primary.replace("_", " "))
    labels, few = scores.argmax(axis=1), len(test.classes) <= 12
    ticks = {"labels": range(len(test.classes)), "display_labels": test.classes}
    ConfusionMatrixDisplay.from_predictions(
        *(test.labels, labels), **ticks, include_values=few, xticks_rotation="vertical", ax=second
    )
    sure = {"n_bins": 10, "strategy": "quantile", "ax": third}
    CalibrationDisplay.from_predictions(labels == test.labels, scores.max(axis=1), **sure)
    if len(worst):
        for cell, pixels in zip(figures["worst"].subplots(2, 5).flat, worst, strict=False):
            cell.imshow(pixels.squeeze(), cmap="gray", vmin=0, vmax=255)
            cell.set_axis_off()
    (ARTIFACTS / "plots").mkdir(exist_ok=True)
    for name, figure in figures.items():
        figure.savefig(ARTIFACTS / "plots" / f"{name}.svg", metadata={"Date": None})
    return [{"file": f"{n}.svg", "title": WORDS[n][0], "text": WORDS[n][1]} for n in names]
