"""Which metrics are measured, and the baselines that the network must beat."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.dummy import DummyClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler

from . import metrics
from .data.images import Images
from .metrics import Floats, Statistic
from .settings import Config

CELLS = 28  # the linear baseline sees at most this many cells a side


def statistics(
    config: Config,
    truth: NDArray[Any],
    probability: Floats,
    classes: list[str],
    threshold: float | None,
) -> dict[str, Statistic]:
    """Return every metric as a function of resampling weights, the primary one first."""
    labels = decide(probability, classes, config.decision.positive, threshold)
    found = {
        "accuracy": metrics.mean(labels == truth),
        "macro_f1": metrics.macro_f1(truth, labels, len(classes)),
        "log_loss": metrics.log_loss(truth, probability),
        "brier": metrics.brier(truth, probability),
    }
    if not config.decision.positive:
        return found
    sought = classes.index(config.decision.positive)
    real, yes = truth == sought, labels == sought
    return {
        "recall": metrics.ratio(real & yes, real),
        "precision": metrics.ratio(real & yes, yes),
        "roc_auc": metrics.roc_auc(real, probability[:, sought]),
        **found,
    }


def decide(
    probability: Floats, classes: list[str], positive: str, threshold: float | None
) -> NDArray[np.int64]:
    """Return the class of each row: the most probable, or the sought one from its threshold on."""
    if not positive or threshold is None:
        return np.asarray(probability.argmax(axis=1))
    sought = classes.index(positive)
    return np.where(probability[:, sought] >= threshold, sought, 1 - sought)


def choose_threshold(config: Config, validation: Images, probability: Floats) -> float | None:
    """Return the probability from which saying yes costs least on validation."""
    if not config.decision.positive:
        return None
    sought = validation.classes.index(config.decision.positive)
    score, real = probability[:, sought], validation.labels == sought
    order = np.argsort(-score)
    missed = real.sum() - np.cumsum(real[order])
    alarms = np.cumsum(~real[order])
    costs = config.decision
    total = alarms * costs.cost_false_positive + missed * costs.cost_false_negative
    return float(score[order][np.argmin(total)])


def flat(images: Images) -> Floats:
    """Return grey images [n, cells], of at most CELLS x CELLS cells, from 0 to 1."""
    grey = images.pixels.mean(axis=3)
    step = max(1, grey.shape[1] // CELLS)
    side = grey.shape[1] // step
    cut = grey[:, : side * step, : side * step].reshape(len(grey), side, step, side, step)
    means: Floats = cut.mean(axis=(2, 4)).reshape(len(grey), -1) / 255
    return means


def baselines(train: Images) -> dict[str, Any]:
    """Return fitted baselines: always the base rate, and logistic regression on the pixels."""
    linear: Pipeline = make_pipeline(StandardScaler(), LogisticRegression(C=0.005, max_iter=500))
    found = {"base_rate": DummyClassifier(strategy="prior"), "linear": linear}
    return {name: model.fit(flat(train), train.labels) for name, model in found.items()}
