"""Recordings for the tests of a speech project's page, made by the project's own Python.

`python asr_clips.py FOLDER`, run in the project, writes into FOLDER: clips.json (the test part's
recordings at 44.1 and 48 kHz), random.json (random pieces and noise) and example.json.
"""

from __future__ import annotations

import base64
import csv
import io
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:  # the project's own Python reads this file too, and has no tests
    from tests.templates.projects import Project

RATES = (44_100, 48_000)


def wav(samples: Any, rate: int) -> str:
    """Return samples as a 16-bit wav file in base64."""
    import soundfile

    buffer = io.BytesIO()
    soundfile.write(buffer, samples.clip(-1, 1), rate, format="WAV", subtype="PCM_16")
    return base64.b64encode(buffer.getvalue()).decode()


def recordings_of_test() -> list[tuple[str, Any, int]]:
    """Return name, samples and rate of each recording that the project tests on."""
    import soundfile

    folder = Path("data/raw/voices")
    with (folder / "manifest.csv").open(encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row["part"] == "test"]
    return [(row["path"], *soundfile.read(folder / row["path"], dtype="float32")) for row in rows]


def at_other_rates(recordings: list[tuple[str, Any, int]]) -> list[dict[str, Any]]:
    """Return each recording at both rates, with faint noise that only a filter keeps out of it.

    What lies above 8 kHz comes back below it where a resampler does not filter: the noise goes up
    to half the rate, as a microphone's does.
    """
    import numpy as np
    import soxr

    rng, clips = np.random.default_rng(7), []
    for rate in RATES:
        for name, samples, own in recordings:
            high = soxr.resample(samples, own, rate)
            high = high + rng.normal(0, 0.002, len(high))
            clips.append({"name": f"{name} at {rate} Hz", "rate": rate, "file": wav(high, rate)})
    return clips


def random_clips(recordings: list[tuple[str, Any, int]], count: int) -> list[str]:
    """Return pieces of recordings at random levels in random noise, and noise alone, at 16 kHz."""
    import numpy as np

    rng, clips = np.random.default_rng(11), []
    for i in range(count):
        samples = recordings[rng.integers(len(recordings))][1]
        start = int(rng.integers(0, len(samples) // 2))
        piece = samples[start : start + int(rng.integers(2_000, 48_000))] * 10 ** rng.uniform(-2, 0)
        noise = rng.normal(0, 10 ** rng.uniform(-4, -1.3), max(len(piece), 2_000))
        noise[: len(piece)] += piece if i % 5 else 0
        clips.append(wav(noise, 16_000))
    return clips


def load(project: Project, folder: Path) -> dict[str, Any]:
    """Return what the project's own Python writes of all these into ``folder``."""
    project.run(project.python, Path(__file__), folder)
    return {path.stem: json.loads(path.read_text("utf-8")) for path in folder.glob("*.json")}


if __name__ == "__main__":
    parts = recordings_of_test()
    values = {"clips": at_other_rates(parts), "random": random_clips(parts, 200)}
    for name, value in values.items():
        Path(sys.argv[1], f"{name}.json").write_text(json.dumps(value), encoding="utf-8")
