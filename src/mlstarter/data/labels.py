"""Labels that a project could not learn as they are written: its owner has to write them anew."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping

from mlstarter.data import words
from mlstarter.data.errors import DataError
from mlstarter.data.facts import Facts
from mlstarter.data.show import quote, some
from mlstarter.data.spellings import look_alike, spellings

FEWEST_LISTS = 3  # different ones: fewer may be classes of their own
FEWEST_FLAGS = 4  # columns of 0 and 1 that are labels rather than one label and some features
_LIST = re.compile(r"\[[^\],;|]*[,;|][^\]]*\]|\[\s*[0-9.]+(?:\s+[0-9.]+)+\s*\]")


def refuse_labels(target: Facts) -> None:
    """Raise DataError where one class is spelt in several ways, or a row has several of them."""
    double = spellings(target.values)
    if double:
        raise DataError(
            f"The classes of {quote(target.name)} are spelt in several ways: {some(double, 6)}.",
            hint="write each class in one way"
            + ("; some differ in marks or blanks that are not seen" * look_alike(double)),
        )
    in_brackets = [text for text in target.values if _LIST.fullmatch(text)]
    lists = in_brackets or [text for text in target.values if _is_list(text, target.values)]
    if in_brackets or len(lists) >= FEWEST_LISTS:
        raise DataError(
            f"Some rows have several labels in {quote(target.name)} ({some(lists, 2)}), and one is "
            "learned.",
            hint="keep the rows of one label, or write a column of yes and no for each label, and "
            "name one of them as the target",
        )


def _is_list(text: str, labels: Collection[str]) -> bool:
    parts = [part.strip() for part in re.split("[,;|]", text)]
    return len(parts) > 1 and all(part in labels for part in parts)


def flags_of(facts: Mapping[str, Facts], target: str) -> list[str]:
    """Return the columns of 0 and 1 that say which of several labels a text has, or none.

    They do where there are several, and one of them is the target: as stated, or because no other
    column is called so.
    """
    targets = [name for name in facts if name.casefold() in words.TARGETS]
    target = target or next(iter(targets), "")
    flags = [n for n, f in facts.items() if f.kind == "boolean" and set(f.values) <= {"0", "1"}]
    is_likely = len(flags) >= FEWEST_FLAGS and (not target or target in flags)
    return flags if is_likely else []
