"""What is remembered of pictures and their answers, and how good an answer was."""

from collections.abc import Mapping
from math import log
from typing import Any

from .drift import Observation
from .features import Pixels, decode, to_size
from .inference import Model

UNKNOWN = "(unknown)"  # where the model says that it does not know


def answer(model: Model, content: bytes, _: str) -> tuple[Any, list[Observation]]:
    """Return the answer to a picture, and what is remembered of both."""
    facts = model.metadata["input"]
    pixels = decode(content, facts["channels"])
    answer = model.predict(pixels)
    return answer, [observe(to_size(pixels, facts["size"]), answer)]


def observe(pixels: Pixels, answer: Mapping[str, Any]) -> Observation:
    """Return the brightness and contrast of a picture as the graph sees it, and the answer.

    Both are of pixels from 0 to 255: another camera, light or ground moves them first.
    """
    label, probability = answer["prediction"] or UNKNOWN, max(answer["probabilities"].values())
    features = {
        "brightness": float(pixels.mean()),
        "contrast": float(pixels.std()),
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

    Where the model does not know, its likeliest class counts, as on validation. Raises
    ``ValueError`` where the label is none that the model can predict.
    """
    if label not in (classes := vocabulary(metadata)):
        raise ValueError(f"The label must be one of {', '.join(classes[:20])}.")
    probabilities = answer["probabilities"]
    likeliest = answer["prediction"] or max(probabilities, key=lambda name: probabilities[name])
    loss = -log(max(probabilities[label], 1e-7))
    return {"accuracy": float(likeliest == label), "log_loss": loss}
