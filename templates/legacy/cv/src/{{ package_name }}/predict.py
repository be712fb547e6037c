"""`predict`: the promoted model's answers for an image, or for a folder of them, as CSV."""

from __future__ import annotations

import csv
import io
import sys
from pathlib import Path

from .data.images import SUFFIXES
from .errors import ProjectError
from .files import write
from .preprocess import BadImage, decode
from .progress import track
from .serve.predictor import Predictor


def run(path: str, output: str | None = None) -> None:
    """Write one row for each image: file, prediction, probability."""
    place = Path(path)
    files = (
        [place]
        if place.is_file()
        else sorted(p for p in place.rglob("*") if p.suffix.lower() in SUFFIXES)
    )
    if not files:
        raise ProjectError(
            f"There is no image at {place}.", "Name an image file or a folder of them."
        )
    predictor = Predictor.load(Path("model"))
    size, channels = predictor.metadata["input"]["size"], predictor.metadata["input"]["channels"]
    text = io.StringIO()
    rows = csv.writer(text, lineterminator="\n")
    rows.writerow(["file", "prediction", "probability"])
    for file in track(files, "Predicting"):
        try:
            (answer,) = predictor.predict([decode(file.read_bytes(), size, channels)])
        except BadImage as error:
            raise ProjectError(f"{file}: {error}", "Remove the file or mend it.") from None
        rows.writerow([file, answer["prediction"], answer["probability"]])
    if output:
        write(Path(output), text.getvalue())
    else:
        sys.stdout.write(text.getvalue())
