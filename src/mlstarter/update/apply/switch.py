"""Taking a work tree from one commit to another: files, index and branch together or not at all.

New files are checked out into a folder of our own first. Then, with git's index locked so that no
other command sees a half-way state, old files move out, new ones move in by renaming, and the new
index and the branch follow. Nothing is ever written over: a file that turns up where a new one
should go stops the update, which is then taken back.
"""

from __future__ import annotations

import contextlib
import shutil
from dataclasses import dataclass
from pathlib import Path

from mlstarter.errors import EnvironmentProblem, ProjectError
from mlstarter.git.objects import GITLINK
from mlstarter.git.process import Git, GitFailed
from mlstarter.git.repository import Repository
from mlstarter.update.apply.journal import (
    LOCK_TEXT,
    Move,
    Operation,
    State,
    UpdateJournal,
    move_branch,
    new_state,
)
from mlstarter.update.apply.preconditions import require_committed
from mlstarter.update.apply.recovery import put_back
from mlstarter.update.apply.worktree import (
    fingerprint,
    in_the_way,
    move_in,
    move_out,
    prune_upwards,
)
from mlstarter.update.merge.changes import FileChange
from mlstarter.update.merge.three_way import Stage


@dataclass(frozen=True, slots=True)
class Switch:
    """One change of a work tree: the move, the files that it changes, and what it leaves open.

    ``stages`` go into the index and ``message`` waits for the commit where there are conflicts.
    """

    move: Move
    files: tuple[FileChange, ...]
    stages: tuple[Stage, ...] = ()
    message: str = ""


def carry_out(repository: Repository, switch: Switch) -> None:
    """Carry a switch out; the caller holds the update lock and has called ``check_ready``."""
    state = new_state(repository)
    try:
        _stage_files(repository, switch, state)
        _stage_index(repository, switch, state)
        operations = _operations(repository, switch, state)
        journal = UpdateJournal(switch.move, repository.branch(), operations)
        state.begin(journal)
    except OSError as error:
        shutil.rmtree(state.folder, ignore_errors=True)
        raise _write_failed(error) from error
    except BaseException:
        shutil.rmtree(state.folder, ignore_errors=True)
        raise
    try:
        _take_index_lock(repository)
    except BaseException:
        state.end()
        raise
    try:
        _move_files(repository, state, operations)
        _finish(repository, switch, state)
    except BaseException as error:
        # A git process that was killed itself leaves its lock of the branch behind.
        was_killed = isinstance(error, GitFailed) and error.status < 0
        put_back(repository, state, journal, ref_locks=was_killed)
        if isinstance(error, FileExistsError):
            raise in_the_way([_relative(repository, error)]) from error
        if isinstance(error, OSError):
            raise _write_failed(error) from error
        raise
    state.end()


def _stage_files(repository: Repository, switch: Switch, state: State) -> None:
    """Check the new files out into the state folder, through the project's own filters."""
    state.stage.mkdir()
    paths = [c.path for c in switch.files if c.new is not None and c.new.mode != GITLINK]
    if not paths:
        return
    # git takes attributes from the work tree it writes into, then from the index: the new ones.
    git = repository.git.in_work_tree().at(
        state.stage,
        GIT_DIR=str(repository.folder),
        GIT_WORK_TREE=str(state.stage),
        GIT_INDEX_FILE=str(state.folder / "index.whole"),
    )
    git.run("read-tree", switch.move.tree)
    names = "".join(f"{path}\0" for path in paths).encode("utf-8", "surrogateescape")
    git.run("checkout-index", "-z", "--stdin", stdin=names)


def _index_git(repository: Repository, state: State) -> Git:
    return repository.git.at(GIT_INDEX_FILE=str(state.index))


