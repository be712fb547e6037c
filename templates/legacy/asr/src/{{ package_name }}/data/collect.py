"""`fetch` of a speech project: the recordings that config.toml names, and the synthetic speech."""

from __future__ import annotations

import sys
from pathlib import Path

from ..settings import load as load_config
from . import fetch, load, lock


def run(yes: bool = False, update: bool = False, timeout: float = 60.0) -> None:
    """Fetch or check the recordings, then speak what is missing of the synthetic clips.

    What is spoken is kept in data/cache/speech/ and pinned in data.lock; an interrupted run goes
    on where it stopped, and a second one makes nothing anew.
    """
    config = load_config()
    if config.data.source != "sample":
        fetch.run(yes=yes, update=update, timeout=timeout)
    spoken = load.speak(config, Path())
    seconds = sum(clip.seconds for clips in spoken.values() for clip in clips)
    if spoken:
        counts = ", ".join(f"{engine} {len(clips)}" for engine, clips in spoken.items())
        print(
            f"{seconds / 60:.0f} minutes of synthetic speech are in {load.CACHE}: {counts} clips"
            f"{f'; {lock.NAME} has their digests' if config.data.source == 'sample' else ''}.",
            file=sys.stderr,
        )
