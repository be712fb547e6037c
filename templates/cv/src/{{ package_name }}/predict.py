"""`predict`: the promoted model answers a picture, or each picture below a folder."""

import csv
import sys
from contextlib import nullcontext
from pathlib import Path

from . import features, inference
from .errors import ProjectError


def run(path: str, output: str | None = None) -> None:
    """Write a line of CSV for each picture: its file, the answer, and each class's probability."""
    model, place = inference.Model(Path("model")), Path(path).expanduser()
    lines = [["file", "prediction", *model.metadata["output"]["classes"]]]
    for picture in features.pictures_below(place) if place.is_dir() else [place]:
        try:
            answer = model.answer(picture.read_bytes())
        except features.BadImage as error:
            raise ProjectError(f"{picture}: {error}", "Remove the file or mend it.") from None
        lines.append([picture, answer["prediction"], *answer["probabilities"].values()])
    with Path(output).open("w", encoding="utf-8") if output else nullcontext(sys.stdout) as file:
        csv.writer(file, lineterminator="\n").writerows(lines)
