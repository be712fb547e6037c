"""Parts of the report for which the linear candidate is trained anew, on less or other texts."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from . import train
from .data import split
from .data.texts import Texts
from .data.texts import load as load_texts
from .learn import fit_linear
from .measure import statistics
from .report import Section, Table
from .report.figure import BLUE, figure
from .report.words import interval, number

if TYPE_CHECKING:
    from .evaluate import Test

SHARES = (0.1, 0.3)
OTHER_SPLITS = 1


def learning_curve(test: Test, _results: dict[str, Any]) -> list[Section]:
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
            found.append((len(part), test.macro_f1(model.probabilities(test.held.texts))))
    found.append((len(test.known), test.macro_f1(test.predicted["tf_idf_linear"])))
    with figure() as drawn:
        axes = drawn.axes[0]
        for size, score in found:
            axes.plot([size, size], [score["low"], score["high"]], color=BLUE)
        axes.plot([s for s, _ in found], [score["value"] for _, score in found], "o-", color=BLUE)
        axes.set(xlabel="training texts", ylabel="macro F1", xscale="log")
        axes.set_xticks([size for size, _ in found], [f"{size:,}" for size, _ in found])
        axes.set_xticks([], minor=True)
    text = "The linear candidate, trained on parts of the training split and scored on the test."
    return [Section("Learning curve", text, None, drawn.svg, "learning_curve", True)]


def ceiling(test: Test, _results: dict[str, Any]) -> list[Section]:
    """Return what a random split would have claimed, and what no model could get right."""
    texts = load_texts(test.config)
    ours = test.macro_f1(test.predicted["tf_idf_linear"])["value"]
    rows = [["the split used here", number(ours)]]
    for seed in range(test.config.seed + 1, test.config.seed + 1 + OTHER_SPLITS):
        known, held = split.read(replace(test.config, seed=seed), "train", "test")
        rows.append([f"the same with seed {seed}", number(_linear_elsewhere(test, known, held))])
    placed = split.assign(texts, test.config, by_group=False)
    known, held = (texts.take(np.flatnonzero(placed == name)) for name in ("train", "test"))
    claim = _linear_elsewhere(test, known, held)
    rows.append(["a random split of the same texts", number(claim)])
    text = (
        "The linear candidate, trained and tested on other splits of the same texts. The other "
        "seed shows how much depends on which texts happen to be tested. "
    )
    if claim > ours:
        text += (
            "A random split puts near-copies of test texts, and rows that belong together, into "
            "training: it rewards remembering. "
        )
    else:
        text += (
            "A random split is no safer for claiming less here: it puts texts into training whose "
            "twins under another label are tested, and so teaches the wrong answer. "
        )
    table = Table(["Split", "Macro F1"], rows)
    title = "What another split would have claimed, and what the texts allow"
    return [Section(title, text + _under_several_labels(test, texts), table)]


def _linear_elsewhere(test: Test, known: Texts, held: Texts) -> float:
    """Return macro F1 of the linear candidate, trained on ``known`` and tested on ``held``."""
    names = sorted(set(known.labels) | set(held.labels))
    model = fit_linear(test.config.linear, known.texts, train.indices(known, names), len(names))
    found = statistics(train.indices(held, names), model.probabilities(held.texts))["macro_f1"]
    return float(found(np.ones((1, len(held)), dtype=np.float32))[0])


def _under_several_labels(test: Test, texts: Texts) -> str:
    """Say how many test texts occur under more than one label, if any, and the score without."""
    labels: dict[str, set[str]] = defaultdict(set)
    for text, label in zip(texts.texts, texts.labels, strict=True):
        labels[split.normal(text)].add(label)
    several = np.array([len(labels[split.normal(text)]) > 1 for text in test.held.texts])
    if not several.any() or several.all():
        return ""
    return (
        f"{100 * several.mean():.1f} % of the test texts occur, letter for letter, under more "
        "than one label, so that nobody could tell from the text alone which one is meant. On "
        f"the others the served model reaches {interval(test.macro_f1(test.best, ~several))}."
    )
