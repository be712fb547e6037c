"""`predict`: the promoted model answers a picture, or each picture below a folder."""

import csv
import io
from pathlib import Path

from .errors import ProjectError
from .features import BadImage, pictures_below
from .files import write
from .inference import Model


def run(path: str, output: str | None = None) -> None:
    """Write a line of CSV for each picture: its file, the answer, and each class's probability."""
    model, place = Model(Path("model")), Path(path).expanduser()
    lines = [["file", "prediction", *model.metadata["output"]["classes"]]]
    for file in pictures_below(place) if place.is_dir() else [place]:
        try:
            answer = model.answer(file.read_bytes())
        except BadImage as error:
            raise ProjectError(f"{file}: {error}", "Remove the file or mend it.") from None
        lines.append([file, answer["prediction"], *answer["probabilities"].values()])
    table = io.StringIO()
    csv.writer(table, lineterminator="\n").writerows(lines)
    if output:
        write(Path(output), table.getvalue())
    else:
        print(table.getvalue(), end="")
