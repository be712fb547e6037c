"""The parts of the report; each function returns the sections that it writes and draws."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

from . import metrics
from .experiments import ceiling, learning_curve
from .preprocess import clean
from .report import Section, Table
from .report.figure import BLUE, GREY, ORANGE, figure
from .report.words import interval, title
from .robustness import behaviour, robustness

if TYPE_CHECKING:
    from .evaluate import Test

Results = dict[str, Any]
FEWEST = 30  # texts of a slice, below which its score says nothing
UNSEEN = {"no word": (0.0, 0.0), "up to half of the words": (1e-9, 0.5), "more": (0.5 + 1e-9, 1.0)}


def slices_of(test: Test) -> list[dict[str, Any]]:
    """Return macro F1 by length of the text and by how many of its words training never had."""
    lengths = np.array([len(text) for text in test.held.texts])
    edges = np.quantile([len(text) for text in test.known.texts], [0.2, 0.4, 0.6, 0.8]).astype(int)
    bounds = [0, *np.unique(edges), lengths.max(initial=0) + 1]
    parts = [
        ("characters", f"{low} to {high - 1}", (lengths >= low) & (lengths < high))
        for low, high in pairwise(bounds)
    ]
    seen = {word for text in test.known.texts for word in words(text)}
    unseen = [[word not in seen for word in words(text)] for text in test.held.texts]
    shares = np.array([np.mean(one) if one else 1.0 for one in unseen])
    parts += [
        ("words not in training", name, (shares >= low) & (shares <= high))
        for name, (low, high) in UNSEEN.items()
    ]
    return [
        {"column": column, "group": group, "rows": int(rows.sum()), "metric": "macro_f1"}
        | test.macro_f1(test.best, rows)
        for column, group, rows in parts
        if rows.sum() >= FEWEST
    ]


def words(text: str) -> list[str]:
    """Return a text's words in lower case."""
    return clean(text).lower().split()


def compared(test: Test, results: Results) -> list[Section]:
    """Compare the candidates with paired intervals."""
    rows = []
    for name, found in test.facts["candidates"].items():
        score = results["metrics"] if name == test.winner else results["baselines"][name]
        difference, verdict = "served", ""
        if name != test.winner:
            difference = interval(results["candidates"][name])
            verdict = "yes" if results["candidates"][name]["significant"] else "no"
        row = [title(name), interval(found["macro_f1"]), f"{found['milliseconds']:.2f}"]
        rows.append([*row, interval(score["macro_f1"]), difference, verdict])
    columns = ["Candidate", "Validation", "ms a text", "Test", "Served minus this", "Significant"]
    budget = test.config.serving.budget_ms
    text = (
        "Macro F1 of each candidate. The served one is the best of the validation split among "
        f"those that answer one text within {budget:g} ms; the test only says how it did. The "
        "differences are paired: both models on the same resamples. Milliseconds are the median "
        "for one text, from text to probabilities, in onnxruntime with one thread on the machine "
        "that trained."
    )
    return [Section("The candidates", text, Table(columns, rows))]


def classes(test: Test, _results: Results) -> list[Section]:
    """Return precision, recall and F1 of each class, and the most confused pairs."""
    names, said = test.facts["output"]["classes"], test.best.argmax(axis=1)
    rows = []
    for i, name in enumerate(names):
        real, here = test.target == i, said == i
        found = {
            "precision": metrics.ratio(real & here, here),
            "recall": metrics.ratio(real & here, real),
            "f1": metrics.ratio(2 * (real & here), real.astype(int) + here),
        }
        draws = metrics.bootstrap(found, test.weights)
        cells = [interval(metrics.summary(key, values)) for key, values in draws.items()]
        rows.append([name, str(int(real.sum())), *cells])
    pairs = Counter(
        (names[a], names[b]) for a, b in zip(test.target, said, strict=True) if a != b
    ).most_common(12)
    confused = [[real, guess, str(count)] for (real, guess), count in pairs]
    return [
        Section("Each class", "", Table(["Class", "Texts", "Precision", "Recall", "F1"], rows)),
        Section("Most confused", "", Table(["Truth", "Predicted", "Texts"], confused)),
    ]


