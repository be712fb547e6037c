"""Folders that are parts of a split, and what they hold of each class."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence

from mlstarter.data.choices import Suggestion
from mlstarter.data.errors import DataError
from mlstarter.data.show import some

PARTS = {
    "train": "train", "training": "train", "val": "validation", "valid": "validation",
    "validation": "validation", "dev": "validation", "test": "test", "testing": "test",
}  # fmt: skip
"""Names of folders, in small letters, that hold a part of a split: which one."""

DEFAULT_PARTS = {
    name: PARTS[name] for name in ("train", "val", "valid", "validation", "test")
}  # what a project knows of itself

# What stands beside such a name and says nothing of a class: training_set, seg_test, images_val.
_AROUND = frozenset((
    "set", "sets", "data", "dataset", "split", "folder", "image", "images", "img", "imgs", "pics",
    "pictures", "photos", "seg",
))  # fmt: skip
_NUMBER = re.compile(r"^\d{1,2}[\W_]+|(19|20)\d\d$")  # 1_train, train2017


def part_of(name: str) -> str:
    """Return which part of a split a folder of this name holds, "" for none."""
    words = [word for word in re.split(r"[\W_]+", _NUMBER.sub("", name.lower())) if word]
    parts = [PARTS[word] for word in words if word in PARTS]
    others = {word for word in words if word not in PARTS}
    return parts[0] if len(parts) == 1 and others <= _AROUND else ""


def split_folders(places: Iterable[Sequence[str]]) -> dict[str, str]:
    """Return the folders that are parts of a split, by their names, and which part each is.

    ``places`` are the folders of pictures, each as the names on the way to it.
    """
    names = {name for place in places for name in place}
    return {name: part_of(name) for name in sorted(names) if part_of(name)}


def parts_answer(parts: Mapping[str, str]) -> str:
    """Return the answer that names these parts, "" where a project knows them without one."""
    if parts.items() <= DEFAULT_PARTS.items():
        return ""
    return "; ".join(f"{name} = {part}" for name, part in parts.items())


def classes_of_parts(places: Iterable[Sequence[str]]) -> dict[str, set[str]]:
    """Return the classes of each part, those outside all parts under ""."""
    classes: dict[str, set[str]] = {}
    for place in places:
        part = next((part_of(name) for name in place if part_of(name)), "")
        labels = classes.setdefault(part, set())
        if place and not part_of(place[-1]):
            labels.add(unicodedata.normalize("NFC", place[-1]))
    return classes


def check_parts(places: Iterable[Sequence[str]], name: str) -> None:
    """Raise DataError for folders that would be classes only because of where they lie."""
    classes = classes_of_parts(places)
    outside = classes.pop("", set())
    inside = set[str]().union(*classes.values())
    if inside and (beside := outside - inside):
        raise DataError(
            f"{some(sorted(beside))} of {name} would be classes too, and lie beside the parts of "
            "the split.",
            hint="take them away, or put them into the folder of a part",
        )
    if classes.get("train") and (test_only := classes.get("test", set()) - classes["train"]):
        raise DataError(
            f"{some(sorted(test_only))} of {name} would be classes, and have no pictures to learn "
            "from: they are in the folder of the test part alone.",
            hint="put pictures of them into the training part too, or take their folders away",
        )


def suggest_split(places: Iterable[Sequence[str]], parts: Mapping[str, str]) -> Suggestion | None:
    """Return whether a split is kept that folders bring, or None where they bring none.

    ``places`` are those of pictures, each as the names of folders on the way to it; its class is
    the last of them, or, where a table tells it, follows them.
    """
    if lacking := sorted({"train", "test"} - {*parts.values()}):
        why = f"it has folders called {' and '.join(parts)}, and none for {lacking[0]}"
        several = len({*parts.values()}) > 1
        anew = Suggestion("image_split", "stratified", f"{why}: all pictures are divided anew")
        return anew if several else None
    classes = classes_of_parts(places)
    every = set[str]().union(*classes.values())
    for part in ("train", "validation", "test"):
        if part in classes and (missing := every - classes[part]):
            what = f"lacks {some(sorted(missing), 3)}" if classes[part] else "names no classes"
            return Suggestion(
                "image_split",
                "stratified",
                f"its {part} part {what}, so that all pictures are divided anew",
            )
    return Suggestion("image_split", "given", f"it has folders called {' and '.join(parts)}")
