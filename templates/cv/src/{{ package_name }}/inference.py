"""The model at work: a picture in, an answer out. onnxruntime, Pillow, and nothing that trains."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from .export import Floats, open_model
from .features import Pixels, decode

NO_ANSWER = -1


class Model:
    """What ``folder`` holds: ``metadata`` and the graph."""

    def __init__(self, folder: Path) -> None:
        self.metadata, self._session = open_model(folder)

    def answer(self, content: bytes, media_type: str = "") -> dict[str, Any]:
        """Return the answer to a picture's bytes, which say themselves what they are.

        ``ValueError`` says why there is none.
        """
        return self.predict(decode(content, self.metadata["input"]["channels"]))

    def predict(self, pixels: Pixels) -> dict[str, Any]:
        """Return the answer to a picture [height, width, channels], as `POST /predict` gives it."""
        output = self.metadata["output"]
        (values,) = self._session.run([output["name"]], {"images": pixels[None]})
        if not np.isfinite(values).all():
            raise ValueError("The model has no finite answer for this picture.")
        # float64, as the page computes: the last of six digits is rounded alike.
        shares = [round(value, 6) for value in np.asarray(values[0], np.float64).tolist()]
        (best,) = decide(np.asarray(values, np.float64), output)
        return {
            "prediction": None if best == NO_ANSWER else output["classes"][best],
            "probabilities": dict(zip(output["classes"], shares, strict=True)),
            "threshold": output["threshold"],
        }


def decide(probabilities: Floats, output: Mapping[str, Any]) -> Any:
    """Return the class of each row [n, classes], by metadata's ``output``.

    With a positive class, of two, that one from the threshold on; else the most probable one where
    it reaches the threshold, and NO_ANSWER where it does not.
    """
    if output["positive"]:
        positive = output["classes"].index(output["positive"])
        return np.where(probabilities[:, positive] >= output["threshold"], positive, 1 - positive)
    best = probabilities.argmax(axis=1)
    return np.where(probabilities.max(axis=1) >= output["threshold"], best, NO_ANSWER)
