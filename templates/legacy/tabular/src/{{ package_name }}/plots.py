"""The figures of the report; each function returns the sections that it draws."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from . import metrics
from .measure import statistics
from .report import Section
from .report.figure import BLUE, GREY, ORANGE, figure
from .report.words import interval, title

if TYPE_CHECKING:
    from .evaluate import Test

REPEATS = 5  # of each permutation


def quality(test: Test, results: dict[str, Any]) -> list[Section]:
    """Draw how good the answers are: calibration and cost, a confusion matrix, or a scatter."""
    return {
        "binary": _binary,
        "multiclass": _confusion,
        "regression": _scatter,
        "anomaly": _anomalies,
    }[test.config.task](test, results)


def _binary(test: Test, _results: dict[str, Any]) -> list[Section]:
    probability, real = test.predicted[:, 1], test.target == 1
    threshold = test.facts["output"]["threshold"]
    edges = np.unique(np.quantile(probability, np.linspace(0, 1, 11)))
    bins = np.clip(np.searchsorted(edges, probability, side="right") - 1, 0, len(edges) - 2)
    with figure(2) as drawn:
        left, right = drawn.axes
        left.plot([0, 1], [0, 1], color=GREY, linestyle="--")
        for i in np.unique(bins):
            share = metrics.bootstrap(
                {"": metrics.ratio((bins == i) & real, bins == i)}, test.weights
            )[""]
            low, high = np.nanpercentile(share[1:], [2.5, 97.5])
            at = probability[bins == i].mean()
            left.plot([at, at], [low, high], color=BLUE)
            left.plot(at, share[0], "o", color=BLUE)
        left.set(xlabel="predicted probability", ylabel="share that came true", title="Calibration")
        steps = np.linspace(0, 1, 101)
        costs = [_cost(test, probability >= step) for step in steps]
        right.plot(steps, costs, color=BLUE)
        right.axvline(threshold, color=ORANGE, linestyle="--", label="threshold chosen in training")
        right.set(xlabel="threshold", ylabel="cost a row", title="Cost of the decision")
        right.legend()
    text = (
        "Left: rows in ten equal parts by predicted probability; on the dashed line a probability "
        "means what it says. Right: what deciding by each threshold would have cost; the dashed "
        "one was chosen on out-of-fold predictions of the training split."
    )
    return [Section("Calibration and cost", text, None, drawn.svg, "calibration", True)]


def _cost(test: Test, yes: Any) -> float:
    costs, real = test.config.decision, test.target == 1
    alarms, missed = (
        (yes & ~real) * costs.cost_false_positive,
        (~yes & real) * costs.cost_false_negative,
    )
    return float((alarms + missed).mean())


def _confusion(test: Test, _results: dict[str, Any]) -> list[Section]:
    classes = test.facts["output"]["classes"]
    counts = np.zeros((len(classes), len(classes)))
    np.add.at(counts, (test.target, test.predicted.argmax(axis=1)), 1)
    shares = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    with figure(height=4.2, width=5) as drawn:
        axes = drawn.axes[0]
        axes.imshow(shares, cmap="Blues", vmin=0, vmax=1)
        axes.set_xticks(range(len(classes)), classes, rotation=45, ha="right")
        axes.set_yticks(range(len(classes)), classes)
        axes.set(xlabel="predicted", ylabel="truth")
        if len(classes) <= 12:
            for i, j in np.ndindex(*counts.shape):
                ink = "#ffffff" if shares[i, j] > 0.5 else "#1f2328"
                axes.text(j, i, f"{counts[i, j]:.0f}", ha="center", va="center", color=ink)
    text = "Each row of the matrix is a true class; darker cells hold more of its rows."
    return [Section("Confusion matrix", text, None, drawn.svg, "confusion", True)]


def _scatter(test: Test, _results: dict[str, Any]) -> list[Section]:
    unit = f" ({test.described.target.unit})" if test.described.target.unit else ""
    low, high = np.quantile(np.r_[test.target, test.predicted], [0.001, 0.999])
    with figure(2) as drawn:
        left, right = drawn.axes
        left.scatter(test.predicted, test.target, s=4, color=BLUE, alpha=0.3, rasterized=True)
        left.plot([low, high], [low, high], color=GREY, linestyle="--")
        left.set(
            xlabel=f"predicted{unit}", ylabel=f"measured{unit}", title="Predicted and measured"
        )
        left.set_ylim(low, high)
        errors = np.clip(
            test.predicted - test.target, *np.quantile(test.predicted - test.target, [0.01, 0.99])
        )
        right.hist(errors, bins=40, color=BLUE)
        right.axvline(0, color=GREY, linestyle="--")
        right.set(xlabel=f"predicted minus measured{unit}", ylabel="rows", title="Errors")
    text = (
        "Rows on the dashed line were predicted exactly; the outer one per cent of errors is cut."
    )
    return [Section("Predicted and measured", text, None, drawn.svg, "errors", True)]


def _anomalies(test: Test, _results: dict[str, Any]) -> list[Section]:
    made = test.described.target.name == ""
    with figure() as drawn:
        bins = np.linspace(test.predicted.min(), test.predicted.max(), 40).tolist()
        for label, color, kind in (("usual", BLUE, 0), ("made" if made else "unusual", ORANGE, 1)):
            drawn.axes[0].hist(
                test.predicted[test.target == kind],
                bins,
                density=True,
                alpha=0.6,
                color=color,
                label=label,
            )
        drawn.axes[0].axvline(test.facts["output"]["threshold"], color=GREY, linestyle="--")
        drawn.axes[0].set(xlabel="anomaly score", ylabel="share of rows")
        drawn.axes[0].legend()
    text = "The dashed line is the threshold."
    if made:
        text = (
            "No row is labelled as unusual. So the score is asked to tell the test rows from made "
            "ones whose values come from different rows. **This measures whether the model knows "
            "which values belong together, not whether it finds what you would call unusual.** "
            + text
        )
    return [Section("Scores", text, None, drawn.svg, "scores", True)]


def importance(test: Test, results: dict[str, Any]) -> list[Section]:
    """Draw how much worse the primary metric gets when one feature is shuffled."""
    from .evaluate import answers

    primary, rng = results["primary"], np.random.default_rng(test.config.seed)
    value = results["metrics"][primary]["value"]
    sign = 1 if results["metrics"][primary]["higher_is_better"] else -1
    found = []
    for name, column, feature in _columns(test):
        losses = []
        for _ in range(REPEATS):
            changed = {key: array.copy() for key, array in test.inputs.items()}
            changed[name][:, column] = rng.permutation(changed[name][:, column])
            one = np.ones((1, len(test.target)), dtype=np.float32)
            got = statistics(test.config, test.target, answers(test.graph, changed))[primary](one)
            losses.append(sign * (value - float(got[0])))
        found.append((float(np.mean(losses)), min(losses), max(losses), feature["title"]))
    found = sorted(found)[-15:]
    with figure(height=0.25 * len(found) + 0.8, width=6.5) as drawn:
        axes = drawn.axes[0]
        for i, (middle, low, high, _) in enumerate(found):
            axes.plot([low, high], [i, i], color=BLUE)
            axes.plot(middle, i, "o", color=BLUE)
        axes.axvline(0, color=GREY, linestyle="--")
        axes.set_yticks(range(len(found)), [name for *_, name in found])
        axes.set(xlabel=f"loss of {title(primary)} when the feature is shuffled")
    text = (
        f"Each feature shuffled {REPEATS} times: the mean loss and its range. Features that say "
        "the same thing share their importance, so a small one may still matter."
    )
    return [Section("Permutation importance", text, None, drawn.svg, "importance", True)]


def _columns(test: Test) -> list[tuple[str, int, dict[str, Any]]]:
    """Return for each feature its input, its column there, and its description."""
    counts = {"numbers": 0, "categories": 0}
    found = []
    for feature in test.facts["input"]["features"]:
        name = "categories" if feature["kind"] == "category" else "numbers"
        found.append((name, counts[name], feature))
        counts[name] += 1
    return found


def dependence(test: Test, _results: dict[str, Any]) -> list[Section]:
    """Draw the mean answer over a sample of rows when one number is set to each of its values."""
    from .evaluate import answers

    if test.config.task == "multiclass":
        return []
    numbers = [entry for entry in _columns(test) if entry[0] == "numbers"]
    rows = np.random.default_rng(test.config.seed).permutation(len(test.target))[:300]
    curves = []
    for name, column, feature in numbers:
        values = test.inputs[name][:, column]
        grid = np.unique(np.nanquantile(values, np.linspace(0.02, 0.98, 15)))
        means = []
        for value in grid:
            changed = {key: array[rows].copy() for key, array in test.inputs.items()}
            changed[name][:, column] = value
            got = answers(test.graph, changed)
            means.append(float((got[:, 1] if got.ndim == 2 else got).mean()))
        curves.append((np.ptp(means), grid, means, feature))
    curves = sorted(curves, key=lambda curve: -curve[0])[:3]
    if not curves:
        return []
    with figure(len(curves), width=3.2) as drawn:
        for axes, (_, grid, means, feature) in zip(drawn.axes, curves, strict=True):
            axes.plot(grid, means, color=BLUE)
            axes.set(xlabel=f"{feature['title']} {feature['unit']}".strip())
        drawn.axes[0].set_ylabel("mean prediction")
    text = (
        "Partial dependence on the three numbers that move the answer most: the mean answer for "
        "300 test rows if the feature had the value below. It is what the model does, not what "
        "would happen in the world."
    )
    return [Section("Partial dependence", text, None, drawn.svg, "dependence")]


def slices(test: Test, results: dict[str, Any]) -> list[Section]:
    """Draw the primary metric on parts of the test split."""
    found = results["slices"]
    if not found:
        return []
    primary = results["primary"]
    with figure(height=0.25 * len(found) + 0.9, width=6.5) as drawn:
        axes = drawn.axes[0]
        for i, part in enumerate(reversed(found)):
            axes.plot([part["low"], part["high"]], [i, i], color=BLUE)
            axes.plot(part["value"], i, "o", color=BLUE)
        axes.axvline(results["metrics"][primary]["value"], color=GREY, linestyle="--")
        labels = [
            f"{part['column']} = {part['group']}  (n = {part['rows']})" for part in reversed(found)
        ]
        axes.set_yticks(range(len(found)), labels)
        axes.set(xlabel=title(primary))
    whole = interval(results["metrics"][primary])
    text = f"Dots with 95 % intervals; the dashed line is the whole test split, {whole}."
    return [Section("Slices", text, None, drawn.svg, "slices")]
