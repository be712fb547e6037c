"""The model at work: texts in, answers out. onnxruntime and numpy, nothing that trains."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any

import numpy as np
from pydantic import ConfigDict, Field
from typing_extensions import TypedDict

from .export import open_model
from .features import LONGEST, normalise, to_inputs, vocabulary_of


class Model:
    """What ``folder`` holds: ``metadata``, ``body`` (the type of a request) and the graph."""

    def __init__(self, folder: Path) -> None:
        self.metadata, self._session = open_model(folder)
        self._longest: int = self.metadata["input"]["longest"]
        self._vocabulary = vocabulary_of(self.metadata["input"])
        self.body = body_type(self.metadata["input"])

    def answer(self, body: Mapping[str, Any]) -> list[dict[str, Any]]:
        """Return an answer for each text of a request that ``body`` describes."""
        return self.predict(body["texts"])

    def predict(self, texts: Sequence[str]) -> list[dict[str, Any]]:
        """Return an answer for each text, as `POST /predict` gives it."""
        inputs = to_inputs(texts, self._vocabulary, self._longest)
        (values,) = self._session.run(["probabilities"], inputs)
        # float64, as the page computes: the last of six digits is rounded alike.
        rows = np.asarray(values, np.float64)
        return [
            self._describe(row) | {"warnings": warnings(text, bool(count))}
            for text, row, count in zip(texts, rows, inputs["counts"].sum(axis=1), strict=True)
        ]

    def _describe(self, scores: np.ndarray[Any, Any]) -> dict[str, Any]:
        """Return the answer: no prediction where the likeliest class is below the threshold."""
        output, best = self.metadata["output"], int(scores.argmax())
        rounded = [round(float(score), 6) for score in scores]
        certain = bool(scores[best] >= output["threshold"])
        return {
            "prediction": output["classes"][best] if certain else None,
            "likeliest": output["classes"][best],
            "probability": rounded[best],
            "threshold": output["threshold"],
            "probabilities": dict(zip(output["classes"], rounded, strict=True)),
        }


def warnings(text: str, familiar: bool) -> list[dict[str, str]]:
    """Name what makes an answer doubtful."""
    messages = []
    if not familiar:
        messages.append("no part of it was seen in training")
    if len(normalise(text)) == LONGEST:
        messages.append(f"only its first {LONGEST} characters were read")
    return [{"field": "text", "message": message} for message in messages]


def body_type(facts: Mapping[str, Any]) -> Any:
    """Return the type of a request: {"texts": ["...", ...]}."""
    text = Annotated[str, Field(max_length=facts["max_letters"])]
    texts = Annotated[list[text], Field(min_length=1, max_length=facts["max_texts"])]
    typed_dict: Any = TypedDict
    body = typed_dict("Body", {"texts": texts})
    body.__pydantic_config__ = ConfigDict(strict=True, extra="forbid")
    return body
