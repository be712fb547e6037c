"""`evaluate`: the only reader of the test split. All that it finds goes to reports/ and README."""

from __future__ import annotations

import pickle
import sys
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from . import export, metrics, train
from .data import split
from .data.texts import Texts
from .errors import ProjectError
from .learn import Candidate
from .measure import Answer, statistics
from .metrics import Floats, Weights
from .progress import track
from .report import publish
from .report.words import interval
from .settings import Config, load


@dataclass(frozen=True)
class Test:
    """The test split with every candidate's answers: what the parts of the report need."""

    config: Config
    facts: dict[str, Any]
    known: Texts
    held: Texts
    target: NDArray[Any]
    weights: Weights
    answers: dict[str, Answer]
    predicted: dict[str, Floats]
    winner: str

    @property
    def best(self) -> Floats:
        """The served model's probabilities [texts, classes]."""
        return self.predicted[self.winner]

    def macro_f1(self, predicted: Floats, rows: Any = None) -> dict[str, Any]:
        """Return macro F1 with its interval, on all test texts or on those that ``rows`` marks."""
        statistic = statistics(self.target, predicted)["macro_f1"]
        weights = self.weights if rows is None else self.weights * rows
        return metrics.summary("macro_f1", metrics.bootstrap({"": statistic}, weights)[""])

    def share(self, hits: Any, rows: Any = None) -> dict[str, Any]:
        """Return with its interval how many of the texts (or of ``rows``) are among ``hits``."""
        statistic = metrics.mean(hits) if rows is None else metrics.ratio(hits, rows)
        return metrics.summary("", metrics.bootstrap({"": statistic}, self.weights)[""])


def run() -> None:
    """Score artifacts/ on the test split and write reports/, README's results and the card."""
    config = load()
    torch.set_num_threads(config.threads)
    with threadpool_limits(config.threads):
        evaluate(config)


def evaluate(config: Config) -> None:
    """Read the test split once, compare the candidates and the baselines, publish it all."""
    from . import sections as parts

    test = read_test(config)
    draws = {
        name: metrics.bootstrap(statistics(test.target, predicted), test.weights)
        for name, predicted in test.predicted.items()
    }
    ours = draws.pop(test.winner)
    against = "letter_frequencies" if test.winner != "letter_frequencies" else "most_frequent"
    results = {
        "project": config.project,
        "project_type": "nlp",
        "task": test.facts["task"],
        "pipeline_tag": "text-classification",
        "dataset": test.facts["data"] | {"rows": test.facts["data"]["rows"] + len(test.held)},
        "split": describe_split(test),
        "primary": "macro_f1",
        "metrics": {name: metrics.summary(name, values) for name, values in ours.items()},
        "baselines": {
            model: {name: metrics.summary(name, values) for name, values in found.items()}
            for model, found in draws.items()
        },
        "difference": metrics.paired_difference(
            against, "macro_f1", ours["macro_f1"], draws[against]["macro_f1"]
        ),
        "candidates": {
            name: metrics.paired_difference(name, "macro_f1", ours["macro_f1"], found["macro_f1"])
            for name, found in draws.items()
        },
        "slices": parts.slices_of(test),
        "model": {
            "name": test.winner,
            "id": test.facts["model"]["id"],
            "description": describe_model(test),
            "settings": asdict(config),
            "threshold": test.facts["output"]["threshold"],
        },
        "environment": {"threads": config.threads, **test.facts["model"]["versions"]},
    }
    sections = [
        section
        for step in track(parts.STEPS, "Writing the report")
        for section in step(test, results)
    ]
    publish(results, sections)
    score = interval(results["metrics"]["macro_f1"])
    print(f"Test macro F1 of {test.winner} {score}; see reports/.", file=sys.stderr)


def read_test(config: Config) -> Test:
    """Read the test split, check each graph against its model on it, and collect the answers."""
    _, facts = export.candidate()
    if facts["data"]["sha256"] != train.digest(config):
        raise ProjectError("artifacts/ was trained on other texts.", "Train anew with: make train")
    stored = (export.ARTIFACTS / "candidates.pickle").read_bytes()
    models: list[Candidate]
    models, graphs = pickle.loads(stored)
    known, held = split.read(config, "train", "test")
    classes = facts["output"]["classes"]
    unknown = set(held.labels) - set(classes)
    if unknown:
        raise ProjectError(f"The label {min(unknown)!r} does not occur in training.")
    answers = {model.name: train.answers(model, graphs[model.name]) for model in models}
    predicted = {}
    for model in models:
        predicted[model.name] = answers[model.name](held.texts)
        export.parity(model.probabilities(held.texts), predicted[model.name], train.TOLERANCE)
    share = np.bincount(train.indices(known, classes), minlength=len(classes)) / len(known)
    predicted["most_frequent"] = np.tile(share, (len(held), 1))
    resamples = config.evaluation.resamples
    return Test(
        config=config,
        facts=facts,
        known=known,
        held=held,
        target=train.indices(held, classes),
        weights=metrics.resample(len(held), resamples, config.seed, held.groups),
        answers=answers,
        predicted=predicted,
        winner=facts["model"]["name"],
    )


def describe_split(test: Test) -> dict[str, Any]:
    """Return how texts were divided and what was resampled."""
    grouped = len(set(test.held.groups)) < len(test.held)
    kind = "by message, so that no translation of a message is in two splits"
    if test.config.texts.group_column:
        kind = f"by {test.config.texts.group_column}"
    words = f"{kind}, near-duplicates dropped" if grouped else "at random, near-duplicates dropped"
    resampled = "Resampled are whole groups of texts." if grouped else "Resampled are texts."
    rows = {**test.facts["rows"], "test": len(test.held)}
    rule = "group" if grouped else "stratified"
    return {"rule": rule, "description": words, "rows": rows, "resampled": resampled}


def describe_model(test: Test) -> str:
    """Return why this model is served, for the model card."""
    budget = test.config.serving.budget_ms
    found = ", ".join(
        f"{name.replace('_', ' ')} {one['macro_f1']['value']:.3f} in {one['milliseconds']:.2f} ms"
        for name, one in test.facts["candidates"].items()
    )
    return (
        f"It is served because its macro F1 on the validation split was the highest among the "
        f"candidates that answer one text within {budget:g} ms ({found}). Below a probability of "
        f"{test.facts['output']['threshold']:.3f} it says that it does not know."
    )
