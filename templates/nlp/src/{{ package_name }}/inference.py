"""The model at work: texts in, answers out. onnxruntime and numpy, nothing that trains."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any

import numpy as np
from numpy.typing import NDArray
from pydantic import ConfigDict, Field
from typing_extensions import TypedDict

from . import export
from .features import LONGEST, normalise, terms, to_inputs


class Model:
    """What ``folder`` holds: ``metadata``, ``body`` (the type of a request) and the graph."""

    def __init__(self, folder: Path) -> None:
        self.metadata, self._session = export.open_model(folder)
        self._longest: int = self.metadata["input"]["longest"]
        columns = enumerate(self.metadata["input"]["vocabulary"].split("\n"))
        self._vocabulary = {term: column for column, term in columns}
        self.body = body_type(self.metadata["input"])

    def scores(self, texts: Iterable[str]) -> NDArray[np.float64]:
        """Return the graph's probabilities [texts, classes]."""
        return export.answer(self._session, to_inputs(texts, self._vocabulary, self._longest))

    def answer(self, body: Mapping[str, Any]) -> list[dict[str, Any]]:
        """Return an answer for each text of a request that ``body`` describes."""
        return self.predict(body["texts"])

    def predict(self, texts: Sequence[str]) -> list[dict[str, Any]]:
        """Return an answer for each text, as `POST /predict` gives it."""
        answers = map(self._describe, self.scores(texts))
        return [a | {"warnings": self._warnings(t)} for a, t in zip(answers, texts, strict=True)]

    def _warnings(self, text: str) -> list[dict[str, str]]:
        """Name what makes an answer doubtful."""
        messages = []
        if self._vocabulary.keys().isdisjoint(terms(text, self._longest)):
            messages.append("no part of it was seen in training")
        if len(normalise(text)) == LONGEST:
            messages.append(f"only its first {LONGEST} characters were read")
        return [{"field": "text", "message": message} for message in messages]

    def _describe(self, scores: NDArray[np.float64]) -> dict[str, Any]:
        """Return the answer: no prediction where the likeliest class is below the threshold."""
        output, best = self.metadata["output"], int(scores.argmax())
        shares = [round(float(score), 6) for score in scores]
        certain = bool(scores[best] >= output["threshold"])
        return {
            "prediction": output["classes"][best] if certain else None,
            "likeliest": output["classes"][best],
            "probability": shares[best],
            "threshold": output["threshold"],
            "probabilities": dict(zip(output["classes"], shares, strict=True)),
        }


def body_type(facts: Mapping[str, Any]) -> Any:
    """Return the type of a request: {"texts": ["...", ...]}."""
    text = Annotated[str, Field(max_length=facts["max_letters"])]
    texts = Annotated[list[text], Field(min_length=1, max_length=facts["max_texts"])]
    typed_dict: Any = TypedDict
    body = typed_dict("Body", {"texts": texts})
    body.__pydantic_config__ = ConfigDict(strict=True, extra="forbid")
    return body
