"""`record`: read prompted words into the microphone, as a test set of real speech.

The files stay in data/recorded/, which git ignores: a voice is personal data. `evaluate` tests on
them and never trains on them; the figure it reports is the one that matters most.
"""

from __future__ import annotations

import csv
import re
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np

from .data.real import RECORDED
from .errors import ProjectError
from .files import write
from .preprocess import RATE, wav
from .settings import Config
from .settings import load as load_config

CLIPS = 20
SECONDS = 8
CONSENT = (
    "The recordings stay on this computer, in data/recorded/ (ignored by git), and are used to "
    "test this project's model. Does the person who speaks agree? [y/N] "
)
COLUMNS = ("path", "text", "speaker", "consent")

Listen = Callable[[float], "np.ndarray[Any, np.dtype[np.int16]]"]


def run() -> None:
    """Ask for consent, then for one prompt after another; what is recorded is kept at once."""
    if not sys.stdin.isatty():
        raise ProjectError("`record` needs a terminal.", "Run it where somebody can speak.")
    record(load_config(), input, microphone(), Path())


def microphone() -> Listen:
    """Return a function that records so many seconds; ``ProjectError`` without a microphone."""
    try:
        import sounddevice

        sounddevice.check_input_settings(samplerate=RATE, channels=1, dtype="int16")
    except ImportError:
        raise ProjectError(
            "The package sounddevice is not installed.", "pip install -e '.[data]'"
        ) from None
    except (OSError, ValueError) as error:  # the PortAudio library is missing
        hint = "On Debian and Ubuntu: apt install libportaudio2"
        raise ProjectError(f"No microphone can be used: {error}", hint) from None
    except sounddevice.PortAudioError as error:
        raise ProjectError(f"No microphone was found: {error}", "Plug one in.") from None

    def listen(seconds: float) -> np.ndarray[Any, np.dtype[np.int16]]:
        count = int(seconds * RATE)
        samples = sounddevice.rec(count, RATE, channels=1, dtype="int16", blocking=True)
        return np.asarray(samples, dtype=np.int16)[:, 0]

    return listen


def record(config: Config, ask: Callable[[str], str], listen: Listen, root: Path) -> int:
    """Record up to ``CLIPS`` prompts of one speaker into data/recorded; return how many."""
    folder = root / RECORDED
    speaker = ask("A name or number for the speaker (it need not be the real name): ").strip()
    if not re.fullmatch(r"[\w-]{1,40}", speaker):
        raise ProjectError("A speaker's name is letters, digits, - and _, at most 40.")
    if ask(CONSENT).strip().lower() not in ("y", "yes"):
        raise ProjectError("Nothing was recorded: the speaker did not agree.")
    write(folder / ".gitignore", "*\n")
    rng = np.random.default_rng()
    kept = 0
    print("Press Enter, then speak. Type s to skip a prompt, q to stop.", file=sys.stderr)
    while kept < CLIPS:
        count = int(rng.integers(1, config.speech.longest + 1))
        words = [str(word) for word in rng.choice(config.speech.words, count)]
        answer = ask(f"[{kept + 1}/{CLIPS}] {' '.join(words)} ").strip().lower()
        if answer == "q":
            break
        if answer == "s":
            continue
        samples = listen(min(SECONDS, 1.5 + 0.8 * count))
        if np.abs(samples.astype(np.int32)).max(initial=0) < 300:
            print("That was silent: is the right microphone on?", file=sys.stderr)
            continue
        keep(folder, samples, " ".join(words), speaker)
        kept += 1
    print(f"{kept} clips are in {RECORDED}; `evaluate` tests on them.", file=sys.stderr)
    return kept


def keep(
    folder: Path, samples: np.ndarray[Any, np.dtype[np.int16]], text: str, speaker: str
) -> None:
    """Write one clip and add its line to the manifest, with the time of consent."""
    now = datetime.now(UTC)
    name = f"{speaker}-{now:%Y%m%dT%H%M%S%f}.wav"
    write(folder / name, wav(samples))
    manifest = folder / "manifest.csv"
    new = not manifest.exists()
    with manifest.open("a", newline="", encoding="utf-8") as file:
        lines = csv.writer(file)
        if new:
            lines.writerow(COLUMNS)
        lines.writerow((name, text, speaker, now.isoformat(timespec="seconds")))
