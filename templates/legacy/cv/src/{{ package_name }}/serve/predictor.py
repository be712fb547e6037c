"""The promoted model: images in, labels and probabilities out."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import Any

import numpy as np

from ..preprocess import Pixels, decode
from .bundle import open_session, read_metadata
from .problems import Problem


class Predictor:
    """An onnxruntime session with what is needed to read its answer."""

    def __init__(self, folder: Path) -> None:
        self.metadata = read_metadata(folder)
        self.size: int = self.metadata["input"]["size"]
        self.channels: int = self.metadata["input"]["channels"]
        self.output: dict[str, Any] = self.metadata["output"]
        self._session = open_session(folder, self.metadata)

    @classmethod
    def load(cls, folder: Path) -> Predictor:
        """Return the model in ``folder``; a `ProjectError` says why there is none."""
        return cls(folder)

    def warm_up(self) -> None:
        """Answer the example, so that the first caller does not wait for what runs only once."""
        content = base64.b64decode(self.metadata["example"]["base64"])
        self.predict([decode(content, self.size, self.channels)])

    def predict(self, images: list[Pixels]) -> list[dict[str, Any]]:
        """Return one prediction for each decoded image, in their order."""
        (raw,) = self._session.run([self.output["name"]], {"images": np.stack(images)})
        probabilities = np.asarray(raw, dtype=np.float64)
        if not np.isfinite(probabilities).all():
            raise Problem(422, "The model has no finite answer for these images.")
        return [self._answer(*pair) for pair in zip(images, probabilities, strict=True)]

    def _answer(self, image: Pixels, probabilities: np.ndarray) -> dict[str, Any]:
        classes, threshold = self.output["classes"], self.output["threshold"]
        chosen = int(probabilities.argmax())
        if threshold is not None:
            sought = classes.index(self.output["positive"])
            chosen = sought if probabilities[sought] >= threshold else 1 - sought
        return {
            "prediction": classes[chosen],
            "probability": round(float(probabilities[chosen]), 6),
            "probabilities": {
                name: round(float(p), 6) for name, p in zip(classes, probabilities, strict=True)
            },
            "warnings": self._warnings(image),
        }

    def _warnings(self, image: Pixels) -> list[str]:
        """Say where an image is unlike those of training: answered all the same."""
        seen, mean = self.metadata["reference"]["brightness"], float(image.mean())
        if mean < seen["low"]:
            return ["The image is darker than the images seen in training."]
        if mean > seen["high"]:
            return ["The image is brighter than the images seen in training: is its ground light?"]
        return []
