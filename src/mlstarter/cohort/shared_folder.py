"""A repository in a folder that others can write to, used without its own settings.

Whoever may write into a repository's folder may write its ``config`` and ``hooks``, and git,
started there, would run what they name: hooks, ``core.alternateRefsCommand``, the filters of a work
tree, the remote of a partial clone. So git never starts there. It starts in a private repository
whose objects and refs are links to those of the folder, as contrib/workdir/git-new-workdir of git's
own sources makes one; settings and hooks are its own.
"""

from __future__ import annotations

import contextlib
import os
import shlex
import stat
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from mlstarter.cohort.folder_rules import push_settings
from mlstarter.errors import EnvironmentProblem, MlstarterError
from mlstarter.files import TemporaryFolder

_OURS = "refs/heads/mlstarter/"
# git holds the lock of a branch for milliseconds.
_STALE_SECONDS = 5.0
_LINKS = ("objects", "refs", "packed-refs")
_CONFIG = """\
[core]
	repositoryformatversion = 0
	bare = true
	hooksPath = {null}
	alternateRefsCommand = true
	sharedRepository = {sharing}
[receive]
	autoGC = false
	denyDeletes = {keeps}
	denyNonFastForwards = true
[uploadpack]
	allowAnySHA1InWant = true
[gc]
	auto = 0
"""


class Unsafe(MlstarterError):
    """A repository's folder is made in a way that would lead git out of it."""


@contextmanager
def private_view(
    path: Path, *, branches: frozenset[str] = frozenset(), deletes: bool = False
) -> Iterator[Path]:
    """Yield a private git folder with the objects and refs of the bare repository in ``path``.

    What git writes there lands in ``path``, with the permissions that its folders have.
    ``branches`` are those that a push is about (full names); it deletes one only with ``deletes``.

    Raises:
        RuleNotRun: the folder has a rule for pushes that is not run.
        Unsafe: objects or refs of it are links, or borrowed from elsewhere.
        EnvironmentProblem: links cannot be made on this machine, or the folder not be read.
    """
    with TemporaryFolder(prefix="mlstarter-folder-") as name:
        view = Path(name) / "view.git"
        try:
            require_plain(path)
            rules = push_settings(path, branches) if branches else ""
            view.mkdir()
            (view / "HEAD").write_text("ref: refs/heads/main\n", encoding="ascii")
            keeps = "false" if deletes else "true"
            sharing = _shared_repository(path / "objects")
            text = _CONFIG.format(null=os.devnull, sharing=sharing, keeps=keeps)
            (view / "config").write_text(text + rules, encoding="utf-8")
            for part in _LINKS:
                (view / part).symlink_to(path / part, target_is_directory=part != "packed-refs")
        except OSError as error:
            raise EnvironmentProblem(
                f"The repository in {path} cannot be used: {error.strerror}.",
                hint="check the permissions of the class's folder, or use an ssh:// address",
            ) from error
        yield view


def release_stale_locks(path: Path, branches: frozenset[str]) -> None:
    """Remove the locks that a push of ours left in the repository in ``path`` when it was killed.

    Only those of branches that nobody but a course pushes to (``mlstarter/*``, and main where there
    is none yet), and only those that have lain there for longer than git ever holds one.
    """
    with contextlib.suppress(OSError):
        for name in branches:
            lock = path / f"{name}.lock"
            if not (name.startswith(_OURS) or _is_new(path, name)) or not lock.exists():
                continue
            state = lock.lstat()
            if stat.S_ISREG(state.st_mode) and time.time() - state.st_mtime > _STALE_SECONDS:
                lock.unlink()


def _is_new(path: Path, name: str) -> bool:
    list_of_refs = path / "packed-refs"
    is_packed = list_of_refs.is_file() and f" {name}\n".encode() in list_of_refs.read_bytes()
    return not (path / name).exists() and not is_packed


def require_plain(path: Path) -> None:
    """Raise Unsafe where a part of the repository in ``path`` lies or points elsewhere.

    Whoever may write there can change it again at any moment, so this finds what was prepared, not
    a race; docs/instructors.md says who may write where.
    """
    if not (path / "objects").is_dir():
        raise _no_repository(path)
    links = [part for part in _LINKS if (path / part).is_symlink()]
    links += [f"objects/{entry.name}" for entry in _entries(path / "objects") if _is_link(entry)]
    links += [f"objects/pack/{e.name}" for e in _entries(path / "objects/pack") if _is_link(e)]
    pending = [path / "refs"]
    while pending:
        for entry in _entries(pending.pop()):
            if _is_link(entry):
                links.append(Path(entry.path).relative_to(path).as_posix())
            elif entry.is_dir(follow_symlinks=False):
                pending.append(Path(entry.path))
    if links:
        raise Unsafe(
            f"The repository in {path} holds a link in place of {links[0]}; it was left alone.",
            hint="look at it by hand; a repository of a class holds none",
        )
    for name in ("alternates", "http-alternates"):
        if (path / "objects" / "info" / name).exists():
            raise Unsafe(
                f"The repository in {path} borrows objects from elsewhere (objects/info/{name}); "
                "it was left alone.",
                hint=f"git -C {shlex.quote(str(path))} repack -a -d, then remove that file",
            )


def _no_repository(path: Path) -> Unsafe:
    """Return the error for a folder that is not a bare repository, by what it is instead."""
    name = shlex.quote(str(path))
    if (path / ".git").exists():
        return Unsafe(
            f"{path} is a folder that somebody works in, with its repository in .git; a class "
            "needs a bare one, which nobody works in. It was left alone.",
            hint=f"mv {name} {name}.work && git clone --bare {name}.work {name}",
        )
    return Unsafe(
        f"{path} holds no git repository; it was left alone.",
        hint=f"look at it by hand; where it is not needed, move it away: mv {name} {name}.old",
    )


def _entries(folder: Path) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as entries:
            return list(entries)
    except FileNotFoundError:
        return []


def _is_link(entry: os.DirEntry[str]) -> bool:
    return entry.is_symlink() or not (
        entry.is_dir(follow_symlinks=False) or entry.is_file(follow_symlinks=False)
    )


def _shared_repository(objects: Path) -> str:
    """Return ``core.sharedRepository`` for new files, as the folder's own permissions are."""
    mode = objects.stat().st_mode
    if mode & stat.S_IWOTH:
        return "0666"
    return "group" if mode & stat.S_IWGRP else "umask"
