"""The one splitter: clips for training, validation and test, no speaker in two of them.

Synthetic speech is divided by whole engines: unseen variants of a voice that was trained on sound
alike, and would flatter the model. Recordings are divided by speaker.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Literal
from zlib import crc32

from ..errors import ProjectError
from ..settings import Config
from . import lock, recordings
from .synthesize import Clip, Order, available, fingerprint, synthesize

Name = Literal["train", "validation", "test"]
SPLITS: tuple[Name, ...] = ("train", "validation", "test")
CACHE = Path("data/cache/speech")
SLOW = frozenset({"kokoro"})  # speaks shorter strings: it takes most of the time


def roles(config: Config) -> dict[Name, dict[str, int]]:
    """Return which engines speak for which split, of those that are installed.

    Where no engine is left for the test, it takes that of validation; a split without an engine
    takes every eighth speaker of the training engines instead.
    """
    wanted = {name: getattr(config.voices, name) for name in SPLITS}
    here = set(available([engine for engines in wanted.values() for engine in engines]))
    found = {name: {e: n for e, n in of.items() if e in here} for name, of in wanted.items()}
    if wanted["train"] and not found["train"]:
        raise ProjectError(
            "None of the voices that config.toml names for training is installed.",
            "make setup installs them (the extra `data` of pyproject.toml)",
        )
    if wanted["test"] and not found["test"]:
        found["test"], found["validation"] = found["validation"], {}
    return found


def describe(found: Mapping[Name, Mapping[str, int]]) -> str:
    """Return in one sentence which voices are in which split."""
    parts = []
    for name in SPLITS:
        held = f"every eighth speaker of {', '.join(found['train'])}"
        parts.append(f"{name}: {', '.join(found[name]) or held}")
    return f"synthetic voices split by engine, {'; '.join(parts)}"


def read(config: Config, name: Name, root: Path = Path()) -> list[Clip]:
    """Return the clips of one split. Only `evaluate` may ask for "test"."""
    clips: list[Clip] = []
    if config.data.source != "sample":
        found = recordings.load(config, root)
        split = assign(config, found)
        clips += [clip for clip in found if split[clip.speaker] == name]
    if any(getattr(config.voices, split) for split in SPLITS):
        clips += _spoken(config, name, root)
    if not clips:
        hint = "Change [split] or [voices] in config.toml."
        raise ProjectError(f"The {name} split is empty.", hint)
    return clips


def assign(config: Config, clips: Sequence[Clip]) -> dict[str, Name]:
    """Return the split of each speaker: in an order that the seed draws, at least one in each."""
    speakers = sorted(
        {clip.speaker for clip in clips}, key=lambda name: crc32(f"{config.seed}:{name}".encode())
    )
    if len(speakers) < len(SPLITS):
        raise ProjectError(
            f"The recordings are of {len(speakers)} speakers; three splits need three.",
            "A model tested on voices that it was trained on proves nothing: record more people.",
        )
    shares = (config.split.test, config.split.validation)
    test, validation = (max(1, round(share * len(speakers))) for share in shares)
    names: list[Name] = []
    for i in range(len(speakers)):
        in_train = i >= min(test + validation, len(speakers) - 1)
        names.append("train" if in_train else "test" if i < test else "validation")
    return dict(zip(speakers, names, strict=True))


def speak(config: Config, root: Path) -> dict[str, list[Clip]]:
    """Return the clips of every engine; those that are not in the cache yet are spoken.

    All engines are spoken and locked at once, whichever split is asked for.
    """
    engines = {engine: n for of in roles(config).values() for engine, n in of.items()}
    orders = [order(config, engine, count) for engine, count in engines.items()]
    spoken = {of.engine: synthesize(of, root / CACHE, config.voices.processes) for of in orders}
    if config.data.source == "sample":  # beside recordings the lock is theirs
        _compare_with_lock(orders, spoken, root)
    return spoken


def _spoken(config: Config, name: Name, root: Path) -> list[Clip]:
    """Return the synthetic clips of one split."""
    found, spoken = roles(config), speak(config, root)
    clips = [clip for engine in found[name] or found["train"] for clip in spoken[engine]]
    missing = [split for split in ("validation", "test") if not found[split]]
    if not missing or (found[name] and name != "train"):
        return clips
    places = {split: i for i, split in enumerate(missing)}
    if name == "train":
        return [clip for clip in clips if _eighth(clip) not in places.values()]
    return [clip for clip in clips if _eighth(clip) == places[name]]


def order(config: Config, engine: str, count: int) -> Order:
    """Return what an engine is asked to speak.

    Keywords are spoken about as often as all fillers together: one among them would be too rare
    to learn.
    """
    speech = config.speech
    longest = speech.longest_slow if engine in SLOW else speech.longest
    spoken = speech.words * max(1, len(speech.fillers) // len(speech.words)) + speech.fillers
    return Order(engine, count, spoken, longest, config.voices.seed)


def _eighth(clip: Clip) -> int:
    """Return a number from 0 to 7 that depends on the speaker alone."""
    return crc32(clip.speaker.encode()) % 8


def _compare_with_lock(orders: list[Order], spoken: Mapping[str, list[Clip]], root: Path) -> None:
    """Write the SHA-256 of each engine's clips to data.lock, or say that they are others.

    Floating-point arithmetic differs between machines, so that other digests are no error; the
    results are then those of slightly other data.
    """
    found = {
        f"speech/{of.engine}-{of.key}-{of.count}": fingerprint(spoken[of.engine]) for of in orders
    }
    locked = lock.read(root)
    files = dict(locked.files) if locked else {}
    changed = sorted(name for name in found if files.get(name, found[name]) != found[name])
    if changed:
        print(
            f"note: {', '.join(changed)} sounds otherwise than where {lock.NAME} was written "
            "(another processor or library): results may differ a little.",
            file=sys.stderr,
        )
    if found.keys() - files.keys():
        source = locked.source if locked else "synthetic speech"
        licence = locked.licence if locked else "see VOICES.md"
        lock.write(root, lock.Lock(source, licence, {**found, **files}))
