"""The states that a student's repository is in, as terminal, board and CSV name them."""

from __future__ import annotations

from collections.abc import Iterator

from mlstarter.cohort.status import Standing


def states_of(standing: Standing) -> tuple[str, ...]:
    """Return every state of the board's ``STATES`` that a student is in, the most telling first."""
    return tuple(_states(standing))


def _states(standing: Standing) -> Iterator[str]:
    words = {
        "gone": "gone",
        "missing": "other branch",
        "unrelated": "unrelated history",
        "unreached": "not reached",
    }
    if standing.state != "verified":
        yield words.get(standing.state, "no repository")
        if not standing.active:
            yield "dropped out"
        return
    yield "started" if standing.has_started else "not started"
    for state, holds in (
        ("behind", standing.behind),
        ("update waits", standing.pending is not None and not standing.conflict),
        ("conflict", standing.conflict),
        ("CI failed", standing.ci == "failed"),
        ("no result", standing.value is None),
        ("moved away", standing.has_moved),
        ("dropped out", not standing.active),
    ):
        if holds:
            yield state
