"""One thing that is proposed for a project, with its reason."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Suggestion:
    """One thing that was proposed or stated, and why."""

    key: str
    value: str
    reason: str
