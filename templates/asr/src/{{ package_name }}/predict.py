"""`predict`: the promoted model listens to a file or to a folder of them."""

import csv
import sys
from contextlib import nullcontext
from pathlib import Path

from .errors import ProjectError
from .inference import Model

ENDINGS = (".wav", ".flac", ".ogg", ".mp3")


def run(path: str, output: str | None = None) -> None:
    """Write a line of CSV for each recording: its path, the words, and what is wrong with it."""
    place, model = Path(path).expanduser(), Model(Path("model"))
    paths = [one for one in sorted(place.rglob("*")) if one.suffix.lower() in ENDINGS]
    paths = paths if place.is_dir() else [place]
    if not paths:
        raise ProjectError(f"{path} holds no recordings.", f"Read are {', '.join(ENDINGS)}.")
    with Path(output).open("w", encoding="utf-8") if output else nullcontext(sys.stdout) as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["path", "text", "problem"])
        for one in paths:
            try:
                answer = model.answer(one.read_bytes())
            except ValueError as error:
                answer = {"text": "", "warnings": [str(error)]}
            writer.writerow([one.as_posix(), answer["text"], "; ".join(answer["warnings"])])
