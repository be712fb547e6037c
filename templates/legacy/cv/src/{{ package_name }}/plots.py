"""The parts of the report; each function returns the sections that it draws."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import numpy as np

from . import corruptions, export, metrics
from .evaluate import class_table, on_images, seed_table
from .preprocess import Pixels
from .report import Section, Table
from .report.figure import BLUE, GREY, figure
from .report.words import interval

if TYPE_CHECKING:
    from .evaluate import Test

CURVES = ("#2f81b7", "#d98200", "#1a9e77", "#b0518f")
MOST_CURVE_IMAGES = 1000  # enough for a curve, and quick
COLUMNS = 8  # of the gallery


def classes(test: Test, results: dict[str, Any]) -> list[Section]:
    """Return the table of classes."""
    return [Section("Classes", "", class_table(test, results))]


def confusion(test: Test, _results: dict[str, Any]) -> list[Section]:
    """Draw which class is taken for which."""
    names = test.images.classes
    counts = np.zeros((len(names), len(names)))
    np.add.at(counts, (test.images.labels, test.labels), 1)
    shares = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    with figure(height=4.8, width=5.6) as drawn:
        axes = drawn.axes[0]
        axes.imshow(shares, cmap="Blues", vmin=0, vmax=1)
        axes.set_xticks(range(len(names)), names, rotation=45, ha="right")
        axes.set_yticks(range(len(names)), names)
        axes.set(xlabel="predicted", ylabel="truth")
        if len(names) <= 12:
            for i, j in zip(*np.nonzero(counts), strict=True):
                ink = "#ffffff" if shares[i, j] > 0.5 else "#1f2328"
                axes.text(j, i, f"{counts[i, j]:.0f}", ha="center", va="center", color=ink, size=8)
    text = "Each row is a true class; darker cells hold more of its images."
    return [Section("Confusion matrix", text, None, drawn.svg, "confusion", True)]


def calibration(test: Test, _results: dict[str, Any]) -> list[Section]:
    """Draw whether a probability means what it says."""
    sure = test.probability.max(axis=1)
    right = test.probability.argmax(axis=1) == test.images.labels
    edges = np.unique(np.quantile(sure, np.linspace(0, 1, 11)))
    bins = np.clip(np.searchsorted(edges, sure, side="right") - 1, 0, len(edges) - 2)
    with figure() as drawn:
        axes = drawn.axes[0]
        axes.plot([edges[0], 1], [edges[0], 1], color=GREY, linestyle="--")
        for i in np.unique(bins):
            share = metrics.bootstrap(
                {"": metrics.ratio((bins == i) & right, bins == i)}, test.weights
            )[""]
            low, high = np.nanpercentile(share[1:], [2.5, 97.5])
            axes.plot([sure[bins == i].mean()] * 2, [low, high], color=BLUE)
            axes.plot(sure[bins == i].mean(), share[0], "o", color=BLUE)
        axes.set(xlabel="probability of the predicted class", ylabel="share that was right")
    temperature = test.facts["output"]["temperature"]
    text = (
        "Test images in ten equal parts by how sure the model was, with 95 % intervals; on the "
        f"dashed line a probability means what it says. Logits are divided by {temperature:.2f}, "
        "which was chosen on validation."
    )
    return [Section("Calibration", text, None, drawn.svg, "calibration")]


def robustness(test: Test, results: dict[str, Any]) -> list[Section]:
    """Draw accuracy against the strength of each corruption, and keep it in the results."""
    index = np.random.default_rng(test.config.seed).permutation(len(test.images))[
        :MOST_CURVE_IMAGES
    ]
    pixels, labels = test.images.pixels[index], test.images.labels[index]
    clean = accuracy(test, pixels, labels)
    found = {
        name: [clean, *(accuracy(test, change(pixels, s), labels) for s in corruptions.STRENGTHS)]
        for name, change in corruptions.ALL.items()
    }
    results["robustness"] = {"images": len(index), "metric": "accuracy", "curves": found}
    with figure(width=5.2) as drawn:
        axes = drawn.axes[0]
        for (name, values), color in zip(found.items(), CURVES, strict=True):
            axes.plot([0, *corruptions.STRENGTHS], values, "o-", color=color, label=name)
        axes.set(xlabel="strength of the corruption (0: none)", ylabel="accuracy", ylim=(0, 1))
        axes.legend()
    text = (
        f"Accuracy on {len(index):,} test images that were made worse on purpose: noise of 5 % of "
        "the range a step, blur of 1.2 % of the side, 15 % less light, JPEG of quality 60 to 7. "
        "The model saw none of this in training."
    )
    return [Section("Robustness", text, None, drawn.svg, "robustness", True)]


def accuracy(test: Test, pixels: Pixels, labels: Any) -> float:
    """Return the share of images whose most probable class is the true one."""
    return float((test.answer(pixels).argmax(axis=1) == labels).mean())


def worst(test: Test, _results: dict[str, Any]) -> list[Section]:
    """Draw the images on which the model was most wrong."""
    chosen = test.probability[np.arange(len(test.images)), test.images.labels]
    index = np.argsort(chosen)[: 2 * COLUMNS]
    lines = -(-len(index) // COLUMNS)
    size, channels = test.images.pixels.shape[1], test.images.pixels.shape[3]
    with figure(height=1.75 * lines, width=1.3 * COLUMNS) as drawn:
        axes = drawn.axes[0]
        for place, i in enumerate(index):
            x, y = place % COLUMNS, place // COLUMNS
            image = test.images.pixels[i]
            axes.imshow(
                image if channels == 3 else image[..., 0],
                cmap="gray",
                vmin=0,
                vmax=255,
                extent=(x + 0.04, x + 0.96, -1.3 * y - 0.96, -1.3 * y - 0.04),
                interpolation="nearest" if size < 64 else "antialiased",
            )
            names = test.images.classes[test.images.labels[i]], test.images.classes[test.labels[i]]
            text = f"{names[0]}\nas {names[1]}"
            axes.text(x + 0.5, -1.3 * y - 0.98, text, ha="center", va="top", size=7)
        axes.set(xlim=(0, COLUMNS), ylim=(-1.32 * lines, 0), aspect="equal")
        axes.axis("off")
    text = (
        "The true class got the least probability here. Some of these are mistakes of the model, "
        "some of whoever wrote the labels."
    )
    return [Section("The worst errors", text, None, drawn.svg, "worst")]


def precision(test: Test, results: dict[str, Any]) -> list[Section]:
    """Compare float32 with int8: size, time for one image, accuracy on the test split."""
    found: dict[str, dict[str, Any]] = {}
    lines = []
    for name in ("fp32", "int8"):
        graph = (export.ARTIFACTS / f"{name}.onnx").read_bytes()
        answer = on_images(graph)
        right = answer(test.images.pixels).argmax(axis=1) == test.images.labels
        draws = metrics.bootstrap({"accuracy": metrics.mean(right)}, test.weights)["accuracy"]
        found[name] = {
            "bytes": len(graph),
            "milliseconds": milliseconds(answer, test.images.pixels[:1]),
            "accuracy": metrics.summary("accuracy", draws),
        }
        served = test.facts["int8"]["served"] == (name == "int8")
        lines.append(
            [
                f"{name}{' (served)' if served else ''}",
                f"{len(graph) / 1e3:.0f} KB",
                f"{found[name]['milliseconds']:.2f} ms",
                interval(found[name]["accuracy"]),
            ]
        )
    results["precision"] = found
    table = Table(["Graph", "Size", "One image, one thread", "Accuracy"], lines)
    text = (
        "Which of the two is served was decided on validation, where int8 "
        + ("holds." if test.facts["int8"]["holds"] else "loses too much.")
        + " Times are medians on the machine that wrote this report."
    )
    return [Section("Float32 and int8", text, table)]


def milliseconds(answer: Any, pixels: Pixels) -> float:
    """Return the median time of 200 answers."""
    times = []
    for _ in range(200):
        start = time.perf_counter()
        answer(pixels)
        times.append(time.perf_counter() - start)
    return float(np.median(times) * 1e3)


def luck(_test: Test, results: dict[str, Any]) -> list[Section]:
    """Return what other seeds gave, if they were tried."""
    if "seeds" not in results:
        return []
    text = (
        "The same training with other random numbers. A difference between two models that is "
        "not clearly above this deviation may be luck."
    )
    return [Section("Other seeds", text, seed_table(results["seeds"]))]
