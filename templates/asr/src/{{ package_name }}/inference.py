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

    def answer(self, content: bytes, media_type: str) -> dict[str, Any]:
        """Return what is said in a recording, as `POST /predict` gives it; its bytes tell its type.

        Raises ``ValueError`` where the bytes are no recording that can be recognised.
        """
        samples, method = read_audio(content), self.metadata["output"]["decoder"]
        answer: dict[str, Any] = {"text": "", "words": [], "warnings": []}
        answer |= {"seconds": round(len(samples) / RATE, 3)}
        if np.abs(samples).max() < QUIET:
            return answer | {"warnings": ["The recording is silent: is the right microphone on?"]}
        (scores,) = scores_of(self.session, [samples])
        if not np.isfinite(scores).all():
            raise ValueError("The model has no finite answer for this recording.")
        if method == "lexicon":
            answer["words"] = self.decoder.words(scores)
            answer["text"] = " ".join(word["text"] for word in answer["words"])
        else:
            answer["text"] = self.decoder.text(scores, method)
        if not answer["text"]:
            answer["warnings"] = ["No word that the model knows was heard."]
        return answer


def scores_of(session: Any, waves: Sequence[Samples]) -> list[Scores]:
    """Return the graph's log-probabilities [steps, symbols] of each recording."""
    inputs = ({"audio": wave[None], "samples": np.array([len(wave)])} for wave in waves)
    return [export.answer(session, one)[0] for one in inputs]