def _stage_index(repository: Repository, switch: Switch, state: State) -> None:
    """Prepare the index as it will be: the present one with the result in place of HEAD."""
    present = repository.folder / "index"
    if present.exists():
        shutil.copyfile(present, state.index)
        shutil.copyfile(present, state.old_index)
    git = _index_git(repository, state)
    git.run("read-tree", "-i", "-m", switch.move.head, switch.move.tree)
    if switch.stages:
        none = "0" * len(switch.move.head)
        paths = sorted({stage.path for stage in switch.stages})
        lines = [f"0 {none}\t{path}\0" for path in paths]
        lines += [f"{s.leaf.mode:06o} {s.leaf.oid} {s.number}\t{s.path}\0" for s in switch.stages]
        text = "".join(lines).encode("utf-8", "surrogateescape")
        git.run("update-index", "-z", "--index-info", stdin=text)


def _operations(repository: Repository, switch: Switch, state: State) -> tuple[Operation, ...]:
    """Return what is to be moved, having made sure that no file differs from its commit."""
    top = repository.work_tree
    operations: list[Operation] = []
    for change in switch.files:
        modes = {leaf.mode for leaf in (change.old, change.new) if leaf is not None}
        if GITLINK in modes:
            continue
        here = fingerprint(top / change.path) if change.old is not None else None
        new = fingerprint(state.stage / change.path) if change.new is not None else None
        operations.append(Operation(change.path, here, new))
    require_committed(repository, switch.files)
    return tuple(operations)


def _take_index_lock(repository: Repository) -> None:
    """Lock the index as git does, so that no other command works on it meanwhile."""
    lock = repository.folder / "index.lock"
    try:
        with lock.open("xb") as file:
            file.write(LOCK_TEXT)
    except FileExistsError as error:
        raise ProjectError(
            f"Another git command is at work in {repository.top}.",
            hint=f"wait for it; if there is none, `rm -f {lock}`",
        ) from error


def _move_files(repository: Repository, state: State, operations: tuple[Operation, ...]) -> None:
    top = repository.work_tree
    for operation in operations:
        if operation.old is not None:
            place = top / operation.path
            if fingerprint(place) != operation.old:
                raise ProjectError(
                    f"{operation.path} was changed while the update ran.",
                    hint="commit the change and run the command again",
                )
            move_out(place, state.backup / operation.path)
            if operation.new is None:
                prune_upwards(place.parent, top)
    for operation in operations:
        if operation.new is not None:
            move_in(state.stage / operation.path, top / operation.path)


def _finish(repository: Repository, switch: Switch, state: State) -> None:
    """Put index and branch, or the merge in progress, where git looks for them."""
    git = _index_git(repository, state)
    git.in_work_tree().call("update-index", "-q", "--refresh")
    if switch.move.mode == "conflict":
        _write_merge_state(repository, switch)
    lock = repository.folder / "index.lock"
    state.index.replace(lock)
    lock.replace(repository.folder / "index")
    if switch.move.mode == "commit":
        move_branch(repository, switch.move)


def _write_merge_state(repository: Repository, switch: Switch) -> None:
    """Write what makes `git status`, `commit`, `merge --continue` and `--abort` see a merge."""
    folder = repository.folder
    for name, text in (
        ("MERGE_MSG", switch.message),
        ("MERGE_MODE", "no-ff"),
        ("ORIG_HEAD", f"{switch.move.head}\n"),
        ("MERGE_HEAD", f"{switch.move.target}\n"),
    ):
        temporary = folder / f"{name}.mlstarter"
        temporary.write_text(text, encoding="utf-8", errors="surrogateescape")
        temporary.replace(folder / name)


def _relative(repository: Repository, error: OSError) -> str:
    name = str(error.filename2 or error.filename or "a file")
    with contextlib.suppress(ValueError):
        return Path(name).relative_to(repository.work_tree).as_posix()
    return name


def _write_failed(error: OSError) -> EnvironmentProblem:
    return EnvironmentProblem(
        f"The update could not be written: {error.strerror or error}"
        f"{f' ({error.filename})' if error.filename else ''}.",
        hint="everything is as it was; mend that and run the command again",
    )
