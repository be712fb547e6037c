"""The promoted model: texts in, labels and probabilities out."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from ..preprocess import MAX_CHARS, Encoder, clean
from .bundle import open_session, read_metadata
from .problems import Problem

MOST_PARTS = 40  # words that an explanation leaves out, one after the other
WORD = re.compile(r"\S+")


class Predictor:
    """An onnxruntime session with what is needed to feed it and to read its answer."""

    def __init__(self, folder: Path) -> None:
        self.metadata = read_metadata(folder)
        self.classes: list[str] = self.metadata["output"]["classes"]
        self.threshold: float = self.metadata["output"]["threshold"]
        tokenizer = folder / "tokenizer.json"
        text = tokenizer.read_text(encoding="utf-8") if tokenizer.is_file() else None
        self._encode = Encoder(self.metadata["input"]["encoder"], text)
        self._session = open_session(folder, self.metadata)

    @classmethod
    def load(cls, folder: Path) -> Predictor:
        """Return the model in ``folder``; a `ProjectError` says why there is none."""
        return cls(folder)

    def warm_up(self) -> None:
        """Answer the example, so that the first caller does not wait for what runs only once."""
        self.predict(self.metadata["example"]["texts"])

    def predict(self, texts: Sequence[str], explain: bool = False) -> list[dict[str, Any]]:
        """Return one prediction a text; below the threshold, or without letters, it is None."""
        found = self._probabilities(texts)
        return [self._answer(text, row, explain) for text, row in zip(texts, found, strict=True)]

    def _probabilities(self, texts: Sequence[str]) -> np.ndarray:
        name = self.metadata["output"]["name"]
        (raw,) = self._session.run([name], self._encode(texts))
        values = np.asarray(raw, dtype=np.float64)
        if not np.isfinite(values).all():
            raise Problem(422, "The model has no finite answer for these texts.")
        return values

    def _answer(self, text: str, row: np.ndarray, explain: bool) -> dict[str, Any]:
        best, letters = int(row.argmax()), any(map(str.isalpha, clean(text)))
        warnings = []
        if len(text) > MAX_CHARS:
            warnings.append(f"Only the first {MAX_CHARS} characters were read.")
        if not letters:
            warnings.append("The text has no letters.")
        ranked = np.argsort(-row)[:10]
        answer: dict[str, Any] = {
            "prediction": self.classes[best] if letters and row[best] >= self.threshold else None,
            "probability": round(float(row[best]), 6),
            "probabilities": {self.classes[i]: round(float(row[i]), 6) for i in ranked},
            "threshold": self.threshold,
            "warnings": warnings,
        }
        if explain:
            answer["parts"] = self._parts(text, best, float(row[best])) if letters else []
        return answer

    def _parts(self, text: str, best: int, probability: float) -> list[dict[str, Any]]:
        """Return each word's place and how much the answer's log-odds lose without it."""
        words = [match.span() for match in WORD.finditer(text)][:MOST_PARTS]
        without = self._probabilities([text[:start] + text[end:] for start, end in words])
        return [
            {
                "start": start,
                "end": end,
                "weight": round(_log_odds(probability) - _log_odds(float(row[best])), 4),
            }
            for (start, end), row in zip(words, without, strict=True)
        ]


def _log_odds(probability: float) -> float:
    """Return log(p / (1 - p)), bounded where float32 rounds p to 0 or 1."""
    bounded = min(max(probability, 1e-6), 1 - 1e-6)
    return math.log(bounded / (1 - bounded))
