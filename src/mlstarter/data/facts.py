"""What one column was found to be."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from mlstarter.data import dates

EXAMPLES = 3


@dataclass(frozen=True, slots=True)
class Facts:
    """What a column looks like.

    ``kind``: number, integer, boolean, category, time, text, constant, empty, identifier, mixed,
    large or unreadable; the first four can be features. ``reason`` says why it is no feature, or
    what is worth knowing. ``distinct`` counts values, ``empty`` missing ones.
    """

    name: str
    kind: str
    distinct: int = 0
    empty: int = 0
    missing: tuple[str, ...] = ()
    strip: tuple[str, ...] = ()
    true: tuple[str, ...] = ()
    false: tuple[str, ...] = ()
    readings: tuple[dates.Reading, ...] = ()
    format: str = ""
    reason: str = ""
    note: str = ""
    examples: tuple[str, ...] = ()
    values: Mapping[str, int] = field(default_factory=dict)

    @property
    def is_feature(self) -> bool:
        """Say whether the model could read it."""
        return self.kind in ("number", "integer", "boolean", "category")


def facts_of(name: str, kind: str, texts: Mapping[str, int], empty: int, **more: Any) -> Facts:
    """Return the facts of a column by its different texts and how often each stands in it."""
    examples = sorted(texts, key=lambda text: -len(text))[:1] + list(texts)[:EXAMPLES]
    example_texts = tuple(text[:60] for text in dict.fromkeys(examples))[:EXAMPLES]
    few = dict(texts) if len(texts) <= 1_000 else {}
    more.setdefault("examples", example_texts if kind in ("number", "integer", "time") else ())
    return Facts(name, kind, len(texts), empty, values=few, **more)
