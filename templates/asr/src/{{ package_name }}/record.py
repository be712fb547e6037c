"""`record`: somebody reads words into the microphone, as a test set of real speech.

The files stay in data/recorded/, which git ignores: a voice is personal data. `evaluate` tests on
them and nothing is trained on them; the figure it reports is the one that matters most.
"""

import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from . import data
from .config import load_config
from .errors import ProjectError
from .features import RATE, Samples, write_wav
from .files import append_row, now, write

CLIPS, MOST_WORDS = 20, 5
CONSENT = (
    "The recordings stay on this computer, in data/recorded/ (ignored by git), and are used to "
    "test this project's model. Does the person who speaks agree? [y/N] "
)


def run() -> None:
    """Ask for consent, then for one prompt after another; what is recorded is kept at once."""
    if not sys.stdin.isatty():
        raise ProjectError("`record` needs a terminal.", "Run it where somebody can speak.")
    record(words_of_task(), input, listen)


def words_of_task() -> list[str]:
    """Return the words to read: the vocabulary, or those of the training texts."""
    config = load_config()
    words: Any = getattr(config.speech, "words")
    if isinstance(words, int):
        parts, _ = data.load(config)
        words = sorted({word for one in parts["train"] for word in one.text.split()})
    return list(words)


def listen(seconds: float) -> Samples:
    """Record from the microphone; ``ProjectError`` where there is none."""
    try:
        import sounddevice

        samples = sounddevice.rec(int(seconds * RATE), RATE, channels=1, blocking=True)
    except (ImportError, OSError, ValueError, RuntimeError) as error:
        hint = "pip install sounddevice; on Debian and Ubuntu: apt install libportaudio2"
        raise ProjectError(f"No microphone can be used: {error}", hint) from None
    return np.asarray(samples[:, 0], dtype=np.float32)


def record(
    words: list[str], ask: Callable[[str], str], listen: Callable[[float], Samples]
) -> int:
    """Record up to ``CLIPS`` prompts of one speaker into data/recorded; return how many."""
    folder, rng, count = data.RECORDED, np.random.default_rng(), 0
    speaker = ask("A name or number for the speaker (it need not be the real name): ").strip()
    if not re.fullmatch(r"[\w-]{1,40}", speaker):
        raise ProjectError("A speaker's name is letters, digits, - and _, at most 40.")
    if ask(CONSENT).strip().lower() not in ("y", "yes"):
        raise ProjectError("Nothing was recorded: the speaker did not agree.")
    write(folder / ".gitignore", "*\n")
    print("Press Enter, then speak. Type s to skip a prompt, q to stop.", file=sys.stderr)
    while count < CLIPS:
        prompt = " ".join(rng.choice(words, int(rng.integers(1, MOST_WORDS + 1))))
        answer = ask(f"[{count + 1}/{CLIPS}] {prompt} ").strip().lower()
        if answer == "q":
            break
        if answer != "s":
            samples = listen(1.5 + 0.8 * len(prompt.split()))
            if np.abs(samples).max() < 0.01:
                print("That was silent: is the right microphone on?", file=sys.stderr)
                continue
            name = f"{speaker}-{rng.integers(10**9)}.wav"
            write(folder / name, write_wav(samples))
            row = {"path": name, "text": prompt, "speaker": speaker, "consent": now()}
            append_row(Path(folder, "manifest.csv"), row)
            count += 1
    print(f"{count} clips are in {folder}; `evaluate` tests on them.", file=sys.stderr)
    return count
