"""From a table to what models learn from: features with their bounds, inputs and the target."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ..errors import ProjectError
from ..preprocess import to_inputs
from ..settings import Config
from .schema import Schema

Inputs = dict[str, NDArray[Any]]


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
    rows = [dict(zip(names, row, strict=True)) for row in zip(*columns, strict=True)]
    return to_inputs(rows, features)


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


def target_of(
    frame: pd.DataFrame, config: Config, described: Schema, classes: list[str]
) -> NDArray[Any]:
    """Return the target: class indices, numbers, or (anomaly) 1 where a label says unusual."""
    name = described.target.name
    if config.task == "regression":
        return frame[name].to_numpy(dtype=np.float64)
    if config.task == "anomaly":
        unusual = frame[name] == described.target.positive if name else pd.Series(0, frame.index)
        return unusual.to_numpy(dtype=np.int64)
    index = {label: i for i, label in enumerate(classes)}
    unknown = set(frame[name]) - set(index)
    if unknown:
        raise ProjectError(f"The class {min(unknown)!r} of {name!r} does not occur in training.")
    return frame[name].map(index).to_numpy(dtype=np.int64)


def groups_of(frame: pd.DataFrame, config: Config) -> NDArray[Any] | None:
    """Return the values of the column by which rows belong together, or None."""
    column = config.split.column if config.split.rule == "group" else ""
    return pd.factorize(frame[column])[0] if column else None
