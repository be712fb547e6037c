"""What is remembered of pictures and their answers, and how good an answer was."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from PIL import Image

from .class_scores import score, vocabulary
from .drift import Observation
from .features import Pixels, decode
from .inference import Model

__all__ = ["answer", "observe", "score", "vocabulary"]


def answer(model: Model, content: bytes) -> tuple[Any, list[Observation]]:
    """Return the answer to a picture, and what is remembered of both."""
    facts = model.metadata["input"]
    pixels = decode(content, facts["channels"], facts.get("white", 0))
    answer = model.predict(pixels)
    return answer, [observe(to_size(pixels, facts["size"]), answer)]


def observe(pixels: Pixels, answer: Mapping[str, Any]) -> Observation:
    """Return the brightness and contrast of a picture as the graph sees it, and the answer.

    Both are of pixels from 0 to 255: another camera, light or ground moves them first.
    """
    label, probability = answer["prediction"], max(answer["probabilities"].values())
    features = {
        "brightness": float(pixels.mean()),
        "contrast": float(pixels.std()),
        "prediction": label,
        "probability": probability,
    }
    return Observation(features, (label,), probability)


def to_size(pixels: Pixels, size: int) -> Pixels:
    """Return what convert.Resize does, within a grey level: the service has no torch."""
    longer, channels = max(pixels.shape[:2]), pixels.shape[2]
    height, width = (max(1, (2 * size * n + longer) // (2 * longer)) for n in pixels.shape[:2])
    image = Image.fromarray(pixels if channels == 3 else pixels[:, :, 0])
    square = Image.new(image.mode, (size, size))
    image = image.resize((width, height), Image.Resampling.BILINEAR)
    square.paste(image, ((size - width) // 2, (size - height) // 2))
    return np.asarray(square).reshape(size, size, channels)
