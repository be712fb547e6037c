"""The model at work: a picture in, an answer out. onnxruntime, Pillow, and nothing that trains."""

from pathlib import Path
from typing import Any

import numpy as np

from .export import open_model
from .features import Pixels, decode

INPUT = "images"


class Model:
    """What ``folder`` holds: ``metadata`` and the graph."""

    def __init__(self, folder: Path) -> None:
        self.metadata, self._session = open_model(folder)
        self.channels: int = self.metadata["input"]["channels"]
        self.output: dict[str, Any] = self.metadata["output"]

    def answer(self, content: bytes, media_type: str = "") -> dict[str, Any]:
        """Return the answer to a picture's bytes; ``ValueError`` says why there is none.

        What the bytes are is seen from themselves, whatever ``media_type`` says.
        """
        return self.predict(decode(content, self.channels))

    def predict(self, pixels: Pixels) -> dict[str, Any]:
        """Return the answer to a picture [height, width, channels], as `POST /predict` gives it."""
        (values,) = self._session.run([self.output["name"]], {INPUT: pixels[None]})
        # float64, as the page computes: the last of six digits is rounded alike.
        probabilities = np.asarray(values[0], np.float64).tolist()
        if not np.isfinite(probabilities).all():
            raise ValueError("The model has no finite answer for this picture.")
        classes, threshold = self.output["classes"], self.output["threshold"]
        best = max(range(len(classes)), key=probabilities.__getitem__)
        if self.output["positive"] is not None:
            positive = classes.index(self.output["positive"])
            best = positive if probabilities[positive] >= threshold else 1 - positive
        sure = self.output["positive"] is not None or probabilities[best] >= threshold
        shares = [round(value, 6) for value in probabilities]
        return {
            "prediction": classes[best] if sure else None,
            "probabilities": dict(zip(classes, shares, strict=True)),
            "threshold": threshold,
        }
