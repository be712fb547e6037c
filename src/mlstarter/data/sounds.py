"""What a recording's bytes tell without decoding it: its kind, and whether it is silent."""

from __future__ import annotations

import re
import wave
from pathlib import Path

OTHER_SOUNDS = {
    "AIFF": re.compile(rb"FORM"),
    "AU": re.compile(rb"\.snd"),
    "CAF": re.compile(rb"caff"),
    "M4A": re.compile(rb".{4}ftyp", re.DOTALL),
    "AAC": re.compile(rb"\xff[\xf0\xf1\xf8\xf9]"),
    "WMA": re.compile(rb"\x30\x26\xb2\x75"),
    "SPHERE": re.compile(rb"NIST_1A"),
}
"""What files of other kinds begin with."""

MOST_FRAMES = 60 * 96_000  # of the longest recording that a project reads


def kind_of(path: Path) -> str:
    """Return which kind of sound, that no project reads, a file is; "" for another file."""
    with path.open("rb") as file:
        start = file.read(16)
    return next((kind for kind, mark in OTHER_SOUNDS.items() if mark.match(start)), "")


def is_silent(path: Path) -> bool:
    """Say whether a wav file of whole numbers holds no sound at all; False for other files."""
    try:
        with wave.open(str(path)) as file:
            rest = b"\x80" if file.getsampwidth() == 1 else b"\0"
            frames = file.readframes(min(file.getnframes(), MOST_FRAMES))
    except (wave.Error, EOFError, OSError):
        return False
    return bool(frames) and not frames.strip(rest)
