"""`predict`: the promoted model listens to a file or to a folder of them."""

import csv
import io
import sys
from pathlib import Path

from .errors import ProjectError
from .files import write
from .inference import Model

ENDINGS = {".wav", ".flac", ".ogg", ".mp3"}


def run(path: str, output: str | None = None) -> None:
    """Write a line of CSV for each recording: its path, and the words or what is wrong with it."""
    place = Path(path).expanduser()
    paths = [place]
    if place.is_dir():
        paths = sorted(one for one in place.rglob("*") if one.suffix.lower() in ENDINGS)
    if not paths:
        raise ProjectError(f"{path} holds no recordings.", f"Read are {', '.join(sorted(ENDINGS))}.")
    model, text = Model(Path("model")), io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["path", "text", "error"])
    for one in paths:
        try:
            answer = model.answer(one.read_bytes(), "")
            writer.writerow([one.as_posix(), answer["text"], "; ".join(answer["warnings"])])
        except ValueError as error:
            writer.writerow([one.as_posix(), "", str(error)])
    if output:
        write(Path(output), text.getvalue())
    else:
        sys.stdout.write(text.getvalue())
