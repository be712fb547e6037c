"""`train`: fit on the training split, choose the threshold, pass the parity gate, export."""

from __future__ import annotations

import pickle
import sys
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.model_selection import cross_val_predict
from threadpoolctl import threadpool_limits

from . import export, metrics
from .convert import convert, edge_rows
from .data import dataset, encode, schema, split
from .data.encode import Inputs
from .data.schema import Schema
from .measure import statistics, with_anomalies
from .model import as_frame, baselines, build, folds, scores
from .progress import progress
from .settings import Config, load

SPLITS: tuple[split.Name, ...] = ("train", "validation")
NAMES = {"anomaly": "isolation_forest"}
TOLERANCE = 1e-5  # of a probability or score; for regression relative to the value
PACKAGES = ("scikit-learn", "skl2onnx", "onnxruntime", "numpy")


def run() -> None:
    """Train on the data that config.toml names and write artifacts/."""
    config = load()
    with threadpool_limits(config.threads):
        train(config, schema.load())


def train(config: Config, described: Schema) -> None:
    """Fit, calibrate, choose the threshold, check the graph and write artifacts/.

    Only the training and the validation split are read.
    """
    with progress("Training", 6) as done:
        rows = {name: split.read(config, described, name) for name in SPLITS}
        features = encode.feature_facts(described, rows["train"])
        classes = encode.class_names(config, described, rows["train"])
        inputs = {name: encode.inputs_of(rows[name], features) for name in SPLITS}
        target = {name: encode.target_of(rows[name], config, described, classes) for name in SPLITS}
        groups = encode.groups_of(rows["train"], config)
        frame = as_frame(inputs["train"])
        done(1)
        model = build(config, inputs["train"]).fit(frame, target["train"])
        done(1)
        threshold = choose_threshold(config, model, inputs["train"], target["train"], groups)
        done(1)
        simple = {
            name: baseline.fit(frame, target["train"])
            for name, baseline in baselines(config, inputs["train"]).items()
        }
        done(1)
        graph, output = convert(model, inputs["train"], config.task)
        largest = check(config, model, graph, output, inputs)
        done(1)
        measured = validate(config, model, inputs["validation"], target["validation"])
        counts = {name: len(frame) for name, frame in rows.items()}
        facts = export.metadata(
            project=config.project,
            kind="tabular",
            task=config.task,
            graph=graph,
            name=NAMES.get(config.task, "hist_gradient_boosting"),
            packages=PACKAGES,
        )
        facts |= {
            "data": dataset.describe(config.data, sum(counts.values())),
            "rows": counts,
            "validation": measured,
            "metrics": measured,
            "parity": {"rows": sum(counts.values()), "largest_difference": largest},
            "input": {"features": features, "max_rows": 1000},
            "output": {
                "name": output,
                "classes": classes,
                "positive": classes[1] if config.task == "binary" else None,
                "threshold": threshold,
                "title": described.target.title,
                "unit": described.target.unit,
            },
            "reference": {},
            "example": {"rows": [encode.example(rows["train"], features)]},
        }
        export.save(graph, facts, kept={"baselines.pickle": pickle.dumps(simple)})
        done(1)
    name, value = next(iter(measured.items()))
    print(f"Validation {name} {value['value']:.3f}; exported to artifacts/.", file=sys.stderr)


def choose_threshold(
    config: Config, model: Any, inputs: Inputs, target: NDArray[Any], groups: NDArray[Any] | None
) -> float | None:
    """Return the probability above which saying yes costs least, on out-of-fold predictions.

    For anomalies the score that the configured share of training rows exceeds.
    """
    frame = as_frame(inputs)
    if config.task == "anomaly":
        return float(np.quantile(scores(model, frame, "anomaly"), 1 - config.model.contamination))
    if config.task != "binary":
        return None
    unseen = cross_val_predict(
        build(config, inputs),
        frame,
        target,
        groups=groups,
        cv=folds(config, groups),
        method="predict_proba",
    )[:, 1]
    order = np.argsort(-unseen)
    missed = target.sum() - np.cumsum(target[order])
    alarms = np.cumsum(1 - target[order])
    cost = (
        alarms * config.decision.cost_false_positive + missed * config.decision.cost_false_negative
    )
    return float(unseen[order][np.argmin(cost)])


def check(
    config: Config, model: Any, graph: bytes, output: str, inputs: Mapping[split.Name, Inputs]
) -> float:
    """Send every training and validation row and made edge rows through model and graph."""
    largest, answer = 0.0, export.open_graph(graph, output)
    for rows in (*inputs.values(), edge_rows(inputs["train"])):
        expected = scores(model, as_frame(rows), config.task)
        relative = config.task == "regression"
        largest = max(largest, export.parity(expected, answer(rows), TOLERANCE, relative))
    return largest


def validate(config: Config, model: Any, inputs: Inputs, target: NDArray[Any]) -> dict[str, Any]:
    """Return the metrics on the validation split, the primary one first."""
    inputs, target = with_anomalies(config, inputs, target)
    found = statistics(config, target, scores(model, as_frame(inputs), config.task))
    draws = metrics.bootstrap(found, metrics.resample(len(target), 200, config.seed))
    return {name: metrics.summary(name, values) for name, values in draws.items()}
