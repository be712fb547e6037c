"""`train`: fit every candidate, pass the parity gate, choose on validation, export the winner."""

from __future__ import annotations

import hashlib
import json
import pickle
import sys
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from . import export, metrics
from .convert import EDGE_TEXTS, convert
from .data import dataset, split
from .data.texts import Texts
from .learn import BATCH, Candidate, calibrate, fit_linear, fit_network
from .measure import Answer, milliseconds, statistics, sure_enough
from .metrics import Floats
from .progress import track
from .settings import Config, LinearConfig, load

TOLERANCE = 1e-4  # of a probability
PACKAGES = ("torch", "scikit-learn", "onnxruntime", "numpy", "tokenizers")
LETTERS = LinearConfig(bits=10, longest=1, words=False)  # the simple baseline: letter frequencies


def run() -> None:
    """Train on the texts that config.toml names and write artifacts/."""
    config = load()
    torch.set_num_threads(config.threads)
    with threadpool_limits(config.threads):
        train(config)


@dataclass(frozen=True)
class Entrant:
    """A calibrated candidate with its graph, and how the graph did on the validation split."""

    model: Candidate
    graph: bytes
    difference: float  # the largest between model and graph
    predicted: Floats
    metrics: dict[str, Any]
    milliseconds: float  # for one text


def train(config: Config) -> None:
    """Fit, calibrate, check and compare the candidates; only training and validation are read."""
    known, held = split.read(config, "train", "validation")
    classes = sorted(set(known.labels))
    target = indices(held, classes)
    models = candidates(config, known, indices(known, classes), len(classes))
    entrants = [
        examine(config, model, held, target) for model in track(models, "Checking the graphs")
    ]
    winner = choose(entrants, config.serving.budget_ms)
    facts = describe(config, winner, known, held, classes)
    facts["candidates"] = {
        one.model.name: {"macro_f1": one.metrics["macro_f1"], "milliseconds": one.milliseconds}
        for one in entrants
    }
    stored = models, {one.model.name: one.graph for one in entrants}
    tokenizer = winner.model.tokenizer
    served = {"tokenizer.json": tokenizer.encode()} if tokenizer else {}
    export.save(winner.graph, facts, served, {"candidates.pickle": pickle.dumps(stored)})
    for one in entrants:
        score = one.metrics["macro_f1"]["value"]
        print(
            f"{one.model.name}: validation macro F1 {score:.3f}, {one.milliseconds:.2f} ms a text",
            file=sys.stderr,
        )
    print(f"Exported {winner.model.name} to artifacts/.", file=sys.stderr)


def examine(config: Config, model: Candidate, held: Texts, target: NDArray[Any]) -> Entrant:
    """Calibrate a candidate, pass its graph through the parity gate, and score the graph."""
    calibrate(model, held.texts, target)
    graph = convert(model)
    answer = answers(model, graph)
    predicted = answer(held.texts)
    edges = answer(EDGE_TEXTS)
    return Entrant(
        model=model,
        graph=graph,
        difference=max(
            export.parity(model.probabilities(held.texts), predicted, TOLERANCE),
            export.parity(model.probabilities(EDGE_TEXTS), edges, TOLERANCE),
        ),
        predicted=predicted,
        metrics=validate(target, predicted, held.groups, config.seed),
        milliseconds=milliseconds(answer, held.texts),
    )


def choose(entrants: list[Entrant], budget: float) -> Entrant:
    """Return the best of validation among those that answer within ``budget`` milliseconds.

    Where none does, the quickest.
    """
    quick = [one for one in entrants if one.milliseconds <= budget]
    quick = quick or [min(entrants, key=lambda one: one.milliseconds)]
    return max(quick, key=lambda one: one.metrics["macro_f1"]["value"])


def describe(
    config: Config, winner: Entrant, known: Texts, held: Texts, classes: list[str]
) -> dict[str, Any]:
    """Return metadata.json of the model that is served."""
    facts = export.metadata(
        project=config.project,
        kind="nlp",
        task="multiclass" if len(classes) > 2 else "binary",
        graph=winner.graph,
        name=winner.model.name,
        packages=PACKAGES,
    )
    rows = {"train": len(known), "validation": len(held)}
    compared = len(held) + len(EDGE_TEXTS)
    wanted = config.serving.answered_accuracy
    return facts | {
        "data": {**dataset.describe(config.data, sum(rows.values())), "sha256": digest(config)},
        "rows": rows,
        "validation": winner.metrics,
        "metrics": winner.metrics,
        "parity": {"rows": compared, "largest_difference": winner.difference},
        "input": {"encoder": winner.model.facts, "max_texts": 100, "max_chars": 5000},
        "output": {
            "name": "probabilities",
            "classes": classes,
            "threshold": sure_enough(indices(held, classes), winner.predicted, wanted),
        },
        "reference": {},
        "example": {"texts": [min(held.texts, key=lambda text: abs(len(text) - 60))]},
    }


def candidates(config: Config, known: Texts, target: NDArray[Any], classes: int) -> list[Candidate]:
    """Return the fitted candidates and, last, the simple baseline."""
    models = [fit_linear(config.linear, known.texts, target, classes)]
    if config.network.enabled:
        models.append(fit_network(config, known.texts, target, classes))
    if config.transformer.model:
        from .transformer import fit_embeddings

        models.append(fit_embeddings(config, known.texts, target, classes))
    letters = replace(LETTERS, c=config.linear.c)
    return [*models, fit_linear(letters, known.texts, target, classes, "letter_frequencies")]


def answers(model: Candidate, graph: bytes) -> Answer:
    """Return a candidate's graph as a function from texts to probabilities [texts, classes]."""
    run_graph, encode = export.open_graph(graph, "probabilities"), model.encoder()

    def answer(texts: Any) -> Floats:
        parts = [texts[start : start + BATCH] for start in range(0, len(texts), BATCH)]
        return np.concatenate([run_graph(encode(part)) for part in parts])

    return answer


def validate(
    target: NDArray[Any], predicted: Floats, groups: list[str], seed: int
) -> dict[str, Any]:
    """Return the metrics on the validation split, the primary one first."""
    weights = metrics.resample(len(target), 200, seed, groups)
    draws = metrics.bootstrap(statistics(target, predicted), weights)
    return {name: metrics.summary(name, values) for name, values in draws.items()}


def indices(texts: Texts, classes: list[str]) -> NDArray[np.int64]:
    """Return each text's label as its place among ``classes``."""
    place = {label: i for i, label in enumerate(classes)}
    return np.array([place[label] for label in texts.labels], dtype=np.int64)


def digest(config: Config) -> str:
    """Return the SHA-256 of all texts, labels and groups: which data a model was made of."""
    from .data.texts import load as load_texts

    texts = load_texts(config)
    rows = sorted(zip(texts.texts, texts.labels, texts.groups, strict=True))
    return hashlib.sha256(json.dumps(rows).encode()).hexdigest()
