"""What an update does to each file, for people, for programs and for applying it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from mlstarter.git.objects import Leaf
from mlstarter.git.process import Git
from mlstarter.update.merge.three_way import Conflict

Kind = Literal["added", "changed", "renamed", "deleted", "merged", "conflicting"]
KINDS: tuple[Kind, ...] = ("added", "changed", "renamed", "deleted", "merged", "conflicting")


@dataclass(frozen=True, slots=True)
class Change:
    """What happens to one file.

    ``kind`` is "merged" where both sides changed the file and the result holds both. ``old_path``
    is the name before a rename; ``reason`` says why a person is needed ("conflicting" only).
    """

    path: str
    kind: Kind
    old_path: str | None = None
    reason: str | None = None

    def as_json(self) -> dict[str, str]:
        """Return the change as ``--json`` shows it; what is not there is left out."""
        pairs = {
            "path": self.path,
            "kind": self.kind,
            "old_path": self.old_path,
            "reason": self.reason,
        }
        return {key: value for key, value in pairs.items() if value is not None}


@dataclass(frozen=True, slots=True)
class FileChange:
    """One path that differs between two trees; None where it is not there."""

    path: str
    old: Leaf | None
    new: Leaf | None


def tree_changes(
    git: Git, before: str, after: str
) -> tuple[tuple[FileChange, ...], dict[str, str]]:
    """Return every path that differs between two trees, and the renames (new -> old name)."""
    fields = iter(git.fields("diff-tree", "-r", "-z", "-M", "--raw", before, after))
    files: dict[str, FileChange] = {}
    renames: dict[str, str] = {}
    for field in fields:
        if not field.startswith(":"):
            continue  # the commit's id, which git prints for some pairs
        old_mode, new_mode, old_oid, new_oid, status = field[1:].split(" ")
        old, new = Leaf(int(old_mode, 8), old_oid), Leaf(int(new_mode, 8), new_oid)
        path = next(fields)
        if status[0] == "R":
            target = next(fields)
            files[path] = FileChange(path, old, None)
            files[target] = FileChange(target, None, new)
            renames[target] = path
        elif status[0] == "A":
            files[path] = FileChange(path, None, new)
        elif status[0] == "D":
            files[path] = FileChange(path, old, None)
        else:
            files[path] = FileChange(path, old, new)
    return tuple(files[path] for path in sorted(files)), renames


def describe(
    files: Iterable[FileChange],
    renames: dict[str, str],
    both_changed: frozenset[str],
    conflicts: Iterable[Conflict],
) -> tuple[Change, ...]:
    """Say what happens to each file, sorted by path."""
    by_path: dict[str, Change] = {}
    renamed_away = set(renames.values())
    for change in files:
        path = change.path
        if path in renames:
            by_path[path] = Change(path, "renamed", old_path=renames[path])
        elif change.old is None:
            by_path[path] = Change(path, "added")
        elif change.new is None:
            if path not in renamed_away:
                by_path[path] = Change(path, "deleted")
        elif path in both_changed:
            by_path[path] = Change(path, "merged")
        else:
            by_path[path] = Change(path, "changed")
    for conflict in conflicts:
        old_path = renames.get(conflict.path)
        by_path[conflict.path] = Change(
            conflict.path, "conflicting", old_path=old_path, reason=conflict.reason
        )
    return tuple(by_path[path] for path in sorted(by_path))
