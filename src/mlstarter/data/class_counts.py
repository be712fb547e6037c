"""How many examples of each class there are, and whether they are enough."""

from __future__ import annotations

from collections.abc import Mapping

from mlstarter.data.errors import DataError
from mlstarter.data.show import quote

FEWEST_OF_A_CLASS = 10
"""A project refuses fewer: nothing would be left to learn from, or to test with."""


def problem_of_classes(
    counts: Mapping[str, int], place: str, examples: str, hint: str
) -> DataError | None:
    """Return why the rarest class cannot be learned, or None.

    Args:
        counts: how many examples each class has.
        place: what the classes are of, as a sentence says it.
        examples: what they are: rows, texts, pictures.
        hint: what to do beside bringing more.
    """
    rarest = min(counts, key=lambda name: counts[name])
    if counts[rarest] >= FEWEST_OF_A_CLASS:
        return None
    return DataError(
        f"The class {quote(rarest)} of {place} has {counts[rarest]} {examples}, and at least "
        f"{FEWEST_OF_A_CLASS} are needed to learn and to test.",
        hint=f"bring more, or {hint}",
    )
