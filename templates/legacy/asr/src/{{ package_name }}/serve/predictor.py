"""The promoted model: an audio file in, words out."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from ..decode import Decoder, greedy
from ..preprocess import RATE, BadAudio, Samples, graph_inputs, read_audio
from .bundle import open_session, read_metadata
from .problems import Problem

QUIET = 1e-3  # of full scale: below this peak nothing was recorded, and no model is asked


class Predictor:
    """An onnxruntime session with what is needed to feed it and to read its answer."""

    def __init__(self, folder: Path) -> None:
        self.metadata = read_metadata(folder)
        self.decoder = Decoder(self.metadata["output"])
        self.longest: float = self.metadata["input"]["longest"]
        self._session = open_session(folder, self.metadata)
        example = folder / self.metadata["example"].get("file", "")
        self.example = example.read_bytes() if example.is_file() else b""

    @classmethod
    def load(cls, folder: Path) -> Predictor:
        """Return the model in ``folder``; a `ProjectError` says why there is none."""
        return cls(folder)

    def warm_up(self) -> None:
        """Answer once, so that the first caller does not wait for what runs only once."""
        self.recognise(np.zeros(RATE, dtype=np.float32) + 0.01)

    def predict(self, data: bytes) -> dict[str, Any]:
        """Return what is said in an audio file.

        Raises
        ------
        Problem
            415, 413 or 422 where the bytes are no audio that can be recognised.
        """
        try:
            samples = read_audio(data, self.longest)
        except BadAudio as error:
            raise Problem(error.status, str(error)) from None
        return self.recognise(samples)

    def recognise(self, samples: Samples) -> dict[str, Any]:
        """Return text, words with times and confidence, and the greedy text of 16 kHz samples."""
        seconds = round(len(samples) / RATE, 3)
        if np.abs(samples).max() < QUIET:
            warnings = ["The recording is silent: is the right microphone on?"]
            empty: dict[str, Any] = {"text": "", "words": [], "greedy": ""}
            return {**empty, "seconds": seconds, "warnings": warnings}
        (scores,) = self._session.run([self.metadata["output"]["name"]], graph_inputs(samples))
        if not np.isfinite(scores).all():
            raise Problem(422, "The model has no finite answer for this audio.")
        words = self.decoder.words(scores[0])
        return {
            "text": " ".join(word.text for word in words),
            "words": [asdict(word) for word in words],
            "greedy": greedy(scores[0], self.decoder.symbols),
            "seconds": seconds,
            "warnings": [] if words else ["No word of the vocabulary was heard."],
        }
