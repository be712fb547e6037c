"""The parts of the report; each function returns the sections that it writes and draws."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from . import metrics, train
from .data import split
from .data.texts import load as load_texts
from .learn import fit_linear
from .measure import statistics
from .report import Section, Table
from .report.figure import BLUE, GREY, ORANGE, figure
from .report.words import interval, number, title
from .robustness import CHANGES, INVARIANT

if TYPE_CHECKING:
    from .evaluate import Test

Results = dict[str, Any]
LENGTHS = ((0, 15), (15, 25), (25, 50), (50, 100), (100, 10**9))
SHARES = (0.1, 0.3)
OTHER_SPLITS = 1


def macro_f1(test: Test, predicted: Any, rows: Any = None) -> dict[str, Any]:
    """Return macro F1 with its interval, on all test texts or on some of them."""
    statistic = statistics(test.target, predicted)["macro_f1"]
    weights = test.weights if rows is None else test.weights * rows
    return metrics.summary("macro_f1", metrics.bootstrap({"": statistic}, weights)[""])


def slices_of(test: Test) -> list[dict[str, Any]]:
    """Return macro F1 by length of the text."""
    lengths = np.array([len(text) for text in test.held.texts])
    found = []
    for low, high in LENGTHS:
        rows = (lengths >= low) & (lengths < high)
        if rows.sum() >= 30:
            name = f"{low} to {high - 1}" if high < 10**9 else f"{low} or more"
            score = macro_f1(test, test.best, rows)
            part = {"column": "characters", "group": name, "rows": int(rows.sum())}
            found.append({**part, "metric": "macro_f1", **score})
    return found


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
    text = (
        "Macro F1 of each candidate. The served one was chosen on the validation split; the test "
        "only says how it did. The differences are paired: both models on the same resamples."
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
            share = metrics.ratio((bins == i) & right, bins == i)
            found = metrics.summary("", metrics.bootstrap({"": share}, test.weights)[""])
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
        f"that it does not know. On the test split it answers {100 * sure.mean():.1f} % of the "
        f"texts, and {100 * right[sure].mean():.1f} % of these answers are right."
    )
    return [Section("Calibration and silence", text, None, drawn.svg, "calibration", True)]


def lengths(_test: Test, results: Results) -> list[Section]:
    """Tell short texts from long ones."""
    rows = [[part["group"], str(part["rows"]), interval(part)] for part in results["slices"]]
    return [Section("Length", "", Table(["Characters", "Texts", "Macro F1"], rows))]


def robustness(test: Test, _results: Results) -> list[Section]:
    """Return macro F1 on changed texts, and how often an answer survives what says nothing."""
    answer, texts = test.answers[test.winner], test.held.texts
    rows = []
    for name, change in CHANGES.items():
        predicted = answer([change(text) for text in texts])
        rows.append([name, interval(macro_f1(test, predicted))])
    long = [text for text in texts if len(text) >= 25] or texts
    before = answer(long).argmax(axis=1)
    same = []
    for name, change in INVARIANT.items():
        kept = answer([change(text) for text in long]).argmax(axis=1) == before
        same.append([name, f"{100 * kept.mean():.1f} %"])
    text = "How often the answer to a text of 25 characters or more stays the same."
    return [
        Section("Robustness", "", Table(["Texts", "Macro F1"], rows)),
        Section("What must not matter", text, Table(["Change", "Same answer"], same)),
    ]


def learning_curve(test: Test, results: Results) -> list[Section]:
    """Draw how the linear candidate does with less training data: would more of it help?"""
    names = test.facts["output"]["classes"]
    rng = np.random.default_rng(test.config.seed)
    _, codes = np.unique(test.known.groups, return_inverse=True)
    place = (rng.permutation(codes.max() + 1) / (codes.max() + 1))[codes]
    found = []
    for share in SHARES:
        part = test.known.take(np.flatnonzero(place < share))
        if len(set(part.labels)) == len(names):
            target = train.indices(part, names)
            model = fit_linear(test.config.linear, part.texts, target, len(names))
            found.append((len(part), macro_f1(test, model.probabilities(test.held.texts))))
    found.append((len(test.known), macro_f1(test, test.predicted["tf_idf_linear"])))
    with figure() as drawn:
        axes = drawn.axes[0]
        for size, score in found:
            axes.plot([size, size], [score["low"], score["high"]], color=BLUE)
        axes.plot([s for s, _ in found], [score["value"] for _, score in found], "o-", color=BLUE)
        axes.set(xlabel="training texts", ylabel="macro F1", xscale="log")
    text = "The linear candidate, trained on parts of the training split and scored on the test."
    return [Section("Learning curve", text, None, drawn.svg, "learning_curve", True)]


def ceiling(test: Test, results: Results) -> list[Section]:
    """Return what a random split would have claimed, and what no model could get right."""
    texts, names = load_texts(test.config), test.facts["output"]["classes"]
    placed = split.assign(texts, test.config, by_group=False)
    known, held = (texts.take(np.flatnonzero(placed == name)) for name in ("train", "test"))
    model = fit_linear(test.config.linear, known.texts, train.indices(known, names), len(names))
    target = train.indices(held, names)
    ones = np.ones((1, len(target)), dtype=np.float32)
    claim = statistics(target, model.probabilities(held.texts))["macro_f1"](ones)[0]
    linear = test.predicted["tf_idf_linear"]
    others = [_on_other_split(test, test.config.seed + i) for i in range(1, OTHER_SPLITS + 1)]
    same: dict[str, Counter[str]] = defaultdict(Counter)
    for text, label in zip(texts.texts, texts.labels, strict=True):
        same[split.normal(text)][label] += 1
    several = np.array([len(same[split.normal(text)]) > 1 for text in test.held.texts])
    rows = [["the split used here", number(macro_f1(test, linear)["value"])]]
    rows += [[f"the same with seed {seed}", number(value)] for seed, value in others]
    rows.append(["a random split of the same texts", number(float(claim))])
    alone = macro_f1(test, test.best, ~several)
    if float(claim) > macro_f1(test, linear)["value"]:
        lesson = (
            "A random split puts near-copies of test texts, and rows that belong together, into "
            "training: it rewards remembering. "
        )
    else:
        lesson = (
            "A random split is no safer for claiming less here: it puts texts into training whose "
            "twins under another label are tested, and so teaches the wrong answer. "
        )
    text = (
        "The linear candidate, trained and tested on other splits of the same texts. The other "
        "seed shows how much depends on which texts happen to be tested. " + lesson
    )
    if several.any():
        text += (
            f"{100 * several.mean():.1f} % of the test texts occur, letter for letter, under more "
            "than one label, so that nobody could tell from the text alone which one is meant. On "
            f"the others the served model reaches {interval(alone)}."
        )
    table = Table(["Split", "Macro F1"], rows)
    return [Section("What another split would have claimed, and what the texts allow", text, table)]


def _on_other_split(test: Test, seed: int) -> tuple[int, float]:
    """Return macro F1 of the linear candidate trained and tested on the split of another seed."""
    known, held = split.read(replace(test.config, seed=seed), "train", "test")
    names = sorted(set(known.labels))
    model = fit_linear(test.config.linear, known.texts, train.indices(known, names), len(names))
    found = statistics(train.indices(held, names), model.probabilities(held.texts))["macro_f1"]
    return seed, float(found(np.ones((1, len(held)), dtype=np.float32))[0])


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
    *(compared, confusion, calibration, classes, lengths, learning_curve, ceiling),
    *(robustness, worst),
]
