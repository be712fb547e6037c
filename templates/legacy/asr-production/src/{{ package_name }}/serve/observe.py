"""What is remembered of recordings and their transcripts, to count them and to find drift."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from statistics import fmean
from typing import Any

from .drift import Seen


def observe(_: bytes, transcripts: Sequence[Mapping[str, Any]]) -> Iterator[Seen]:
    """Yield how long a recording is, how many words were heard a second, and how surely.

    The recording itself is not remembered.
    """
    for answer in transcripts:
        words, seconds = answer["words"], answer["seconds"]
        confidence = fmean(word["confidence"] for word in words) if words else None
        features = {"seconds": seconds, "pace": len(words) / seconds, "confidence": confidence}
        yield Seen(features, tuple(word["text"] for word in words), confidence)
