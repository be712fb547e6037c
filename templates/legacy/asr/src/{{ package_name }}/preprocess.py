"""From the bytes of an audio file to what the graph takes: used by training AND serving.

Needs NumPy, libsndfile and the SoX resampler only. Every limit is checked against the header
before samples are decoded, and again while they are, because headers lie.
"""

from __future__ import annotations

import io
from typing import Any

import numpy as np
import soundfile
import soxr
from numpy.typing import NDArray

Samples = NDArray[np.float32]

RATE = 16_000
SHORTEST = 0.1  # seconds
LONGEST = 60.0
FORMATS = frozenset({"WAV", "WAVEX", "FLAC", "OGG", "MP3", "MPEG", "RF64"})
RATES = range(4_000, 96_001)  # with the channels and the length, a bound on memory: 50 MB
MOST_CHANNELS = 2


class BadAudio(ValueError):
    """The bytes are no audio that can be recognised; ``status`` is the HTTP status that says so."""

    def __init__(self, message: str, status: int = 422) -> None:
        super().__init__(message)
        self.status = status


def read_audio(data: bytes, longest: float = LONGEST) -> Samples:
    """Return the samples of a wav, flac, ogg or mp3 file: mono, 16 kHz, float32 within -1..1.

    Raises
    ------
    BadAudio
        415 where the bytes are not such a file; 413 where it is longer than ``longest`` seconds;
        422 where it is empty, too short, damaged, or of a rate or channels that no microphone has.
    """
    try:
        with soundfile.SoundFile(io.BytesIO(data)) as file:
            _check(file, longest)
            # A header may promise less or more than there is: read one sample past the limit.
            most = int(longest * file.samplerate) + 1
            samples = file.read(most, dtype="float32", always_2d=True)
            rate = int(file.samplerate)
    except (soundfile.LibsndfileError, RuntimeError, TypeError):
        raise BadAudio("This is no wav, flac, ogg or mp3 file.", 415) from None
    if len(samples) == most:
        raise BadAudio(f"The audio is longer than {longest:g} s.", 413)
    return to_graph(samples, rate)


def _check(file: Any, longest: float) -> None:
    """Refuse by the header alone what would take memory or time to decode."""
    if file.format not in FORMATS:
        raise BadAudio(f"{file.format} files are not read: send wav, flac, ogg or mp3.", 415)
    if file.samplerate not in RATES:
        raise BadAudio(f"A rate of {file.samplerate} Hz is none that a recording has.")
    if file.channels > MOST_CHANNELS:
        raise BadAudio(f"{file.channels} channels are too many: at most {MOST_CHANNELS}.")
    # Truncated ogg and mp3 files promise absurd lengths; those are read up to the limit instead.
    if file.frames / file.samplerate > longest and file.frames < 2**62:
        raise BadAudio(f"The audio is longer than {longest:g} s.", 413)


def to_graph(samples: NDArray[Any], rate: int) -> Samples:
    """Return samples [n] or [n, channels] of ``rate`` hertz as the graph takes them, or raise."""
    mono = np.asarray(samples, dtype=np.float32)
    mono = mono.mean(axis=1) if mono.ndim == 2 else mono
    if len(mono) < SHORTEST * rate:
        raise BadAudio(f"The audio is shorter than {SHORTEST:g} s.")
    if not np.isfinite(mono).all():
        raise BadAudio("The audio holds samples that are not finite numbers.")
    peak = float(np.abs(mono).max())
    if peak > 1:  # floating-point files may exceed full scale; only the shape matters
        mono = mono / peak
    if rate != RATE:
        mono = soxr.resample(mono, rate, RATE)
    return np.asarray(mono, dtype=np.float32)


def graph_inputs(samples: Samples) -> dict[str, NDArray[Any]]:
    """Return the graph's inputs for one clip: ``audio`` [1, n] and ``samples`` [1]."""
    return {"audio": samples[None], "samples": np.array([len(samples)], dtype=np.int64)}


def wav(samples: NDArray[np.int16]) -> bytes:
    """Return 16 kHz samples as a 16-bit wav file."""
    buffer = io.BytesIO()
    soundfile.write(buffer, samples, RATE, format="WAV", subtype="PCM_16")
    return buffer.getvalue()
