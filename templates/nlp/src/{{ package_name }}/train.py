"""`train`: fit every candidate, pass the parity gate, choose on validation, export the winner."""

from __future__ import annotations

import hashlib
import json
import pickle
import sys
from dataclasses import replace
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
from .progress import progress
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


def train(config: Config) -> None:
    """Fit, calibrate, check and compare the candidates; only training and validation are read."""
    known, held = split.read(config, "train", "validation")
    classes = sorted(set(known.labels))
    target = {"train": indices(known, classes), "validation": indices(held, classes)}
    models = candidates(config, known, target["train"], len(classes))
    graphs, largest = {}, 0.0
    found: dict[str, dict[str, Any]] = {}
    with progress("Checking the graphs", len(models)) as done:
        for model in models:
            calibrate(model, held.texts, target["validation"])
            graph = convert(model)
            answer = answers(model, graph)
            for texts in (known.texts, held.texts, list(EDGE_TEXTS)):
                difference = export.parity(model.probabilities(texts), answer(texts), TOLERANCE)
                largest = max(largest, difference)
            graphs[model.name] = graph
            found[model.name] = {
                "predicted": answer(held.texts),
                "milliseconds": milliseconds(answer, held.texts),
            }
            done(1)
    measured = {
        name: validate(target["validation"], one["predicted"], held.groups, config.seed)
        for name, one in found.items()
    }
    winner = choose(config, models, measured, {n: one["milliseconds"] for n, one in found.items()})
    chosen, graph = found[winner.name], graphs[winner.name]
    facts = export.metadata(
        project=config.project,
        kind="nlp",
        task="multiclass" if len(classes) > 2 else "binary",
        graph=graph,
        name=winner.name,
        packages=PACKAGES,
    )
    threshold = sure_enough(
        target["validation"], chosen["predicted"], config.serving.answered_accuracy
    )
    rows = {"train": len(known), "validation": len(held)}
    facts |= {
        "data": {
            **dataset.describe(config.data, len(known) + len(held)),
            "sha256": digest(config),
        },
        "rows": rows,
        "validation": measured[winner.name],
        "metrics": measured[winner.name],
        "candidates": {
            name: {"macro_f1": measured[name]["macro_f1"], "milliseconds": one["milliseconds"]}
            for name, one in found.items()
        },
        "parity": {"rows": sum(rows.values()) + len(EDGE_TEXTS), "largest_difference": largest},
        "input": {"encoder": winner.facts, "max_texts": 100, "max_chars": 5000},
        "output": {"name": "probabilities", "classes": classes, "threshold": threshold},
        "reference": reference(known.texts, chosen["predicted"], classes),
        "example": {"texts": [min(held.texts, key=lambda text: abs(len(text) - 60))]},
    }
    served = {"tokenizer.json": winner.tokenizer.encode()} if winner.tokenizer else {}
    export.save(graph, facts, served, {"candidates.pickle": pickle.dumps((models, graphs))})
    for name, one in found.items():
        score, speed = measured[name]["macro_f1"]["value"], one["milliseconds"]
        print(f"{name}: validation macro F1 {score:.3f}, {speed:.2f} ms a text", file=sys.stderr)
    print(f"Exported {winner.name} to artifacts/.", file=sys.stderr)


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


def choose(
    config: Config,
    models: list[Candidate],
    measured: dict[str, dict[str, Any]],
    speed: dict[str, float],
) -> Candidate:
    """Return the best of validation among those that keep the latency budget (or the fastest)."""
    quick = [model for model in models if speed[model.name] <= config.serving.budget_ms]
    quick = quick or [min(models, key=lambda model: speed[model.name])]
    return max(quick, key=lambda model: measured[model.name]["macro_f1"]["value"])


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


def reference(texts: list[str], predicted: Floats, classes: list[str]) -> dict[str, Any]:
    """Return how long texts and which predictions are usual, to measure drift against."""
    lengths = np.array([len(text) for text in texts])
    edges = np.unique(np.quantile(lengths, np.linspace(0, 1, 11)))
    share = (np.histogram(lengths, edges)[0] / len(lengths)).tolist() if len(edges) > 1 else [1.0]
    counts = np.bincount(predicted.argmax(axis=1), minlength=len(classes)) / len(predicted)
    return {
        "length": {"edges": edges.tolist(), "share": share},
        "prediction": {"categories": classes, "share": counts.tolist()},
    }
