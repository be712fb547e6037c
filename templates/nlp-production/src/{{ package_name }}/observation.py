"""What is remembered of texts and their answers, and how good an answer was."""

from collections.abc import Mapping
from typing import Any

from .class_scores import score, vocabulary
from .drift import Observation
from .inference import Model

__all__ = ["answer", "observe", "score", "vocabulary"]
UNKNOWN_LABEL = "(unknown)"  # where the model says that it does not know


def answer(model: Model, body: Mapping[str, Any]) -> tuple[Any, list[Observation]]:
    """Return the answers to a request, and what is remembered of each text with its own."""
    answers = model.answer(body)
    return answers, [observe(*pair) for pair in zip(body["texts"], answers, strict=True)]


def observe(text: str, answer: Mapping[str, Any]) -> Observation:
    """Return a text's length and share of letters, the answer and its probability, not the text."""
    label, probability = answer["prediction"] or UNKNOWN_LABEL, answer["probability"]
    features = {
        "length": len(text),
        "letters": sum(map(str.isalpha, text)) / max(1, len(text)),
        "prediction": label,
        "probability": probability,
    }
    return Observation(features, (label,), probability)
