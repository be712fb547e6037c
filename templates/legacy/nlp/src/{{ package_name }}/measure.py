"""The metrics of text classification, the rule for "I do not know", and the latency."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from . import metrics
from .metrics import Floats, Statistic

Answer = Callable[[Sequence[str]], Floats]


def statistics(target: NDArray[Any], predicted: Floats) -> dict[str, Statistic]:
    """Return the metrics as functions of bootstrap weights, the primary one first.

    ``target`` holds class indices, ``predicted`` probabilities [texts, classes].
    """
    labels = predicted.argmax(axis=1)
    return {
        "macro_f1": metrics.macro_f1(target, labels, predicted.shape[1]),
        "accuracy": metrics.mean(labels == target),
        "log_loss": metrics.log_loss(target, predicted),
        "brier": metrics.brier(target, predicted),
    }


def sure_enough(target: NDArray[Any], predicted: Floats, accuracy: float) -> float:
    """Return the lowest probability from which answers are right at least so often.

    Below it the service says that it does not know. Chosen on validation texts; where no
    probability is high enough, the highest one.
    """
    top = predicted.max(axis=1)
    order = np.argsort(-top)
    right = (predicted.argmax(axis=1) == target)[order]
    good = np.flatnonzero(np.cumsum(right) / np.arange(1, len(right) + 1) >= accuracy)
    return float(top[order][good[-1] if len(good) else 0])


def milliseconds(answer: Answer, texts: Sequence[str]) -> float:
    """Return the median time for one text, from text to probabilities."""
    times = []
    for text in texts[:200]:
        start = time.perf_counter()
        answer([text])
        times.append(1000 * (time.perf_counter() - start))
    return float(np.median(times))
