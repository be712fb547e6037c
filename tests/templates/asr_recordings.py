"""Small generated files with the layout of the presets' Kaggle collections of speech.

They are called generated wherever they appear: each word is three tones, a little higher or lower
for each voice; only folders, names and rates are those of the real files.
"""

from __future__ import annotations

import io
import math
import random
import wave
import zipfile
from array import array

DIGITS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
COMMANDS = ("yes", "no", "up", "down", "left", "right", "on", "off", "stop", "go")
SPEAKERS = ("george", "jackson", "lucas", "nicolas", "theo", "yweweler")


def archive(preset: str) -> tuple[bytes, int]:
    """Return a zip archive as Kaggle's, and how many of its files say a word of the preset."""
    files = _digits() if preset == "free-spoken-digits" else _commands()
    others = {"_background_noise_/white_noise.wav": tones(0, 0, 16_000, random.Random(1))}
    if preset == "speech-commands":
        rng = random.Random(2)
        others |= {f"bed/{i:08x}_nohash_0.wav": tones(10, i, 16_000, rng) for i in range(6)}
        others["testing_list.txt"] = b"yes/00000000_nohash_0.wav\n"
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as zip_file:
        for name, content in {**files, **others}.items():
            zip_file.writestr(name, content)
    return buffer.getvalue(), len(files)


def tones(word: int, voice: int, rate: int, rng: random.Random) -> bytes:
    """Return a 16-bit wav file of half a second: three tones that are a word's."""
    pitch = 1 + 0.01 * (voice % 6 - 3)
    heights = (300 + 120 * word, 2400 - 150 * word, 500 + 90 * (7 * word % 10))
    count = int(rate * rng.uniform(0.35, 0.6))
    samples = array("h")
    for i in range(count):
        height = heights[min(3 * i // count, 2)] * pitch
        wander = math.sin(2 * math.pi * height * i / rate) + rng.gauss(0, 0.005)
        samples.append(int(13_000 * wander))
    buffer = io.BytesIO()
    with wave.open(buffer, "wb") as file:
        file.setparams((1, 2, rate, 0, "NONE", ""))
        file.writeframes(samples.tobytes())
    return buffer.getvalue()


def _digits() -> dict[str, bytes]:
    rng = random.Random(0)
    return {
        f"recordings/{digit}_{speaker}_{take}.wav": tones(digit, voice, 8_000, rng)
        for digit in range(10)
        for voice, speaker in enumerate(SPEAKERS)
        for take in range(4)
    }


def _commands() -> dict[str, bytes]:
    rng = random.Random(0)
    return {
        f"{word}/{voice:08x}_nohash_{take}.wav": tones(i, voice, 16_000, rng)
        for i, word in enumerate(COMMANDS)
        for voice in range(12)
        for take in range(2)
    }
