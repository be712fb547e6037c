"""`predict`: the promoted model answers each picture of a file or folder."""

import csv
import io
import sys
from pathlib import Path

from .errors import ProjectError
from .features import SUFFIXES, BadImage
from .files import write
from .inference import Model


def run(path: str, output: str | None = None) -> None:
    """Write a line of CSV for each picture: its file, the answer and its probability."""
    model, place = Model(Path("model")), Path(path).expanduser()
    files = sorted(place.rglob("*")) if place.is_dir() else [place]
    pictures = [file for file in files if file == place or file.suffix.lower() in SUFFIXES]
    if not pictures:
        raise ProjectError(f"There is no picture in {path}.", "Name a picture, or its folder.")
    table = io.StringIO()
    lines = csv.writer(table, lineterminator="\n")
    lines.writerow(["file", "prediction", "probability"])
    for file in pictures:
        try:
            answer = model.answer(file.read_bytes())
        except BadImage as error:
            raise ProjectError(f"{file}: {error}", "Remove the file or mend it.") from None
        best = answer["prediction"] or max(answer["probabilities"], key=answer["probabilities"].get)
        lines.writerow([file, answer["prediction"], answer["probabilities"][best]])
    if output:
        write(Path(output), table.getvalue())
    else:
        sys.stdout.write(table.getvalue())
