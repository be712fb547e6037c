"""The model at work: a recording in, words out. onnxruntime and numpy, nothing that trains."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from . import export
from .decode import Decoder, Scores
from .features import RATE, Samples, read_audio

QUIET = 1e-3  # of full scale: below this peak nothing was recorded, and no model is asked


class Model:
    """What ``folder`` holds: ``metadata`` and the graph, with how its output is decoded."""

    def __init__(self, folder: Path) -> None:
        self.metadata, self.session = export.open_model(folder)
        self.decoder = Decoder(self.metadata["output"])

    def answer(self, content: bytes) -> dict[str, Any]:
        """Return what is said in a recording, as `POST /predict` gives it.

        Raises ``ValueError`` where the bytes are no recording that can be recognised.
        """
        samples = read_audio(content)
        answer = {"text": "", "words": [], "seconds": round(len(samples) / RATE, 3)}
        if np.abs(samples).max() < QUIET:
            return answer | {"warnings": ["The recording is silent: is the right microphone on?"]}
        (scores,) = scores_of(self.session, [samples])
        text, words = self.decoder.transcribe(scores, self.metadata["output"]["decoder"])
        warnings = [] if text else ["No word that the model knows was heard."]
        return answer | {"text": text, "words": words, "warnings": warnings}


def scores_of(session: Any, waves: Sequence[Samples]) -> list[Scores]:
    """Return the graph's log-probabilities [steps, symbols] of each recording."""
    inputs = ({"audio": wave[None], "samples": np.array([len(wave)])} for wave in waves)
    return [export.answer(session, one)[0] for one in inputs]
