"""Making the sides of a merge comparable before git merges them.

Four things differ between a render and a project without anybody having edited a line: the form
in which git stores a file (filters, line endings by ``.gitattributes``), the line endings of a
whole file, the parts of a README that the project's commands write, and the answers file, which
mlstarter itself rewrites. Each is taken out of the way on
the base's and the template's side; what the student has stays as it is.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from mlstarter.data_files import load_yaml
from mlstarter.git.attributes import flatten
from mlstarter.git.clean_filters import clean_for_git
from mlstarter.git.objects import Leaf, ObjectSet
from mlstarter.git.quarantine import Quarantine
from mlstarter.tree import EXECUTABLE, REGULAR, Entry
from mlstarter.update.merge.generated_blocks import same_blocks
from mlstarter.update.merge.three_way import attribute_files

# Beyond this size (bytes) a file is data, and its line endings are its own business.
_TEXT_AT_MOST = 2_000_000


@dataclass(slots=True)
class Sides:
    """The three sides of a merge by path; ``base`` and ``theirs`` are changed in place."""

    base: dict[str, Leaf]
    ours: Mapping[str, Leaf]
    theirs: dict[str, Leaf]


def make_comparable(quarantine: Quarantine, sides: Sides, answers_file: str) -> ObjectSet:
    """Change ``sides.base`` and ``sides.theirs`` as above; return the new objects, unwritten.

    Also tells the quarantine which attributes count for the merge: ours.
    """
    objects = ObjectSet(quarantine.repository.algorithm)
    attributes = _blobs(quarantine, sides.ours, attribute_files(sides.ours))
    quarantine.set_attributes(flatten(attributes))
    if attributes:
        _store_as_git_does(quarantine, sides, attributes)
    _follow_line_endings(quarantine, sides, objects)
    _leave_generated_blocks(quarantine, sides, objects)
    _take_answers(quarantine, sides, objects, answers_file)
    return objects


def _texts(quarantine: Quarantine, objects: ObjectSet, oids: Iterable[str]) -> dict[str, bytes]:
    """Return the bytes of blobs by id, also of those that an earlier step made."""
    all_ids = set(oids)
    unwritten = {oid: objects.objects[oid][1] for oid in all_ids & objects.objects.keys()}
    return unwritten | quarantine.blobs(all_ids - unwritten.keys())


def _blobs(quarantine: Quarantine, side: Mapping[str, Leaf], paths: list[str]) -> dict[str, bytes]:
    blobs = quarantine.blobs(side[path].oid for path in paths)
    return {path: blobs[side[path].oid] for path in paths}


def _is_file(leaf: Leaf | None) -> bool:
    return leaf is not None and leaf.mode in (REGULAR, EXECUTABLE)


def _store_as_git_does(
    quarantine: Quarantine, sides: Sides, attributes: Mapping[str, bytes]
) -> None:
    """Pass the template's files through the filters that the project's attributes ask for.

    The base goes the same way only where ours differs from it: elsewhere git never stored
    the file anew.
    """
    git = quarantine.project_git
    for side, paths in (
        (
            sides.theirs,
            [
                path
                for path, leaf in sides.theirs.items()
                if leaf != sides.base.get(path) or leaf != sides.ours.get(path)
            ],
        ),
        (sides.base, [p for p, leaf in sides.base.items() if leaf != sides.ours.get(p)]),
    ):
        files = [path for path in paths if _is_file(side[path])]
        before = {
            path: Entry(side[path].mode, data)
            for path, data in _blobs(quarantine, side, files).items()
        }
        after = clean_for_git(git, before, attributes)
        objects = ObjectSet(quarantine.repository.algorithm)
        for path, entry in after.items():
            if path in before and entry.data != before[path].data:
                side[path] = Leaf(entry.mode, objects.add("blob", entry.data))
        quarantine.write(objects)


def _changed_by_both(sides: Sides) -> list[str]:
    return [
        path
        for path, leaf in sides.base.items()
        if sides.ours.get(path, leaf).oid != leaf.oid
        and sides.theirs.get(path, leaf).oid != leaf.oid
        and all(_is_file(side.get(path)) for side in (sides.base, sides.ours, sides.theirs))
    ]


def _leave_generated_blocks(quarantine: Quarantine, sides: Sides, objects: ObjectSet) -> None:
    """Give base and template ours of each part that the project's own commands write."""
    both = [path for path in _changed_by_both(sides) if path.endswith(".md")]
    three = (sides.base, sides.ours, sides.theirs)
    texts = _texts(quarantine, objects, (side[path].oid for path in both for side in three))
    for path in both:
        base, ours, theirs = (texts[side[path].oid] for side in three)
        if max(len(base), len(ours), len(theirs)) > _TEXT_AT_MOST:
            continue
        for side, text in zip(
            (sides.base, sides.theirs), same_blocks(base, ours, theirs), strict=True
        ):
            side[path] = Leaf(side[path].mode, objects.add("blob", text))


