"""The three-way merge of whole trees, by git itself, without a work tree.

``git merge-tree --write-tree`` takes two commits and finds their base; ours, theirs and the base
are trees here, so that a sub-folder, a shallow clone or a squashed history merge alike. Each tree
becomes a commit, with the base as the parent of the two others.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from mlstarter.git.blobs import read_blobs
from mlstarter.git.identity import TEMPLATE_AUTHOR
from mlstarter.git.objects import Leaf, ObjectSet
from mlstarter.git.process import GitFailed
from mlstarter.git.quarantine import Quarantine
from mlstarter.git.template_commits import add_commit

OURS = "yours"


@dataclass(frozen=True, slots=True)
class Stage:
    """One side of a conflict as git's index holds it: 1 the base, 2 ours, 3 the template's."""

    path: str
    number: int
    leaf: Leaf


@dataclass(frozen=True, slots=True)
class Conflict:
    """A file that needs a person, and the reason in one sentence without a full stop."""

    path: str
    kind: str
    reason: str


@dataclass(frozen=True, slots=True)
class MergeResult:
    """What a merge gives: a tree (with markers where there is a conflict) and what is open."""

    tree: str
    stages: tuple[Stage, ...]
    conflicts: tuple[Conflict, ...]
    both_changed: frozenset[str]


_REASONS = {
    "content": "you and the template changed the same lines",
    "contents": "you and the template changed the same lines",
    "add/add": "you and the template both added it, with different contents",
    "binary": "you and the template both changed it, and it is not text; yours is in place",
    "modify/delete": "one side deleted it and the other changed it; the changed one is in place",
    "rename/delete": "one side renamed it and the other deleted it; the renamed one is in place",
    "rename/rename": "you and the template renamed it differently",
    "rename/add": "one side renamed another file to this name and the other added it",
    "file/directory": "it is a file on one side and a folder on the other",
    "directory/file": "it is a file on one side and a folder on the other",
    "distinct types": "it is a file on one side and a link or submodule on the other",
    "submodule": "it is a submodule that both sides changed",
    "file location": "its folder was renamed",
}


def merge_trees(
    quarantine: Quarantine,
    base: str,
    ours: str,
    theirs: str,
    *,
    old_label: str,
    new_label: str,
) -> MergeResult:
    """Merge the trees ``ours`` and ``theirs``, which both come from ``base``.

    In conflict markers our side is called ``yours``, the others by their labels (branch names
    by git's rules).

    Raises:
        GitFailed: git could not merge, as with a damaged repository.
    """
    objects = ObjectSet(quarantine.repository.algorithm)

    def commit(tree: str, *parents: str) -> str:
        who = TEMPLATE_AUTHOR
        return add_commit(objects, tree, parents, who, who, "Merge\n", "0 +0000")

    root = commit(base)
    sides = {OURS: commit(ours, root), new_label: commit(theirs, root)}
    quarantine.write(objects, passing=True)
    quarantine.set_branches(sides)
    command = ("merge-tree", "--write-tree", "-z", "--messages", OURS, new_label)
    result = quarantine.git.call(*command)
    if result.status not in (0, 1):
        raise GitFailed(command, quarantine.repository.folder, result.status, result.stderr)
    fields = result.stdout.decode("utf-8", "surrogateescape").split("\0")
    tree = fields[0]
    end = fields.index("", 1)
    stages = tuple(_stage(field) for field in fields[1:end])
    notes = list(_notes(fields[end + 1 :]))
    conflicts = _conflicts(notes, stages)
    if conflicts:
        tree = _name_the_base(quarantine, tree, stages, root, old_label)
    both = frozenset(paths[0] for kind, paths, _ in notes if kind == "Auto-merging")
    return MergeResult(tree, stages, conflicts, both)


def _stage(field: str) -> Stage:
    info, _, path = field.partition("\t")
    mode, oid, number = info.split()
    return Stage(path, int(number), Leaf(int(mode, 8), oid))


def _notes(fields: list[str]) -> Iterator[tuple[str, list[str], str]]:
    """Yield (kind, paths, message) of each of git's remarks."""
    at = 0
    while at < len(fields) and fields[at]:
        count = int(fields[at])
        paths = fields[at + 1 : at + 1 + count]
        yield fields[at + 1 + count], paths, fields[at + 2 + count].strip()
        at += 3 + count


def _conflicts(
    notes: list[tuple[str, list[str], str]], stages: tuple[Stage, ...]
) -> tuple[Conflict, ...]:
    """Return one conflict a file; git may remark on the same file more than once.

    A remark on a file without stages leaves nothing to resolve: git 2.39 makes one where the
    template turns an untouched file into a folder, and then merges it cleanly.
    """
    conflicts: dict[str, Conflict] = {}
    open_paths = {stage.path for stage in stages}
    for _, paths, message in notes:
        match = re.match(r"CONFLICT \(([^)]*)\)|warning: Cannot merge binary", message)
        if match is None:
            continue
        kind = (match[1] or "binary").partition(" involved")[0]
        for path in [path for path in paths if path in open_paths]:
            if kind == "binary" or path not in conflicts:
                reason = _REASONS.get(kind, message)
                conflicts[path] = Conflict(path, kind, _which_side(kind, path, stages) or reason)
    for path in sorted(open_paths - conflicts.keys()):
        conflicts[path] = Conflict(path, "other", "the two sides do not fit together")
    return tuple(conflicts[path] for path in sorted(conflicts))


def _which_side(kind: str, path: str, stages: tuple[Stage, ...]) -> str | None:
    """Say who deleted and who changed, where that is the whole story."""
    numbers = {stage.number for stage in stages if stage.path == path}
    if kind == "modify/delete" and 2 not in numbers:
        return "you deleted or moved it and the template changed it; the template's is in place"
    if kind == "modify/delete" and 3 not in numbers:
        return "the template deleted it and you changed it; yours is in place"
    if kind == "rename/delete" and 2 not in numbers:
        return "the template renamed it and you deleted it; the template's is in place"
    if kind == "rename/delete" and 3 not in numbers:
        return "you renamed it and the template deleted it; yours is in place"
    return None


def _name_the_base(
    quarantine: Quarantine, tree: str, stages: tuple[Stage, ...], root: str, label: str
) -> str:
    """Put ``label`` where git names the base, which is a commit that only the merge knows."""
    leaves = listing(quarantine, tree)
    open_paths = sorted({stage.path for stage in stages} & leaves.keys())
    marker = re.compile(rb"^(\|{7,}) ([0-9a-f]{7,64})(\r?)$", re.MULTILINE)

    def with_label(match: re.Match[bytes]) -> bytes:
        if root.startswith(match[2].decode()):
            return match[1] + b" " + label.encode() + match[3]
        return match[0]

    objects = ObjectSet(quarantine.repository.algorithm)
    texts = read_blobs(quarantine.git, [leaves[path].oid for path in open_paths])
    new_leaves: dict[str, Leaf] = {}
    for path, data in zip(open_paths, texts, strict=True):
        text = marker.sub(with_label, data)
        if text != data:
            new_leaves[path] = Leaf(leaves[path].mode, objects.add("blob", text))
    if not new_leaves:
        return tree
    new_tree = objects.add_tree({**leaves, **new_leaves})
    quarantine.write(objects)
    return new_tree


def listing(quarantine: Quarantine, tree: str) -> dict[str, Leaf]:
    """Return every file, link and submodule of a tree by path."""
    return parse_listing(quarantine.git.fields("ls-tree", "-r", "-z", "--full-tree", tree))


def parse_listing(fields: list[str]) -> dict[str, Leaf]:
    """Return what `git ls-tree -z` printed, by path."""
    leaves: dict[str, Leaf] = {}
    for field in fields:
        info, _, path = field.partition("\t")
        mode, _, oid = info.split()
        leaves[path] = Leaf(int(mode, 8), oid)
    return leaves


def label(name: str, version: str | None) -> str:
    """Return a name for a side of the merge that git takes as a branch's."""
    text = re.sub(r"[^A-Za-z0-9.+-]+", "-", f"{name}-{version}" if version else name)
    text = re.sub(r"\.{2,}", ".", text).strip(".-")
    return text.removesuffix(".lock") or name


def attribute_files(leaves: Mapping[str, Leaf]) -> list[str]:
    """Return the paths of the ``.gitattributes`` files among ``leaves``."""
    return [path for path in leaves if path.rpartition("/")[2] == ".gitattributes"]
