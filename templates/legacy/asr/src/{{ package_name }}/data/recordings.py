"""Real recordings: a folder with a manifest, or the layouts of two public collections.

- manifest.csv or manifest.jsonl with ``path``, ``text`` and ``speaker`` (paths relative to it);
- the Free Spoken Digit Dataset: ``7_jackson_32.wav``;
- Speech Commands: ``yes/0a7c2a8d_nohash_0.wav``.
"""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterator
from pathlib import Path
from zlib import crc32

import numpy as np

from ..errors import ProjectError
from ..preprocess import BadAudio, read_audio
from ..progress import track
from ..settings import Config
from ..wer import DIGITS, normalise
from .synthesize import Clip

MANIFESTS = ("manifest.csv", "manifest.jsonl")
DIGIT_FILE = re.compile(r"(\d)_([^_]+)_\d+")
COMMAND_FILE = re.compile(r"([0-9a-f]+)_nohash_\d+")


def load(config: Config, root: Path = Path()) -> list[Clip]:
    """Return the recordings that config.toml names, those with words of the vocabulary only."""
    folder = root / (config.data.path or "data/raw")
    if not folder.exists():
        raise ProjectError(f"There is no folder {folder}.", "Bring the data with: make data")
    rows = list(read_manifest(folder) or scan(folder))
    known = set(config.speech.vocabulary)
    chosen = [row for row in rows if set(row[1].split()) <= known]
    if len(chosen) > config.data.max_rows:  # some of every word, and the same ones each time
        chosen.sort(key=lambda row: crc32(row[0].as_posix().encode()))
        chosen = sorted(chosen[: config.data.max_rows])
    if not chosen:
        raise ProjectError(
            f"No recording in {folder} says only words of speech.words.",
            f"It needs {' or '.join(MANIFESTS)}, or one of the layouts in data/recordings.py.",
        )
    return [read_clip(*row, "recorded") for row in track(chosen, "Reading recordings")]


def read_clip(path: Path, text: str, speaker: str, source: str) -> Clip:
    """Return one recording; a file that is no audio raises ``ProjectError`` naming it."""
    try:
        samples = read_audio(path.read_bytes())
    except BadAudio as error:
        raise ProjectError(f"{path}: {error}", "Mend the file or leave it out.") from None
    return Clip((samples * 32767).astype(np.int16), text, speaker, source)


def read_manifest(folder: Path) -> list[tuple[Path, str, str]]:
    """Return path, normalised text and speaker of each line of a manifest; [] without one."""
    path = folder if folder.is_file() else next(
        (folder / name for name in MANIFESTS if (folder / name).is_file()), None
    )  # fmt: skip
    if path is None:
        return []
    with path.open(encoding="utf-8-sig", newline="") as file:
        try:
            lines = [*map(json.loads, file)] if path.suffix == ".jsonl" else [*csv.DictReader(file)]
            rows = [
                (path.parent / line["path"], normalise(line["text"]), str(line["speaker"]))
                for line in lines
            ]
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise ProjectError(
                f"{path.name} cannot be read: {error}", "Each line needs path, text and speaker."
            ) from None
    for audio, text, _ in rows:
        if not audio.is_file():
            raise ProjectError(f"{path.name} names {audio}, which is not there.")
        if not text:
            raise ProjectError(f"{path.name} gives no text for {audio.name}.")
    return rows


def scan(folder: Path) -> Iterator[tuple[Path, str, str]]:
    """Yield the recordings of a folder in one of the known layouts, in order of their paths."""
    for path in sorted(folder.rglob("*.wav")):
        if found := DIGIT_FILE.fullmatch(path.stem):
            yield path, DIGITS[int(found[1])], found[2]
        elif found := COMMAND_FILE.fullmatch(path.stem):
            yield path, normalise(path.parent.name), found[1]
