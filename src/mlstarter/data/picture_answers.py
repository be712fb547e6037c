"""What an owner states about pictures, held against the data before a project is made of them."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from mlstarter.data.choices import Suggestion
from mlstarter.data.class_counts import problem_of_classes
from mlstarter.data.errors import DataError
from mlstarter.data.inspect import Inspection
from mlstarter.data.show import excerpt, quote, some
from mlstarter.data.spellings import look_alike, spellings

UPDATE = "of a project that is there: mlstarter update --data"


def class_names(answers: Mapping[str, Any]) -> dict[str, str]:
    """Return what the labels of the data stand for, as the answer ``class_names`` says."""
    pairs = (part.split("=") for part in str(answers.get("class_names") or "").split(";"))
    return {pair[0].strip(): pair[1].strip() for pair in pairs if len(pair) == 2}


def check_positive(labels: Iterable[str], answers: Mapping[str, Any], place: str) -> None:
    """Raise DataError for a positive class that is none of two, and for names of no class."""
    positive, names = str(answers.get("positive_class") or ""), class_names(answers)
    texts = {unicodedata.normalize("NFC", label) for label in labels}
    if (strangers := names.keys() - texts) and (others := texts - names.keys()):
        raise DataError(
            f"class_names calls {some(sorted(strangers), 3)} something, and the classes of "
            f"{excerpt(place)} are {some(sorted(texts), 4)}.",
            hint=f"name {some(sorted(others), 3)}, or leave it empty ({UPDATE} class_names=...)",
        )
    if len(texts) > 1 and len({names.get(text, text) for text in texts}) < 2:
        raise DataError(
            f"class_names gives all classes of {excerpt(place)} one name.",
            hint="give two of them different ones",
        )
    classes = sorted({names.get(text, text) for text in texts})
    if positive and (positive not in classes or len(classes) != 2):
        raise DataError(
            f"positive_class is {quote(positive)}, and the classes of {excerpt(place)} are "
            f"{some(classes, 4)}.",
            hint=f"name one of two classes, or leave it empty ({UPDATE} positive_class=NAME)",
        )


def check_spellings(labels: Iterable[str], answers: Mapping[str, Any], where: str) -> None:
    """Raise DataError for classes, as ``class_names`` calls them, of one name in two spellings."""
    names = class_names(answers)
    if double := spellings(sorted({names.get(label, label) for label in labels})):
        raise DataError(
            f"Classes of {where} are spelt in several ways: {some(double, 6)}.",
            hint="write each class in one way"
            + ("; some differ in marks or blanks that are not seen" * look_alike(double)),
        )


def check_groups(groups: Iterable[object], where: str) -> None:
    """Raise DataError for a group in two spellings: it would be both learned and tested on."""
    if double := spellings(sorted({str(group).strip() for group in groups})):
        raise DataError(
            f"Groups of {where} are spelt in several ways: {some(double, 6)}.",
            hint="write each in one way, or its pictures are both learned and tested on",
        )


def check_split(
    answers: Mapping[str, Any],
    split: Suggestion | None,
    names: Sequence[str],
    place: str,
    *,
    is_grouped: bool = False,
) -> None:
    """Raise DataError for a rule of the split that the data cannot follow.

    Args:
        answers: what the owner states: image_split, group_pattern.
        split: whether a split is kept that folders bring, None where they bring none.
        names: those of the pictures' files.
        place: the folder or table, as a sentence names it.
        is_grouped: a column of the table says which pictures belong together.
    """
    rule, pattern = str(answers.get("image_split", "")), str(answers.get("group_pattern") or "")
    if rule == "given":
        if split is None or split.value != "given":
            why = split.reason if split else "no folders of it are called train and test"
            raise DataError(
                f"{excerpt(place)} brings no split that image_split=given could keep: {why}.",
                hint=f"leave it out, or call folders train and test ({UPDATE} "
                "image_split=stratified)",
            )
    elif not is_grouped and (rule == "group" or pattern):
        _check_pattern(pattern, names, place)


def split_choices(split: Suggestion | None, answers: Mapping[str, Any]) -> list[Suggestion]:
    """Return the rule of the split, or, where another one is stated, that folders bring one."""
    rule = answers.get("image_split", "")
    if split is None or not rule:
        return [] if split is None else [split]
    if split.value != "given" or rule == "given":
        return []
    why = f"{split.reason}, and the rule is {rule}; to keep theirs: image_split=given"
    return [Suggestion("split in folders", "not kept", f"{why} ({UPDATE} image_split=given)")]


def _check_pattern(pattern: str, names: Sequence[str], place: str) -> None:
    if not pattern:
        raise DataError(
            f"Nothing says which pictures of {excerpt(place)} belong together, as "
            "image_split=group needs.",
            hint="state group_pattern, a regular expression for what tells it in the names of "
            "files, such as P[0-9]+, or give a table with a column for it",
        )
    try:
        matches = [re.search(pattern, name) for name in names]
    except re.error as error:
        raise DataError(
            f"group_pattern is {quote(pattern)}, and no regular expression: {error}.",
            hint="write one for what tells the group in the names of files, such as P[0-9]+",
        ) from None
    groups = Counter(match[match.lastindex or 0] for match in matches if match)
    if len(names) > 1 and (not groups or max(groups.values()) < 2):
        raise DataError(
            f"group_pattern is {quote(pattern)}, and gives no two pictures of {excerpt(place)} "
            f"one group: the first is called {excerpt(names[0], 80)}.",
            hint="write what tells the group in the names of files, such as P[0-9]+",
        )


def problem_of_labels(
    cells: Iterable[object], answers: Mapping[str, Any], place: str
) -> DataError | None:
    """Return why the rarest class of a table cannot be learned, or None."""
    names = class_names(answers)
    labels = (str(cell).strip() for cell in cells if cell is not None)
    counts = Counter(names.get(label, label) for label in labels if label)
    return problem_of_classes(counts, excerpt(place), "pictures", "leave its lines out")


def check_answers(
    looked_at: Inspection,
    answers: Mapping[str, Any],
    columns: Sequence[str],
    split: Suggestion | None,
    paths: Sequence[str],
) -> None:
    """Raise DataError where a table's classes, groups or split are not as its owner states.

    ``columns`` hold file, class and perhaps group; ``paths`` are those of the pictures.
    """
    place, cells = looked_at.path.name, looked_at.table.columns
    labels = {str(cell).strip() for cell in cells[columns[1]]} - {""}
    check_spellings(labels, answers, f"the column {quote(columns[1])} of {excerpt(place)}")
    check_positive(labels, answers, place)
    rule = answers.get("image_split", "group")
    is_grouped = len(columns) > 2 and rule == "group"
    if is_grouped:
        check_groups(cells[columns[2]], f"the column {quote(columns[2])} of {excerpt(place)}")
    names = [path.rpartition("/")[2] for path in paths]
    check_split(answers, split, names, place, is_grouped=is_grouped)
