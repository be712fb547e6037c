"""`predict`: the promoted model answers the lines of a text file, with the service's own code."""

from __future__ import annotations

import csv
import io
from pathlib import Path

from .errors import ProjectError
from .files import write
from .promote import MODEL
from .serve.predictor import Predictor

CHUNK = 100


def run(path: str, output: str | None = None) -> None:
    """Read one text a line; write text, prediction and probability as CSV."""
    predictor = Predictor.load(MODEL)
    texts = Path(path).read_text(encoding="utf-8-sig", errors="replace").splitlines()
    if not texts:
        raise ProjectError(f"{path} is empty.", "Each line of it is a text.")
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(["text", "prediction", "probability"])
    for start in range(0, len(texts), CHUNK):
        part = texts[start : start + CHUNK]
        for text, answer in zip(part, predictor.predict(part), strict=True):
            writer.writerow([text, answer["prediction"] or "", answer["probability"]])
    if output:
        write(Path(output), out.getvalue())
    else:
        print(out.getvalue(), end="")
