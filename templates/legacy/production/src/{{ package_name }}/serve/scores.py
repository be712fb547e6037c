"""How good one prediction was, now that the truth is known."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

ANOMALY = ("usual", "unusual")


def score(
    answer: Mapping[str, Any], label: str | float, output: Mapping[str, Any]
) -> dict[str, float] | None:
    """Return the scores of an answer, named as in validation; None for an impossible label.

    A number has its absolute error, whose mean is the mae. A class is right or not; for two
    classes of which one is sought there is the Brier score of its probability as well.
    """
    predicted = answer["prediction"]
    if isinstance(predicted, (int, float)):
        return None if isinstance(label, str) else {"mae": abs(predicted - label)}
    if label not in (output.get("classes") or ANOMALY):
        return None
    found = {"accuracy": float(predicted == label)}
    if (positive := output.get("positive")) and "probability" in answer:
        probability = answer.get("probabilities", {}).get(positive, answer["probability"])
        found["brier"] = (probability - (label == positive)) ** 2
    return found
