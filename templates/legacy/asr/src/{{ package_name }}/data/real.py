"""Recordings of real people to test on: one's own from `record`, and words that systems package.

The report shows them beside the synthetic voices. Two or ten recordings prove little, so that
the number of speakers and recordings stands beside each figure.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soundfile

from ..preprocess import RATE, Samples, to_graph
from ..settings import Config
from ..wer import DIGITS
from .recordings import read_clip, read_manifest
from .synthesize import Clip

RECORDED = Path("data/recorded")


@dataclass(frozen=True)
class Prompts:
    """Single words, one file each, that a Linux package installs; ``{}`` is the digit."""

    speaker: str
    package: str
    licence: str
    path: str


STAMPS = "/usr/share/tuxpaint/stamps/symbols/math"
PROMPTS = (
    Prompts(
        "Allison Smith",
        "asterisk-core-sounds-en-wav",
        "CC-BY-SA-3.0",
        "/usr/share/asterisk/sounds/en_US_f_Allison/digits/{}.wav",
    ),
    Prompts("David C. Dawson", "saytime", "GPL", "/usr/share/saytime/{}.au"),
    Prompts("Tux Paint, American", "tuxpaint-stamps-default", "GPL-2.0", f"{STAMPS}/{{}}.ogg"),
    Prompts("Tux Paint, British", "tuxpaint-stamps-default", "GPL-2.0", f"{STAMPS}/{{}}_en_GB.ogg"),
)


@dataclass(frozen=True)
class RealSet:
    """Clips of real voices and how they came about."""

    name: str
    description: str
    clips: list[Clip]


def real_sets(config: Config, root: Path = Path(), strings: int = 60) -> Iterator[RealSet]:
    """Yield what there is of real speech, none of which was trained on."""
    rows = read_manifest(root / RECORDED)
    known = set(config.speech.vocabulary)
    own = [read_clip(*row, "recorded") for row in rows if set(row[1].split()) <= known]
    if own:
        yield RealSet("own_recordings", "recorded with `record`, word strings as prompted", own)
    joined = [
        clip
        for prompts in PROMPTS
        for clip in join(prompts, config, strings)
        if known >= set(DIGITS)
    ]
    if joined:
        found = dict.fromkeys(p.package for p in PROMPTS if Path(p.path.format(0)).is_file())
        words = f"strings joined from ten recorded digits a speaker ({', '.join(found)})"
        yield RealSet("real_words", words, joined)


def join(prompts: Prompts, config: Config, strings: int) -> list[Clip]:
    """Return random strings put together from a speaker's recorded digits; [] without them."""
    paths = [Path(prompts.path.format(digit)) for digit in range(10)]
    if not all(path.is_file() for path in paths):
        return []
    words = [to_graph(*soundfile.read(path, dtype="float32")) for path in paths]
    rng = np.random.default_rng([config.voices.seed, len(prompts.speaker)])
    return [_string(words, prompts.speaker, config.speech.longest, rng) for _ in range(strings)]


def _string(words: list[Samples], speaker: str, longest: int, rng: np.random.Generator) -> Clip:
    """Return one string with pauses of 0.02 to 0.25 s, as the synthetic ones have."""
    count = 1 if rng.random() < 0.25 else int(rng.integers(min(2, longest), longest + 1))
    digits = rng.integers(0, 10, count)
    parts = [np.zeros(int(rng.uniform(0.1, 0.3) * RATE))]
    for digit in digits:
        parts += [words[digit], np.zeros(int(rng.uniform(0.02, 0.25) * RATE))]
    wave = np.concatenate(parts)
    wave = wave * (0.9 / np.abs(wave).max())
    text = " ".join(DIGITS[digit] for digit in digits)
    return Clip((wave * 32767).astype(np.int16), text, speaker, "joined")
