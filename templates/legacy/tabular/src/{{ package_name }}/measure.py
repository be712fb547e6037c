"""Which metrics a task has; the first one is the primary metric."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from . import metrics
from .data.encode import Inputs
from .errors import ProjectError
from .metrics import Statistic
from .settings import Config

PIPELINES = {"regression": "tabular-regression"}  # for the model card; else classification


def statistics(
    config: Config, target: NDArray[Any], predicted: NDArray[Any], threshold: float | None = None
) -> dict[str, Statistic]:
    """Return the task's metrics as functions of bootstrap weights, the primary one first.

    ``predicted`` holds probabilities [rows, classes], values [rows] or anomaly scores [rows];
    with a ``threshold`` the metrics of the yes-or-no decision are among them. Raises
    ``ProjectError`` if config.toml names a primary metric that the task does not have.
    """
    found = _statistics(config, target, predicted, threshold)
    primary = config.evaluation.primary or next(iter(found))
    if primary not in found:
        raise ProjectError(
            f"evaluation.primary is {primary!r}, which {config.task} does not have",
            f"one of {', '.join(found)}",
        )
    return {primary: found[primary], **found}


def _statistics(
    config: Config, target: NDArray[Any], predicted: NDArray[Any], threshold: float | None
) -> dict[str, Statistic]:
    if config.task == "regression":
        errors = predicted - target
        return {
            "rmse": metrics.rmse(errors),
            "mae": metrics.mean(np.abs(errors)),
            "r2": metrics.r2(target, errors),
        }
    if config.task == "multiclass":
        labels = predicted.argmax(axis=1)
        return {
            "macro_f1": metrics.macro_f1(target, labels, predicted.shape[1]),
            "accuracy": metrics.mean(labels == target),
            "log_loss": metrics.log_loss(target, predicted),
            "brier": metrics.brier(target, predicted),
        }
    score = predicted if config.task == "anomaly" else predicted[:, 1]
    found = {
        "roc_auc": metrics.roc_auc(target, score),
        "average_precision": metrics.average_precision(target, score),
    }
    if config.task == "binary":
        found["log_loss"] = metrics.log_loss(target, predicted)
        found["brier"] = metrics.brier(target, predicted)
    if threshold is not None:
        yes, real = score >= threshold, target == 1
        alarms = (yes & ~real) * config.decision.cost_false_positive
        missed = (~yes & real) * config.decision.cost_false_negative
        found["accuracy"] = metrics.mean(yes == real)
        found["precision"] = metrics.ratio(yes & real, yes)
        found["recall"] = metrics.ratio(yes & real, real)
        found["cost"] = metrics.mean(alarms + missed)
    return found


def with_anomalies(
    config: Config, inputs: Inputs, target: NDArray[Any]
) -> tuple[Inputs, NDArray[Any]]:
    """Return rows among which there is something to find.

    Labelled data and other tasks pass unchanged. Where no row is labelled as unusual, as many
    made rows are added, each value of which comes from another row: every column looks as usual,
    but the values do not belong together (Hastie et al., "The Elements of Statistical Learning",
    2009, 14.2.4).
    """
    if config.task != "anomaly" or target.any():
        return inputs, target
    rng = np.random.default_rng(config.seed)
    mixed = {
        name: np.concatenate([array, rng.permuted(array, axis=0)]) for name, array in inputs.items()
    }
    return mixed, np.repeat([0, 1], len(target))
