"""What is remembered of images and their predictions, to count them and to find drift."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ..preprocess import Pixels
from .drift import Seen


def observe(images: Sequence[Pixels], predictions: Sequence[Mapping[str, Any]]) -> Iterator[Seen]:
    """Yield each image's brightness and contrast with its class and the probability of it.

    Both are of the decoded pixels, 0 to 255: another camera, light or ground moves them first.
    """
    for image, answer in zip(images, predictions, strict=True):
        features = {
            "brightness": float(image.mean()),
            "contrast": float(image.std()),
            "prediction": answer["prediction"],
            "confidence": answer["probability"],
        }
        yield Seen(features, (answer["prediction"],), answer["probability"])
