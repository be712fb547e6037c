"""Whether a work tree can take a result: every refusal that comes before anything is touched."""

from __future__ import annotations

import os
from collections.abc import Iterable

from mlstarter.errors import ProjectError
from mlstarter.escape import shell_word
from mlstarter.git.clean_filters import clean_for_git
from mlstarter.git.objects import GITLINK, object_id
from mlstarter.git.repository import Repository
from mlstarter.tree import SYMLINK, Entry
from mlstarter.update.apply.journal import require_uninterrupted
from mlstarter.update.apply.worktree import find_obstacle, in_the_way
from mlstarter.update.merge.changes import FileChange


def check_branch_name(repository: Repository, name: str) -> None:
    """Raise ProjectError where ``name`` cannot become a new branch."""
    if repository.git.call("check-ref-format", "--branch", name).status != 0:
        raise ProjectError(
            f'"{name}" cannot be the name of a branch.', hint="see git-check-ref-format"
        )
    if repository.git.call("rev-parse", "--verify", "--quiet", f"refs/heads/{name}").status == 0:
        raise ProjectError(
            f"There is a branch called {name} already.",
            hint=f"choose another name, or delete it with `git branch -D {shell_word(name)}`",
        )


def check_ready(
    repository: Repository, head: str, files: tuple[FileChange, ...], prefix: str = ""
) -> None:
    """Raise ProjectError unless the work tree can go from ``head`` to the plan's result."""
    require_uninterrupted(repository)
    repository.require_idle()
    if repository.commit("HEAD") != head:
        raise ProjectError("The branch has moved meanwhile.", hint="run the command again")
    repository.require_clean(prefix)
    check_files(repository, files)


def check_files(repository: Repository, files: tuple[FileChange, ...]) -> None:
    """Raise ProjectError where a file would be overwritten or holds changes of its own."""
    top = repository.work_tree
    _refuse_sparse(repository)
    require_committed(repository, files)
    leaving = {change.path for change in files if change.new is None}
    obstacles = [
        obstacle
        for change in files
        if change.old is None and (obstacle := find_obstacle(top, change.path, leaving)) is not None
    ]
    if obstacles:
        raise in_the_way(sorted(set(obstacles)))


def _refuse_sparse(repository: Repository) -> None:
    # Without that file git leaves out none; most projects have none.
    if not (repository.folder / "info" / "sparse-checkout").exists():
        return
    if repository.git.call("config", "--bool", "core.sparseCheckout").stdout.strip() == b"true":
        raise ProjectError(
            "This is a sparse checkout: files that the update changes may not be here.",
            hint="`git sparse-checkout disable`, or put the result on a branch with --branch NAME",
        )


def require_committed(repository: Repository, changes: Iterable[FileChange]) -> None:
    """Raise ProjectError for a file that is about to move out and holds something of its own.

    `git status` trusts times and flags (``assume-unchanged``, ``skip-worktree``); this looks.
    """
    top = repository.work_tree
    doubtful: dict[str, Entry] = {}
    expected_ids: dict[str, str] = {}
    for change in changes:
        place = top / change.path
        if change.old is None or change.old.mode == GITLINK:
            continue
        if place.is_symlink():
            data = os.fsencode(place.readlink())
        elif place.is_file():
            data = place.read_bytes()
        else:
            continue  # deleted and marked so: nothing to lose
        if object_id("blob", data, repository.algorithm) != change.old.oid:
            doubtful[change.path] = Entry(change.old.mode, data)
            expected_ids[change.path] = change.old.oid
    for path, oid in _ids_in_git(repository, doubtful).items():
        if oid != expected_ids[path]:
            word = shell_word(path)
            raise ProjectError(
                f"{path} holds changes that `git status` does not show.",
                hint=f"`git update-index --no-assume-unchanged {word}` and `git update-index "
                f"--no-skip-worktree {word}` show them, then commit them; if another command "
                "changed it just now, run this again",
            )


def _ids_in_git(repository: Repository, files: dict[str, Entry]) -> dict[str, str]:
    """Return the ids that git gives files of the work tree: line endings and filters undone."""
    plain = [path for path in sorted(files) if files[path].mode != SYMLINK and _on_a_line(path)]
    ids = {path: object_id("blob", files[path].data, repository.algorithm) for path in files}
    if plain:
        names = "".join(f"{path}\n" for path in plain).encode("utf-8", "surrogateescape")
        git = repository.git.in_work_tree()
        ids_by_git = git.text("hash-object", "--stdin-paths", stdin=names).split()
        ids |= dict(zip(plain, ids_by_git, strict=True))
    others = {path: files[path] for path in files if path not in plain}
    others = {path: entry for path, entry in others.items() if entry.mode != SYMLINK}
    clean_files = (
        clean_for_git(repository.git, others, _attributes_of(repository)) if others else {}
    )
    algorithm = repository.algorithm
    return ids | {path: object_id("blob", clean_files[path].data, algorithm) for path in others}


def _on_a_line(path: str) -> bool:
    return "\n" not in path and not path.startswith('"')


def _attributes_of(repository: Repository) -> dict[str, bytes]:
    top = repository.work_tree
    paths = repository.git.fields("ls-files", "-z", "--", ".gitattributes", "**/.gitattributes")
    places = {path: top / path for path in paths}
    return {path: place.read_bytes() for path, place in places.items() if place.is_file()}
