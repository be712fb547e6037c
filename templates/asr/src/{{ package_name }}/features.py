"""The bytes of an audio file -> what the graph takes: the same in training, evaluation and service.

NumPy, libsndfile and the SoX resampler only. What would take memory or time is refused by the
header, before samples are decoded, and again while they are, since headers lie.
"""

import io
from typing import Any

import numpy as np
import soundfile
import soxr
from numpy.typing import NDArray

Samples = NDArray[np.float32]

RATE = 16_000
SHORTEST, LONGEST = 0.1, 60.0  # seconds
FORMATS = ("WAV", "WAVEX", "FLAC", "OGG", "MP3", "MPEG", "RF64")
LOWEST, HIGHEST = 4_000, 96_000  # hertz; with two channels and a minute, 50 MB at most
BAD_FILE = "This is no wav, flac, ogg or mp3 file."


def read_audio(content: bytes) -> Samples:
    """Return the samples of a wav, flac, ogg or mp3 file: mono, 16 kHz, within -1..1.

    Raises ``ValueError`` with a sentence for whoever sent them.
    """
    try:
        with soundfile.SoundFile(io.BytesIO(content)) as file:
            if file.format not in FORMATS:
                raise ValueError(BAD_FILE)
            if not LOWEST <= file.samplerate <= HIGHEST or file.channels > 2:
                raise ValueError(f"A recording has 1 or 2 channels and {LOWEST} to {HIGHEST} Hz.")
            most = int(LONGEST * file.samplerate) + 1
            samples = file.read(most, dtype="float32", always_2d=True).mean(axis=1)
            rate = int(file.samplerate)
    except (soundfile.LibsndfileError, RuntimeError, TypeError):
        raise ValueError(BAD_FILE) from None
    if not SHORTEST <= len(samples) / rate <= LONGEST:
        raise ValueError(f"A recording lasts {SHORTEST:g} to {LONGEST:g} s.")
    if not np.isfinite(samples).all():
        raise ValueError("The recording holds samples that are not finite numbers.")
    samples = samples / max(1.0, float(np.abs(samples).max()))  # floats may exceed full scale
    return np.asarray(soxr.resample(samples, rate, RATE) if rate != RATE else samples, np.float32)


def graph_inputs(samples: Samples) -> dict[str, NDArray[Any]]:
    """Return the graph's inputs for one recording: ``audio`` [1, n] and ``samples`` [1]."""
    return {"audio": samples[None], "samples": np.array([len(samples)], dtype=np.int64)}


def write_wav(samples: NDArray[Any]) -> bytes:
    """Return samples at 16 kHz as a 16-bit wav file."""
    buffer = io.BytesIO()
    soundfile.write(buffer, samples, RATE, format="WAV", subtype="PCM_16")
    return buffer.getvalue()
