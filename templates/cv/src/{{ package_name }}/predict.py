"""`predict`: the promoted model answers a picture, or each picture below a folder."""

import csv
import io
import sys
from pathlib import Path

from .errors import ProjectError
from .features import SUFFIXES, BadImage
from .files import write
from .inference import Model


def run(path: str, output: str | None = None) -> None:
    """Write a line of CSV for each picture: its file, the answer, and each class's probability."""
    model, place = Model(Path("model")), Path(path).expanduser()
    below = sorted(file for file in place.rglob("*") if file.suffix.lower() in SUFFIXES)
    table = io.StringIO()
    lines = csv.writer(table, lineterminator="\n")
    lines.writerow(["file", "prediction", *model.metadata["output"]["classes"]])
    for file in below if place.is_dir() else [place]:
        try:
            answer = model.answer(file.read_bytes())
        except BadImage as error:
            raise ProjectError(f"{file}: {error}", "Remove the file or mend it.") from None
        lines.writerow([file, answer["prediction"], *answer["probabilities"].values()])
    if output:
        write(Path(output), table.getvalue())
    else:
        sys.stdout.write(table.getvalue())
