"""The promoted model: rows in, predictions out."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from ..preprocess import to_inputs
from .bundle import open_session, read_metadata
from .problems import Problem
from .schema import Row, body_type


class Predictor:
    """An onnxruntime session with what is needed to feed it and to read its answer."""

    def __init__(self, folder: Path) -> None:
        self.metadata = read_metadata(folder)
        self.features: list[dict[str, Any]] = self.metadata["input"]["features"]
        self.body = body_type(self.features, self.metadata["input"]["max_rows"])
        self.output: dict[str, Any] = self.metadata["output"]
        self._session = open_session(folder, self.metadata)

    @classmethod
    def load(cls, folder: Path) -> Predictor:
        """Return the model in ``folder``; a `ProjectError` says why there is none."""
        return cls(folder)

    def warm_up(self) -> None:
        """Answer the example, so that the first caller does not wait for what runs only once."""
        self.predict(self.body.validate_python(self.metadata["example"])["rows"])

    def predict(self, rows: list[Row]) -> list[dict[str, Any]]:
        """Return one prediction a row, in the order of the rows.

        Raises
        ------
        Problem
            422 where the model's answer is not a finite number.
        """
        (raw,) = self._session.run([self.output["name"]], to_inputs(rows, self.features))
        values = np.asarray(raw, dtype=np.float64)
        if not np.isfinite(values).all():
            raise Problem(422, "The model has no finite answer for these rows.")
        describe = getattr(self, f"_{self.metadata['task']}")
        answers = values if values.ndim == 2 and values.shape[1] > 1 else values.reshape(-1)
        return [
            {**describe(answer), "warnings": self._warnings(row)}
            for row, answer in zip(rows, answers, strict=True)
        ]

    def _binary(self, probabilities: np.ndarray) -> dict[str, Any]:
        classes, positive = self.output["classes"], self.output["positive"]
        probability = float(probabilities[classes.index(positive)])
        negative = next(name for name in classes if name != positive)
        return {
            "prediction": positive if probability >= self.output["threshold"] else negative,
            "probability": round(probability, 6),
            "threshold": self.output["threshold"],
        }

    def _multiclass(self, probabilities: np.ndarray) -> dict[str, Any]:
        classes = self.output["classes"]
        return {
            "prediction": classes[int(probabilities.argmax())],
            "probabilities": {
                name: round(float(p), 6) for name, p in zip(classes, probabilities, strict=True)
            },
        }

    def _regression(self, value: np.floating) -> dict[str, Any]:
        return {"prediction": round(float(value), 6)}

    def _anomaly(self, score: np.floating) -> dict[str, Any]:
        unusual = float(score) >= self.output["threshold"]
        return {
            "prediction": "unusual" if unusual else "usual",
            "score": round(float(score), 6),
            "threshold": self.output["threshold"],
        }

    def _warnings(self, row: Row) -> list[dict[str, str]]:
        """Name the values that training never saw: scored all the same, but with less ground."""
        found = []
        for feature in self.features:
            value, message = row.get(feature["name"]), ""
            if value is None or feature["kind"] == "boolean":
                continue
            if feature["kind"] == "category":
                if value not in feature["categories"]:
                    message = "not among the categories seen in training"
            elif not feature["low"] <= value <= feature["high"]:
                low, high = feature["low"], feature["high"]
                message = f"outside {low:g} to {high:g}, the range seen in training"
            if message:
                found.append({"field": feature["name"], "message": message})
        return found
