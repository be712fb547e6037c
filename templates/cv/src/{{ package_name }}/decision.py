"""From probabilities to answers: by what an error costs, and by the same rule for each model."""

import numpy as np
from numpy.typing import NDArray

from .config import Decision
from .metrics import Floats, Indices, Metric, macro_f1, mean, ratio, row_losses

NO_ANSWER = -1


def decide(probabilities: Floats, threshold: float, positive: int | None) -> Indices:
    """Return each picture's class: the positive one of two from its threshold on; or the most
    probable one where it reaches the threshold, else NO_ANSWER."""
    if positive is not None:
        return np.where(probabilities[:, positive] >= threshold, positive, 1 - positive)
    answers = probabilities.argmax(axis=1)
    return np.where(probabilities.max(axis=1) >= threshold, answers, NO_ANSWER)


def choose_threshold(
    truth: Indices, probabilities: Floats, positive: int | None, costs: Decision
) -> float:
    """Return the threshold that costs least on these pictures.

    Of several the one nearest to what calibrated probabilities ask for.
    """
    if positive is not None:
        scores, real = probabilities[:, positive], truth == positive
        above, below = ~real * costs.cost_false_positive, real * costs.cost_false_negative
        ideal = costs.cost_false_positive / (costs.cost_false_positive + costs.cost_false_negative)
    else:
        scores, ideal = probabilities.max(axis=1), 1 - costs.cost_no_answer
        above = 1.0 * (probabilities.argmax(axis=1) != truth)
        below = np.full(len(truth), costs.cost_no_answer)
    order = np.argsort(-scores, kind="stable")
    ranked = np.concatenate([[1.0], scores[order], [0.0]])
    change = np.concatenate([[0.0], (above - below)[order]])
    total, borders = np.cumsum(change), (ranked[:-1] + ranked[1:]) / 2
    total[1:][ranked[1:-1] == ranked[2:]] = np.inf  # equal scores are not divided
    cheapest = borders[total <= total.min() + 1e-9]
    return float(cheapest[np.abs(cheapest - ideal).argmin()])


def task_metrics(
    truth: Indices,
    probabilities: Floats,
    threshold: float,
    positive: int | None,
    costs: Decision,
) -> dict[str, Metric]:
    """Return the metrics of one model's probabilities [n, classes] and of its decisions."""
    answers = decide(probabilities, threshold, positive)
    labels = answers if positive is not None else probabilities.argmax(axis=1)
    right, answered = labels == truth, answers != NO_ANSWER
    metrics = {
        "accuracy": mean(right),
        "macro_f1": macro_f1(truth, labels, probabilities.shape[1]),
        "log_loss": mean(row_losses(truth, probabilities)),
    }
    if positive is None:
        wrong: NDArray[np.bool_] = answered & ~right
        metrics["answered"] = mean(answered)
        metrics["accuracy_of_answers"] = ratio(answered & right, answered)
        return {**metrics, "cost": mean(wrong + ~answered * costs.cost_no_answer)}
    real, alarm = truth == positive, answers == positive
    cost = (alarm & ~real) * costs.cost_false_positive + (~alarm & real) * costs.cost_false_negative
    metrics["recall"], metrics["precision"] = ratio(alarm & real, real), ratio(alarm & real, alarm)
    return {**metrics, "cost": mean(cost)}
