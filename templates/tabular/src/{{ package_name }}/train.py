"""`train`: fit on the training split, choose the threshold, pass the parity gate, export."""

from __future__ import annotations

import pickle
import sys
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.model_selection import cross_val_predict
from threadpoolctl import threadpool_limits

from . import export, metrics
from .convert import convert, edge_rows
from .data import dataset, schema, split
from .data.schema import Schema
from .errors import ProjectError
from .measure import statistics, with_anomalies
from .model import Inputs, as_frame, baselines, build, folds, scores
from .preprocess import to_inputs
from .progress import progress
from .settings import Config, load

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
        rows = {name: split.read(config, described, name) for name in ("train", "validation")}
        features = feature_facts(described, rows["train"])
        inputs = {name: inputs_of(frame, features) for name, frame in rows.items()}
        classes = class_names(config, described, rows["train"])
        target = {name: encode(frame, config, described, classes) for name, frame in rows.items()}
        done(1)
        output = {"classes": classes, "positive": classes[1] if config.task == "binary" else None}
        output |= {"unit": described.target.unit, "title": described.target.title}
        frame = as_frame(inputs["train"])
        groups = groups_of(rows["train"], config)
        model = build(config, inputs["train"]).fit(frame, target["train"])
        done(1)
        output["threshold"] = choose_threshold(config, model, inputs["train"], target["train"], groups)
        done(1)
        simple = baselines(config, inputs["train"])
        for baseline in simple.values():
            baseline.fit(frame, target["train"])
        done(1)
        graph, output["name"] = convert(model, inputs["train"], config.task)
        largest = check(config, model, graph, output["name"], inputs)
        done(1)
        measured = validate(config, model, inputs["validation"], target["validation"])
        facts = export.metadata(
            project=config.project,
            kind="tabular",
            task=config.task,
            graph=graph,
            name=NAMES.get(config.task, "hist_gradient_boosting"),
            packages=PACKAGES,
        )
        facts |= {
            "data": dataset.describe(config.data, sum(map(len, rows.values()))),
            "rows": {name: len(frame) for name, frame in rows.items()},
            "validation": measured,
            "metrics": measured,
            "parity": {"rows": sum(map(len, rows.values())), "largest_difference": largest},
            "input": {"features": features, "max_rows": 1000},
            "output": output,
            "reference": {},
            "example": {"rows": [example(rows["train"], features)]},
        }
        export.save(graph, facts, kept={"baselines.pickle": pickle.dumps(simple)})
        done(1)
    name, value = next(iter(measured.items()))
    print(f"Validation {name} {value['value']:.3f}; exported to artifacts/.", file=sys.stderr)


def feature_facts(described: Schema, frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Return schema.toml's features with the bounds and categories seen in training."""
    if not described.features:
        raise ProjectError("schema.toml describes no features.", "Add some, or run: make data")
    facts = []
    for feature in described.features:
        column = frame[feature.name].dropna()
        fact: dict[str, Any] = {
            "name": feature.name,
            "kind": feature.kind,
            "title": feature.title or feature.name,
            "description": feature.description,
            "unit": feature.unit,
            "missing": list(feature.missing),
            "required": len(column) == len(frame),
        }
        if feature.kind == "category":
            fact["categories"] = sorted(set(column) - set(feature.missing))
        elif len(column):
            fact["low"] = max(feature.low, float(column.min()))
            fact["high"] = min(feature.high, float(column.max()))
        facts.append(fact)
    for fact, value in zip(facts, example(frame, facts).values(), strict=True):
        fact["example"] = value
    return facts


def example(frame: pd.DataFrame, features: list[dict[str, Any]]) -> dict[str, Any]:
    """Return the most complete of the first training rows as a caller would send it."""
    row = frame.iloc[int(frame.head(500).isna().sum(axis=1).argmin())]
    values: dict[str, Any] = {}
    for feature in features:
        value, kind = row[feature["name"]], feature["kind"]
        if pd.isna(value):
            values[feature["name"]] = None
        elif kind == "category":
            values[feature["name"]] = str(value)
        else:
            convert_to = {"integer": int, "boolean": bool, "number": float}[kind]
            values[feature["name"]] = convert_to(value)
    return values


def inputs_of(frame: pd.DataFrame, features: list[dict[str, Any]]) -> Inputs:
    """Return the graph's inputs for a table, through the same function as serving."""
    names = [feature["name"] for feature in features]
    columns = [frame[name].tolist() for name in names]
    return to_inputs([dict(zip(names, row, strict=True)) for row in zip(*columns, strict=True)], features)


def class_names(config: Config, described: Schema, frame: pd.DataFrame) -> list[str]:
    """Return the classes in the order of the model's columns; the positive one last."""
    if config.task in ("regression", "anomaly"):
        return []
    classes = sorted(frame[described.target.name].unique())
    positive = described.target.positive or classes[-1]
    if config.task == "binary" and (len(classes) != 2 or positive not in classes):
        raise ProjectError(
            f"The target {described.target.name!r} has the classes {', '.join(classes[:5])}: "
            "binary classification needs two, and the positive one among them.",
            "Set task in config.toml, or positive in schema.toml.",
        )
    if len(classes) < 2:
        raise ProjectError(f"The target {described.target.name!r} has one class only in training.")
    return sorted(classes, key=lambda name: name == positive) if len(classes) == 2 else classes


def encode(
    frame: pd.DataFrame, config: Config, described: Schema, classes: list[str]
) -> NDArray[Any]:
    """Return the target: class indices, numbers, or (anomaly) 1 where a label says unusual."""
    name = described.target.name
    if config.task == "regression":
        return frame[name].to_numpy(dtype=np.float64)
    if config.task == "anomaly":
        return (frame[name] == described.target.positive).to_numpy() if name else np.zeros(len(frame))
    index = {label: i for i, label in enumerate(classes)}
    unknown = set(frame[name]) - set(index)
    if unknown:
        raise ProjectError(f"The class {min(unknown)!r} of {name!r} does not occur in training.")
    return frame[name].map(index).to_numpy(dtype=np.int64)


def groups_of(frame: pd.DataFrame, config: Config) -> NDArray[Any] | None:
    """Return the values of the column by which rows belong together, or None."""
    column = config.split.column if config.split.rule == "group" else ""
    return pd.factorize(frame[column])[0] if column else None


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
        build(config, inputs), frame, target, groups=groups, cv=folds(config, groups), method="predict_proba"
    )[:, 1]
    order = np.argsort(-unseen)
    missed = target.sum() - np.cumsum(target[order])
    alarms = np.cumsum(1 - target[order])
    cost = alarms * config.decision.cost_false_positive + missed * config.decision.cost_false_negative
    return float(unseen[order][np.argmin(cost)])


def check(config: Config, model: Any, graph: bytes, output: str, inputs: dict[str, Inputs]) -> float:
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
