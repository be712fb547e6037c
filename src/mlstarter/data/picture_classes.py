"""The classes of a folder of pictures, which its folders name: what a reader of them would ask."""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path

from mlstarter.data.choices import Suggestion
from mlstarter.data.errors import DataError
from mlstarter.data.show import excerpt, quote, some
from mlstarter.data.spellings import look_alike, spellings

FEWEST = 10  # pictures of a class: a project refuses fewer
MOST_NAMES = 4  # classes


def count_classes(pictures: Iterable[Path], folder: Path, parts: frozenset[str]) -> Counter[str]:
    """Return how many pictures each class has, "" standing for none.

    The folder in which a picture lies names its class, unless it is one of ``parts``, in small
    letters.
    """
    counts: Counter[str] = Counter()
    for path in pictures:
        name = unicodedata.normalize("NFC", path.parent.name) if path.parent != folder else ""
        counts[name if name.lower() not in parts else ""] += 1
    return counts


def check_classes(counts: Mapping[str, int], name: str) -> None:
    """Raise DataError for a class that has too few pictures, or is spelt in several ways."""
    labels = [label for label in counts if label]
    if double := spellings(labels):
        raise DataError(
            f"The classes of {name} are spelt in several ways: {some(double, 6)}.",
            hint="give the folders of one class one name"
            + ("; some differ in marks or blanks that are not seen" * look_alike(double)),
        )
    rarest = min(labels, key=lambda label: counts[label])
    if counts[rarest] < FEWEST:
        raise DataError(
            f"The class {quote(rarest)} of {name} has {counts[rarest]} pictures, and at least "
            f"{FEWEST} are needed to learn and to test.",
            hint="bring more, or take its folder away",
        )


def suggest_classes(
    counts: Mapping[str, int], folder: Path, parts: frozenset[str], places: Iterable[Path]
) -> list[Suggestion]:
    """Return what the classes are, so that their owner sees them; what was left out is said.

    ``places`` are the folders in which pictures lie.
    """
    labels = sorted((label for label in counts if label), key=lambda label: -counts[label])
    examples = [f"{excerpt(label, 20)} ({counts[label]:,})" for label in labels[:MOST_NAMES]]
    more = f" and {len(labels) - MOST_NAMES:,} more" if len(labels) > MOST_NAMES else ""
    reason = f"{', '.join(examples)}{more}, called by the folders in which pictures lie"
    above = _names_above(places, folder, parts)
    if len(above) > 1 or set(above) & set(labels):
        reason += f", not by those above them ({some(above, 3)})"
    choices = [Suggestion("classes", f"{len(labels):,}", reason)]
    if counts.get("", 0):
        why = "pictures in no folder of a class (train and the like are none) are left out"
        choices.append(Suggestion("without class", f"{counts['']:,}", why))
    return choices


def _names_above(places: Iterable[Path], folder: Path, parts: frozenset[str]) -> list[str]:
    """Return the names of folders above those that name classes, where several lie in one."""
    names = {place.parent.name for place in places if folder not in (place, place.parent)}
    return sorted(name for name in names if name.lower() not in parts)
