"""Speaks the data set: random strings of the task's words, in processes, cached in small parts.

An interrupted run goes on where it stopped: each part is a file that appears whole or not at
all. A part's random numbers depend on the seed, the engine and the part alone, so that neither
the number of processes nor an interruption changes what is spoken.
"""

from __future__ import annotations

import hashlib
import io
import json
import multiprocessing
import sys
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from .. import files
from ..errors import ProjectError
from ..progress import progress
from . import voices

# Utterances in one file: a few seconds of work, so that little is lost.
PART, PARTS = 20, {"espeak": 100, "flite": 100}
# espeak-ng's flutter goes on from one utterance to the next: each part needs a process of its own,
# or what was spoken before would change it.
STATEFUL = frozenset({"espeak"})


@dataclass(frozen=True)
class Clip:
    """One recording: 16-bit samples at 16 kHz, what is said, by whom, and where it comes from."""

    samples: NDArray[np.int16]
    text: str
    speaker: str
    source: str

    @property
    def seconds(self) -> float:
        """The length in seconds."""
        return len(self.samples) / voices.RATE


@dataclass(frozen=True)
class Order:
    """What one engine is to speak: ``count`` strings of one to ``longest`` of the ``words``.

    Each of ``words`` is drawn equally often: one that stands there twice is spoken twice as often.
    """

    engine: str
    count: int
    words: tuple[str, ...]
    longest: int
    seed: int

    @property
    def size(self) -> int:
        """How many utterances are in one part."""
        return PARTS.get(self.engine, PART)

    @property
    def key(self) -> str:
        """Twelve hex digits that change with anything that changes the audio."""
        parts = [self.engine, voices.engine_version(self.engine), self.words, self.longest]
        text = json.dumps([*parts, self.seed, self.size])
        return hashlib.sha256(text.encode()).hexdigest()[:12]

    def paths(self, folder: Path) -> list[Path]:
        """Return the files of the parts, in order."""
        parts = range(-(-self.count // self.size))
        return [folder / f"{self.engine}-{self.key}" / f"{part:04d}.npz" for part in parts]


def speak_part(order: Order, part: int, path: Path) -> None:
    """Speak one part of an order and write it; runs in a process of its own."""
    rng = np.random.default_rng([order.seed, sum(order.engine.encode()), part])
    engine = voices.engine(order.engine)
    spoken, rows = [], []
    for i in range(part * order.size, (part + 1) * order.size):
        single = rng.random() < 0.25
        count = 1 if single else int(rng.integers(min(2, order.longest), order.longest + 1))
        words = [str(word) for word in rng.choice(order.words, count)]
        speaker = engine.speakers[i % len(engine.speakers)]
        samples = engine.speak(words, speaker, rng)
        peak = max(float(np.abs(samples).max(initial=0)), 1e-4)
        spoken.append((samples * (0.9 / peak) * 32767).astype(np.int16))
        rows.append({"text": " ".join(words), "speaker": f"{order.engine}:{speaker}"})
    buffer = io.BytesIO()
    np.savez(
        buffer,
        samples=np.concatenate(spoken),
        lengths=np.array([len(samples) for samples in spoken]),
        rows=json.dumps(rows),
    )
    files.write(path, buffer.getvalue())


def available(names: Sequence[str]) -> list[str]:
    """Return the engines that can speak here, and say on stderr which are left out and why."""
    found = []
    for name in names:
        try:
            voices.engine(name)
        except voices.Unavailable as reason:
            print(f"note: the voices of {name} are left out: {reason}", file=sys.stderr)
        else:
            found.append(name)
    return found


def synthesize(order: Order, folder: Path, workers: int) -> list[Clip]:
    """Return the clips of an order, speaking the parts that are not in ``folder`` yet."""
    wanted = [(part, path) for part, path in enumerate(order.paths(folder)) if not path.exists()]
    if wanted:
        # Spawned, not forked: the engines hold native threads and handles.
        context = multiprocessing.get_context("spawn")
        tasks = 1 if order.engine in STATEFUL else None
        with (
            progress(f"Speaking with {order.engine}", len(wanted)) as advance,
            ProcessPoolExecutor(workers, context, max_tasks_per_child=tasks) as pool,
        ):
            for future in as_completed([pool.submit(speak_part, order, *job) for job in wanted]):
                try:
                    future.result()
                except voices.Unavailable as reason:
                    pool.shutdown(cancel_futures=True)
                    raise ProjectError(f"speech could not be made: {reason}") from None
                advance(1)
    return _read(order, folder)


def _read(order: Order, folder: Path) -> list[Clip]:
    """Return the clips of one order from its parts."""
    clips = []
    for path in order.paths(folder):
        try:
            with np.load(path) as part:
                rows = json.loads(str(part["rows"]))
                pieces = np.split(part["samples"], np.cumsum(part["lengths"])[:-1])
        except (OSError, ValueError, KeyError, BadZipFile) as error:
            path.unlink(missing_ok=True)
            raise ProjectError(f"{path.name} is damaged ({error})", "run fetch again") from None
        clips += [
            Clip(samples, row["text"], row["speaker"], order.engine)
            for samples, row in zip(pieces, rows, strict=True)
        ]
    return clips[: order.count]


def fingerprint(clips: Sequence[Clip]) -> str:
    """Return the SHA-256 of the clips' samples, texts and speakers, as 64 hex digits."""
    digest = hashlib.sha256()
    for clip in clips:
        digest.update(f"{clip.text}|{clip.speaker}|{len(clip.samples)}|".encode())
        digest.update(clip.samples.tobytes())
    return digest.hexdigest()
