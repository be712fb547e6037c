"""What is remembered of texts and their answers, and how good an answer was."""

from collections.abc import Mapping
from math import log
from typing import Any

from .drift import Observation
from .inference import Model

UNKNOWN = "(unknown)"  # where the model says that it does not know


def answer(model: Model, body: Mapping[str, Any]) -> tuple[Any, list[Observation]]:
    """Return the answers to a request, and what is remembered of each text with its own."""
    answers = model.answer(body)
    return answers, [observe(*pair) for pair in zip(body["texts"], answers, strict=True)]


def observe(text: str, answer: Mapping[str, Any]) -> Observation:
    """Return a text's length and share of letters, the answer and its probability, not the text."""
    label, probability = answer["prediction"] or UNKNOWN, answer["probability"]
    features = {
        "length": len(text),
        "letters": sum(map(str.isalpha, text)) / max(1, len(text)),
        "prediction": label,
        "probability": probability,
    }
    return Observation(features, (label,), probability)


def vocabulary(metadata: Mapping[str, Any]) -> list[str]:
    """Return the classes that the model answers."""
    return list(metadata["output"]["classes"])


def score(
    answer: Mapping[str, Any], label: str | float, metadata: Mapping[str, Any]
) -> dict[str, float]:
    """Return an answer's scores, whose means bear the names and units of those on validation.

    Raises ``ValueError`` where the label is none that the model can predict.
    """
    if label not in (classes := vocabulary(metadata)):
        raise ValueError(f"The label must be one of {', '.join(classes[:20])}.")
    right, probability = answer["likeliest"] == label, answer["probabilities"][label]
    return {"accuracy": float(right), "log_loss": -log(max(probability, 1e-7))}