def confusion(test: Test, _results: Results) -> list[Section]:
    """Draw the confusion matrix."""
    names = test.facts["output"]["classes"]
    counts = np.zeros((len(names), len(names)))
    np.add.at(counts, (test.target, test.best.argmax(axis=1)), 1)
    shares = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    side = max(3.5, 0.18 * len(names) + 1.5)
    with figure(height=side, width=side + 0.5) as drawn:
        axes = drawn.axes[0]
        axes.imshow(shares, cmap="Blues", vmin=0, vmax=1)
        size = 7 if len(names) > 12 else 9
        axes.set_xticks(range(len(names)), names, rotation=90, fontsize=size)
        axes.set_yticks(range(len(names)), names, fontsize=size)
        axes.set(xlabel="predicted", ylabel="truth")
    text = "Each row is a true class; a darker cell holds more of its texts."
    return [Section("Confusion matrix", text, None, drawn.svg, "confusion", True)]


def calibration(test: Test, _results: Results) -> list[Section]:
    """Draw whether probabilities come true, and what "I do not know" costs and gains."""
    top, right = test.best.max(axis=1), test.best.argmax(axis=1) == test.target
    edges = np.unique(np.quantile(top, np.linspace(0, 1, 11)))
    bins = np.clip(np.searchsorted(edges, top, side="right") - 1, 0, len(edges) - 2)
    threshold = test.facts["output"]["threshold"]
    with figure(2) as drawn:
        left, answered = drawn.axes
        left.plot([0, 1], [0, 1], color=GREY, linestyle="--")
        for i in np.unique(bins):
            found = test.share((bins == i) & right, bins == i)
            at = top[bins == i].mean()
            left.plot([at, at], [found["low"], found["high"]], color=BLUE)
            left.plot(at, found["value"], "o", color=BLUE)
        left.set(
            xlabel="probability of the answer", ylabel="share that is right", title="Calibration"
        )
        order = np.argsort(-top)
        answers = np.arange(1, len(top) + 1)
        answered.plot(answers / len(top), np.cumsum(right[order]) / answers, color=BLUE)
        answered.axvline((top >= threshold).mean(), color=ORANGE, linestyle="--", label="served")
        answered.set(
            xlabel="share of texts answered", ylabel="share that is right", title="Silence"
        )
        answered.set_ylim(right.mean() - 0.05, 1.01)
        answered.legend()
    sure = top >= threshold
    text = (
        f"Below a probability of {threshold:.3f}, chosen on the validation split, the service says "
        f"that it does not know. On the test split it answers a share of "
        f"{interval(test.share(sure))} of the texts, and a share of "
        f"{interval(test.share(sure & right, sure))} of these answers is right."
    )
    return [Section("Calibration and silence", text, None, drawn.svg, "calibration", True)]


def slices(_test: Test, results: Results) -> list[Section]:
    """Tell short texts from long ones, and familiar words from unseen ones."""
    rows = [
        [f"{part['column']}: {part['group']}", str(part["rows"]), interval(part)]
        for part in results["slices"]
    ]
    return [
        Section("Length and unseen words", "", Table(["Texts with", "Texts", "Macro F1"], rows))
    ]


def worst(test: Test, _results: Results) -> list[Section]:
    """Return the texts of whose wrong label the model was most certain, and some edge cases."""
    names = test.facts["output"]["classes"]
    wrong = test.best.argmax(axis=1) != test.target
    order = [i for i in np.argsort(-test.best.max(axis=1)) if wrong[i]][:10]
    rows = [
        [
            test.held.texts[i][:100],
            test.held.labels[i],
            f"{names[int(test.best[i].argmax())]} ({test.best[i].max():.2f})",
        ]
        for i in order
    ]
    edge = ["", "12345", "\N{GRINNING FACE}", "qwrtz xkcd vbnm", "Привет, мир"]
    threshold = test.facts["output"]["threshold"]
    answers = test.answers[test.winner](edge)
    cases = [
        [
            text or "(empty)",
            "I do not know" if found.max() < threshold else names[int(found.argmax())],
            f"{found.max():.2f}",
        ]
        for text, found in zip(edge, answers, strict=True)
    ]
    return [
        Section("The ten worst errors", "", Table(["Text", "Truth", "Predicted"], rows)),
        Section(
            "Texts unlike any in training",
            "To a text without letters the service always says that it does not know.",
            Table(["Text", "Model's answer", "Probability"], cases),
        ),
    ]


STEPS: list[Callable[..., list[Section]]] = [
    *(compared, confusion, calibration, classes, slices, learning_curve, ceiling),
    *(robustness, behaviour, worst),
]
