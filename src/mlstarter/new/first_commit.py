"""The first commit of a project: its pristine render in a repository of its own."""

from __future__ import annotations

import functools
import os
import re
import stat
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from mlstarter.files import TemporaryFolder
from mlstarter.git.clean_filters import clean_for_git
from mlstarter.git.identity import Identity, committer, now
from mlstarter.git.merge_base import Layer, Pristine
from mlstarter.git.objects import ObjectSet
from mlstarter.git.pristine_commit import add_pristine_commits
from mlstarter.git.process import Git
from mlstarter.git.settings import environment
from mlstarter.git.template_commits import (
    TemplateOrigin,
    Trailers,
    add_commit,
    add_template_commit,
)
from mlstarter.tree import Tree

BRANCH = "main"


@dataclass(frozen=True, slots=True)
class FirstCommit:
    """A project's first commit: its id, its tree's id, and who committed it."""

    commit: str
    tree: str
    committer: Identity


def first_commit(
    folder: Path,
    tree: Tree,
    origin: TemplateOrigin,
    layers: Sequence[Layer] = (),
    seed: str = "",
) -> FirstCommit:
    """Make the empty folder ``folder`` a repository whose first commit is ``tree``.

    Each of ``layers``, the lowest first, is a commit of its own above it; the last is returned.
    ``seed`` is what the render's chance was drawn from, "" where nothing was.

    The repository is new, on branch ``main``; its work tree is the tree's files with their modes
    and links, and `git status` is clean. No hook runs, nothing is signed, and no ignore rule,
    attribute or line-ending setting of the user's drops or changes a file. Where the user has
    no git identity the committer's ``fallback`` is true.

    Raises:
        GitMissing: git is not installed.
        GitFailed: git could not make the repository.
        OSError: the folder cannot be written.
    """
    initialise(folder)
    git = Git(folder, {"GIT_DIR": str(folder / ".git")})
    by = committer(git)
    objects = ObjectSet()
    pristine = Pristine(origin, tree, tuple(layers), seed)
    commit, root, _ = add_pristine_commits(git, objects, pristine, by, now())
    objects.write(folder / ".git" / "objects")
    git.run("update-ref", "-m", "commit (initial): mlstarter new", f"refs/heads/{BRANCH}", commit)
    _check_out(folder, commit)
    return FirstCommit(commit, root, by)


def own_commit(folder: Path, parent: str, tree: Tree, message: str) -> str:
    """Commit ``tree`` above ``parent`` by the user alone, and return the commit's id.

    For a repository that ``first_commit`` has just made: what the user brings is no part of the
    render, so that no update ever takes it for the template's.
    """
    git = Git(folder)
    by = committer(git)
    objects = ObjectSet()
    root, _ = objects.add_files(clean_for_git(git, tree))
    commit = add_commit(objects, root, (parent,), by, by, message, now())
    objects.write(folder / ".git" / "objects")
    git.run("update-ref", "-m", "commit: mlstarter new", f"refs/heads/{BRANCH}", commit)
    _check_out(folder, commit)
    return commit


def first_commit_bare(
    folder: Path, tree: Tree, origin: TemplateOrigin, by: Identity, when: str | None = None
) -> FirstCommit:
    """Make the new folder ``folder`` a bare repository whose only commit is ``tree``.

    No git process runs, so that a thousand cost seconds. ``when`` is git's "seconds zone".

    Raises:
        OSError: the folder exists or cannot be written.
    """
    make_bare(folder)
    objects = ObjectSet()
    root, _ = objects.add_files(tree)
    commit = add_template_commit(objects, root, Trailers(origin, root), (), by, when or now())
    objects.write(folder / "objects")
    (folder / "refs" / "heads" / BRANCH).write_text(f"{commit}\n", encoding="ascii")
    return FirstCommit(commit, root, by)


def initialise(folder: Path) -> None:
    """Make an empty SHA-1 repository on branch ``main`` without the user's template files."""
    from mlstarter.git.process import GitFailed, git_missing

    try:
        from git import Repo
        from git.exc import GitCommandError, GitCommandNotFound
    except ImportError as error:
        # What GitPython raises where it finds no git.
        raise git_missing() from error
    store = folder / ".git"
    # GitPython lays `env` over the process's own environment and cannot remove from it, so that
    # what a hook may have set is set to this repository instead.
    env = environment() | {
        "GIT_DIR": str(store),
        "GIT_OBJECT_DIRECTORY": str(store / "objects"),
        "GIT_TEMPLATE_DIR": "",
        "GIT_DEFAULT_HASH": "sha1",
        "GIT_CONFIG_PARAMETERS": "",
    }
    if "GIT_WORK_TREE" in os.environ:
        env["GIT_WORK_TREE"] = str(folder)
    try:
        Repo.init(folder, mkdir=True, expand_vars=False, env=env, initial_branch=BRANCH).close()
    except GitCommandNotFound as error:
        raise git_missing() from error
    except GitCommandError as error:
        status = error.status if isinstance(error.status, int) else 1
        raise GitFailed(("init",), folder, status, str(error.stderr).strip("\n '")) from error


def _check_out(folder: Path, commit: str) -> None:
    """Write index and work tree; links are links wherever `git init` found that they can be."""
    local = (folder / ".git" / "config").read_text(encoding="utf-8")
    links = "false" if re.search(r"symlinks\s*=\s*false", local) else "true"
    git = Git(folder, config=(("core.symlinks", links),))
    git.run("read-tree", "-u", "--reset", commit)


def make_bare(folder: Path) -> None:
    """Make the new folder ``folder`` an empty bare repository, as `git init` does.

    Raises:
        OSError: the folder exists or cannot be written.
    """
    folder.parent.mkdir(parents=True, exist_ok=True)
    for name, mode, data in _empty_bare():
        path = folder / name
        if data is None:
            path.mkdir()
        else:
            path.write_bytes(data)
        path.chmod(mode)


@functools.cache
def _empty_bare() -> list[tuple[str, int, bytes | None]]:
    """Return path, mode and bytes (None: a folder) of what an empty bare repository consists of.

    git is asked once: a process for each student would cost as much as their commit.
    """
    with TemporaryFolder(prefix="mlstarter-bare-") as name:
        # Not through GitPython, whose import alone costs what five students do.
        git = Git(Path(name), {"GIT_DEFAULT_HASH": "sha1"})
        git.run("init", "--quiet", "--bare", "--template=", f"--initial-branch={BRANCH}", "bare")
        bare = Path(name) / "bare"
        return [
            (
                path.relative_to(bare).as_posix(),
                stat.S_IMODE(path.stat().st_mode),
                path.read_bytes() if path.is_file() else None,
            )
            for path in (bare, *sorted(bare.rglob("*")))
        ]
