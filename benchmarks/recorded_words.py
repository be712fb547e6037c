"""Strings of digits that real people recorded, joined from what packages of the system install.

``python -m benchmarks.recorded_words PROJECT`` writes them to a project's data/recorded/ with
a manifest, so that its `evaluate` tests on them: few people, and ten recordings of each.
"""

from __future__ import annotations

import csv
import sys
from pathlib import Path

import numpy as np
import soundfile
import soxr

RATE, STRINGS, LONGEST = 16_000, 60, 7
DIGITS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
STAMPS = "/usr/share/tuxpaint/stamps/symbols/math"
SPEAKERS = {  # of asterisk-core-sounds-en-wav, saytime and tuxpaint-stamps-default
    "Allison Smith": "/usr/share/asterisk/sounds/en_US_f_Allison/digits/{}.wav",
    "David C. Dawson": "/usr/share/saytime/{}.au",
    "Tux Paint, American": f"{STAMPS}/{{}}.ogg",
    "Tux Paint, British": f"{STAMPS}/{{}}_en_GB.ogg",
}
Samples = np.ndarray


def read_word(path: Path) -> Samples:
    """Return the samples of a file at 16 kHz."""
    samples, rate = soundfile.read(path, dtype="float32", always_2d=True)
    return np.asarray(soxr.resample(samples.mean(axis=1), rate, RATE))


def join(words: list[Samples], rng: np.random.Generator) -> tuple[str, Samples]:
    """Return a random string and its sound, with pauses of 0.02 to 0.25 s between the words."""
    count = 1 if rng.random() < 0.25 else int(rng.integers(2, LONGEST + 1))
    digits = rng.integers(0, 10, count)
    parts = [np.zeros(int(rng.uniform(0.1, 0.3) * RATE))]
    for digit in digits:
        parts += [words[digit], np.zeros(int(rng.uniform(0.02, 0.25) * RATE))]
    samples = np.concatenate(parts)
    return " ".join(DIGITS[digit] for digit in digits), samples * (0.9 / np.abs(samples).max())


def main(project: Path) -> None:
    """Write the strings of every speaker that is installed."""
    folder, rows = project / "data/recorded", [("path", "text", "speaker")]
    folder.mkdir(parents=True, exist_ok=True)
    for speaker, pattern in SPEAKERS.items():
        paths = [Path(pattern.format(digit)) for digit in range(10)]
        if not all(path.is_file() for path in paths):
            print(f"{speaker} is not installed.", file=sys.stderr)
            continue
        words, rng = [read_word(path) for path in paths], np.random.default_rng([0, len(speaker)])
        for _ in range(STRINGS):
            text, samples = join(words, rng)
            name = f"{len(rows):03d}.wav"
            soundfile.write(folder / name, samples, RATE, subtype="PCM_16")
            rows.append((name, text, speaker))
    with (folder / "manifest.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows(rows)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