def _follow_line_endings(quarantine: Quarantine, sides: Sides, objects: ObjectSet) -> None:
    """Give base and template the line endings of a file whose endings ours changed throughout."""
    both = _changed_by_both(sides)
    base, ours, theirs = (
        _blobs(quarantine, side, both) for side in (sides.base, sides.ours, sides.theirs)
    )
    for path in both:
        new_ending, old_ending = _ending(ours[path]), _ending(base[path])
        if new_ending is None or old_ending is None or new_ending == old_ending:
            continue
        if _ending(theirs[path]) == old_ending:
            for side, data in ((sides.base, base[path]), (sides.theirs, theirs[path])):
                text = data.replace(b"\r\n", b"\n").replace(b"\n", new_ending)
                side[path] = Leaf(side[path].mode, objects.add("blob", text))


def _ending(data: bytes) -> bytes | None:
    """Return the one line ending of a text, or None where it is mixed, absent or no text."""
    if len(data) > _TEXT_AT_MOST or b"\0" in data:
        return None
    lines, windows = data.count(b"\n"), data.count(b"\r\n")
    if not lines or windows not in (0, lines):
        return None
    return b"\r\n" if windows else b"\n"


def _take_answers(quarantine: Quarantine, sides: Sides, objects: ObjectSet, path: str) -> None:
    """Let the new answers file replace ours where every edit of ours is one of its answers.

    Answers edited by hand are new answers: the template was rendered with them, so the new file
    says what ours says. git would see two edits side by side and call it a conflict.
    """
    leaves = [side.get(path) for side in (sides.base, sides.ours, sides.theirs)]
    base, ours, theirs = leaves
    if base is None or ours is None or theirs is None or len(set(leaves)) < 3:
        return
    texts = _texts(quarantine, objects, (base.oid, ours.oid, theirs.oid))
    if _says_the_same(texts[base.oid], texts[ours.oid], texts[theirs.oid]):
        sides.base[path] = ours


def _says_the_same(base: bytes, ours: bytes, theirs: bytes) -> bool:
    """Say whether ``theirs`` has every answer and every comment that ``ours`` adds to ``base``."""
    values = [_mapping(text) for text in (base, ours, theirs)]
    if any(value is None for value in values):
        return False
    old, mine, new = (value or {} for value in values)
    for key, value in mine.items():
        is_same = key in old and old[key] == value
        if not key.startswith("_") and not is_same and new.get(key, ...) != value:
            return False
    comments = [
        {line.strip() for line in text.splitlines() if line.lstrip().startswith(b"#")}
        for text in (base, ours, theirs)
    ]
    return comments[1] <= comments[0] | comments[2]


def _mapping(text: bytes) -> dict[str, Any] | None:
    try:
        value = load_yaml(text)
    except ValueError:
        return None
    return {str(k): v for k, v in value.items()} if isinstance(value, dict) else None
