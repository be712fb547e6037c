"""Putting right what a killed update left behind.

A file moves out before its successor moves in, so at any moment each old file lies either where it
was or in the state folder, whole. What somebody did after the kill is told by its fingerprint and
stays.
"""

from __future__ import annotations

import contextlib
import shutil
from dataclasses import dataclass
from pathlib import Path

from mlstarter.git.repository import Repository
from mlstarter.update.apply.journal import (
    Operation,
    State,
    UpdateJournal,
    interrupted_state,
    move_branch,
    one_at_a_time,
    places,
)
from mlstarter.update.apply.worktree import (
    exists,
    find_obstacle,
    fingerprint,
    move_in,
    prune_upwards,
)


@dataclass(frozen=True, slots=True)
class Recovery:
    """What was done about an interrupted update.

    ``outcome``: "nothing" (there was none), "undone" (as before), "finished" (as if it had not
    been interrupted) or "moved on" (somebody committed or switched branches since; nothing was
    touched). ``edited_files`` were edited after the interruption and stay as they are;
    ``saved_folder`` is the folder that holds the replaced files, where it was kept.
    """

    outcome: str
    edited_files: tuple[str, ...] = ()
    saved_folder: Path | None = None


def recover(repository: Repository) -> Recovery:
    """Put an interrupted update right.

    Raises:
        ProjectError: an update is running.
        OSError: a file cannot be moved back; the command can be run again.
    """
    with one_at_a_time(repository):
        state = interrupted_state(repository)
        if state is None:
            _sweep(repository)
            return Recovery("nothing")
        journal = UpdateJournal.read(state.journal)
        if _is_done(repository, journal):
            _unlock(repository, state, journal)
            state.end()
            return Recovery("finished")
        if not _is_where_it_was(repository, journal):
            return Recovery("moved on", saved_folder=_save(state))
        if journal.move.mode == "commit" and _index_holds(repository, journal.move.tree):
            _unlock(repository, state, journal)
            move_branch(repository, journal.move)
            state.end()
            return Recovery("finished")
        in_flight = _in_flight(state, journal)
        edited_files = put_back(repository, state, journal, in_flight=in_flight)
        return Recovery("undone", edited_files=edited_files)


def put_back(
    repository: Repository,
    state: State,
    journal: UpdateJournal,
    *,
    ref_locks: bool = True,
    in_flight: Operation | None = None,
) -> tuple[str, ...]:
    """Move every old file back and new ones away; return the files that were edited meanwhile.

    ``ref_locks`` says whether a lock of the branch is the dead update's, ``in_flight`` which file
    it was moving in when it was killed. Safe to be called again after being killed itself.
    """
    edited_files: set[str] = set()
    for operation in reversed(journal.operations):
        if operation.old is None and _has_arrived(repository, state, operation, in_flight):
            place = repository.work_tree / operation.path
            if fingerprint(place) == operation.new:
                place.unlink()
                prune_upwards(place.parent, repository.work_tree)
            else:
                edited_files.add(operation.path)
    for operation in journal.operations:
        backup = state.backup / operation.path
        is_out = operation.old is not None and exists(backup)
        if is_out and not _return_file(repository.work_tree, backup, operation):
            edited_files.add(operation.path)
    _forget_merge(repository, journal)
    if journal.move.mode == "commit" and _index_holds(repository, journal.move.tree):
        # Only the branch could not follow: somebody else holds it.
        shutil.copyfile(state.old_index, state.index)
        state.index.replace(repository.folder / "index")
    _unlock(repository, state, journal, ref_locks=ref_locks)
    state.end()
    return tuple(sorted(edited_files))


def _in_flight(state: State, journal: UpdateJournal) -> Operation | None:
    """Return the file that the killed update was moving in, or was about to; None after the last.

    Files move in one after the other, so it is the first that still waits.
    """
    waiting = (o for o in journal.operations if o.new and exists(state.stage / o.path))
    return next(waiting, None)


def _has_arrived(
    repository: Repository, state: State, operation: Operation, in_flight: Operation | None
) -> bool:
    """Say whether what lies at a new file's path came from the update, edited since or not."""
    place, waiting = repository.work_tree / operation.path, state.stage / operation.path
    if operation.new is None or not exists(place):
        return False
    if not exists(waiting) or _is_same(waiting, place):
        return True
    # A file arrives as a second name of the one that waits. Whoever copies the repository before
    # it is put right makes two files of the two names.
    return operation == in_flight and fingerprint(place) == operation.new


def _return_file(top: Path, backup: Path, operation: Operation) -> bool:
    """Move an old file back; say whether its place is as it was, and not somebody's by now."""
    place = top / operation.path
    here = fingerprint(place)
    if here == operation.new and here is not None:
        place.unlink()
    elif here == operation.old:
        return True
    if find_obstacle(top, operation.path, leaving=()) is not None:
        return False
    move_in(backup, place)
    return True


def _is_same(one: Path, other: Path) -> bool:
    with contextlib.suppress(OSError):
        return one.samefile(other)
    return False


def _is_done(repository: Repository, journal: UpdateJournal) -> bool:
    """Say whether only the tidying up was missing."""
    if journal.move.mode == "commit":
        return repository.commit("HEAD") == journal.move.target
    # The index is the last thing that a conflict writes, and its lock goes with it.
    is_locked = (repository.folder / "index.lock").exists()
    if is_locked or _merge_head(repository) != journal.move.target:
        return False
    return bool(repository.git.run("ls-files", "--unmerged", "-z"))


def _is_where_it_was(repository: Repository, journal: UpdateJournal) -> bool:
    return repository.branch() == journal.branch and repository.commit("HEAD") == journal.move.head


def _index_holds(repository: Repository, tree: str) -> bool:
    """Say whether the index has become the result already."""
    if (repository.folder / "index.lock").exists():
        return False
    return repository.git.call("diff-index", "--cached", "--quiet", tree).status == 0


def _merge_head(repository: Repository) -> str | None:
    path = repository.folder / "MERGE_HEAD"
    return path.read_text(encoding="ascii").strip() if path.exists() else None


def _forget_merge(repository: Repository, journal: UpdateJournal) -> None:
    if journal.move.mode == "conflict":
        # MERGE_HEAD goes first: without it the others mean nothing.
        for name in ("MERGE_HEAD", "MERGE_MODE", "MERGE_MSG"):
            (repository.folder / name).unlink(missing_ok=True)
            (repository.folder / f"{name}.mlstarter").unlink(missing_ok=True)
        (repository.folder / "ORIG_HEAD.mlstarter").unlink(missing_ok=True)


def _unlock(
    repository: Repository, state: State, journal: UpdateJournal, *, ref_locks: bool = True
) -> None:
    """Remove the locks of the killed update, those of a killed git process of its among them."""
    lock = repository.folder / "index.lock"
    if state.owns(lock):
        lock.unlink()
    if not ref_locks:
        return
    (repository.folder / "HEAD.lock").unlink(missing_ok=True)
    if journal.branch is not None:
        (repository.common / f"{journal.branch}.lock").unlink(missing_ok=True)


def _save(state: State) -> Path:
    """Set the state folder aside, with the replaced files in it."""
    number = 1
    while (folder := state.folder.with_name(f"mlstarter-saved-{number}")).exists():
        number += 1
    state.folder.rename(folder)
    (folder / "journal.json").unlink()
    return folder


def _sweep(repository: Repository) -> None:
    """Remove what an update left that was killed before it began to change anything."""
    for place in places(repository):
        shutil.rmtree(place, ignore_errors=True)
