"""The record of an update that is being applied, so that a killed one can be put right.

It lies in a folder of its own beside git's index: the new files before they move in, the old ones
after they moved out, and ``journal.json``, which says what is to happen. While the journal is
there, the update has begun and has not ended.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
from collections.abc import Iterator
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Literal

from mlstarter.errors import ProjectError
from mlstarter.git.repository import Repository

Mode = Literal["commit", "conflict"]
RECOVER = "mlstarter update --recover"
LOCK_TEXT = b"mlstarter update\n"


class InterruptedUpdate(ProjectError):
    """An update was killed and waits to be put right."""


@dataclass(frozen=True, slots=True)
class Operation:
    """What happens to one path: its fingerprint before and after; None where it is not there."""

    path: str
    old: str | None
    new: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """Where the branch of a work tree goes: from ``head`` to what ``tree`` holds.

    ``mode`` "commit": the branch moves to ``target``. "conflict": the branch stays, and the
    template commit ``target`` is being merged.
    """

    mode: Mode
    head: str
    target: str
    tree: str
    reflog: str


@dataclass(frozen=True, slots=True)
class UpdateJournal:
    """What an update that was begun is about to do, on which branch (None: detached)."""

    move: Move
    branch: str | None
    operations: tuple[Operation, ...]

    @classmethod
    def read(cls, path: Path) -> UpdateJournal:
        """Read a journal back."""
        values = json.loads(path.read_text(encoding="utf-8"))
        move = Move(**{field.name: values[field.name] for field in fields(Move)})
        operations = tuple(Operation(**entry) for entry in values["operations"])
        return cls(move, values["branch"], operations)

    def text(self) -> str:
        """Return what ``read`` reads: one flat object, as earlier versions wrote it."""
        operations = [asdict(operation) for operation in self.operations]
        return json.dumps({**asdict(self.move), "branch": self.branch, "operations": operations})


@dataclass(frozen=True, slots=True)
class State:
    """The folder of one application."""

    folder: Path

    @property
    def stage(self) -> Path:
        """Where new files wait."""
        return self.folder / "stage"

    @property
    def backup(self) -> Path:
        """Where old files go."""
        return self.folder / "backup"

    @property
    def index(self) -> Path:
        """The index as it will be."""
        return self.folder / "index"

    @property
    def old_index(self) -> Path:
        """The index as it was."""
        return self.folder / "index.old"

    @property
    def journal(self) -> Path:
        """The journal's file; its presence means "begun, not ended"."""
        return self.folder / "journal.json"

    def owns(self, lock: Path) -> bool:
        """Say whether the index lock at ``lock`` is this update's own.

        It holds ``LOCK_TEXT`` until the new index takes its place.
        """
        if not lock.exists():
            return False
        return not self.index.exists() or lock.read_bytes() in (b"", LOCK_TEXT)

    def begin(self, journal: UpdateJournal) -> None:
        """Write the journal, whole or not at all."""
        # Renamed into place when it is on the disk: half a journal would be worse than none.
        temporary = self.folder / "journal.new"
        with temporary.open("w", encoding="utf-8") as file:
            file.write(journal.text())
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(self.journal)

    def end(self) -> None:
        """Remove the journal, then everything else."""
        self.journal.unlink(missing_ok=True)
        shutil.rmtree(self.folder, ignore_errors=True)


def places(repository: Repository) -> list[Path]:
    """Return where a state folder may lie: in git's folder, or in the work tree.

    Files move in and out by renaming, which works only within one file system, and a linked
    work tree or a submodule may lie on another one than its git folder.
    """
    folders = [repository.folder / "mlstarter-update"]
    if repository.top is not None:
        folders.append(repository.top / ".mlstarter-update")
    return folders


def new_state(repository: Repository) -> State:
    """Make an empty state folder from which files can be renamed into the work tree."""
    in_git, in_work_tree = places(repository)
    same_disk = repository.folder.stat().st_dev == in_work_tree.parent.stat().st_dev
    place = in_git if same_disk else in_work_tree
    shutil.rmtree(place, ignore_errors=True)
    place.mkdir()
    if place == in_work_tree:
        (place / ".gitignore").write_text("*\n", encoding="ascii")
    return State(place)


def interrupted_state(repository: Repository) -> State | None:
    """Return the state of an update that was begun and not ended, or None."""
    for place in places(repository):
        if State(place).journal.exists():
            return State(place)
    return None


def require_uninterrupted(repository: Repository) -> None:
    """Raise Interrupted where a killed update waits."""
    if interrupted_state(repository) is not None:
        raise InterruptedUpdate(
            f"An update of {repository.top} was interrupted before it was done.", hint=RECOVER
        )


def move_branch(repository: Repository, move: Move) -> None:
    """Let the branch follow; raises GitFailed where it is not at the move's ``head`` any more."""
    repository.git.run("update-ref", "-m", move.reflog, "HEAD", move.target, move.head)


@contextlib.contextmanager
def one_at_a_time(repository: Repository) -> Iterator[None]:
    """Hold the work tree's update lock; the system lets go of it when the process dies.

    Raises:
        ProjectError: another update of the same work tree is running.
    """
    from filelock import FileLock, Timeout

    try:
        with FileLock(repository.folder / "mlstarter-update.lock", blocking=False):
            yield
    except Timeout as error:
        raise ProjectError(
            f"Another update of {repository.top} is running.", hint="wait until it is done"
        ) from error
