"""Strings of digits that real people recorded, joined from what packages of the system install.

    python -m benchmarks.recorded_words PROJECT     with an interpreter that has soundfile and soxr

It writes them to a project's data/recorded/ with a manifest, so that its `evaluate` tests on them:
few people, and ten recordings of each.
"""

from __future__ import annotations

import csv
import importlib.util
import sys
from pathlib import Path

import numpy as np

from benchmarks.command import Unavailable, make_parser, run_alone

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
    import soundfile
    import soxr

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


def write_strings(project: Path) -> None:
    """Write the strings of every speaker that is installed."""
    import soundfile

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


def main(arguments: list[str] | None = None) -> None:
    """Parse the arguments and write, where the libraries are there that read recordings."""
    parser = make_parser(__doc__)
    parser.add_argument("project", type=Path, metavar="PROJECT", help="a speech project")
    options = parser.parse_args(arguments)
    for library in ("soundfile", "soxr"):
        if importlib.util.find_spec(library) is None:
            raise Unavailable(f"{library} is not installed: use a speech project's interpreter")
    if not (options.project / "config.toml").is_file():
        raise Unavailable(f"{options.project} holds no project")
    write_strings(options.project)


if __name__ == "__main__":
    run_alone(main)
