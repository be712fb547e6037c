"""Files of a work tree: what is in the way, what a file holds, moving without overwriting."""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Collection
from pathlib import Path

from mlstarter.errors import ProjectError
from mlstarter.escape import shell_word


def fingerprint(path: Path) -> str | None:
    """Return a digest of what lies at ``path`` (contents, or a link's target; None: nothing).

    A folder has the fingerprint "folder".
    """
    try:
        status = path.lstat()
    except (FileNotFoundError, NotADirectoryError):
        return None
    if stat.S_ISLNK(status.st_mode):
        return "link:" + hashlib.sha256(os.fsencode(path.readlink())).hexdigest()
    if stat.S_ISDIR(status.st_mode):
        return "folder"
    with path.open("rb") as file:
        return "file:" + hashlib.file_digest(file, "sha256").hexdigest()


def exists(path: Path) -> bool:
    """Say whether anything, a dangling link included, lies at ``path``."""
    return os.path.lexists(path)


def find_obstacle(top: Path, path: str, leaving: Collection[str]) -> str | None:
    """Return what would be overwritten if ``path`` were written, or None.

    ``leaving`` are the tracked files that go away in the same step. The answer is relative to
    ``top``. An empty folder is in nobody's way, as for git.
    """
    parts = path.split("/")
    for depth in range(1, len(parts)):
        above = "/".join(parts[:depth])
        place = top / above
        if not exists(place):
            return None
        if place.is_symlink() or not place.is_dir():
            return None if _leaves(top, above, leaving) else above
    place = top / path
    if not exists(place):
        return None
    if place.is_dir() and not place.is_symlink():
        for inside in sorted(place.rglob("*")):
            name = inside.relative_to(top).as_posix()
            is_folder = inside.is_dir() and not inside.is_symlink()
            if not is_folder and not _leaves(top, name, leaving):
                return name
        return None
    return None if _leaves(top, path, leaving) else path


def _leaves(top: Path, path: str, leaving: Collection[str]) -> bool:
    """Say whether the file at ``path`` is one of ``leaving``, under whatever spelling.

    Where case does not count (macOS, Windows), `Readme.md` in the way of `README.md` is the
    tracked file that is being renamed.
    """
    if path in leaving:
        return True
    key = path.casefold()
    return any(
        other.casefold() == key and exists(top / other) and (top / other).samefile(top / path)
        for other in leaving
    )


def move_in(source: Path, target: Path) -> None:
    """Move a file to where nothing is, in one step.

    Raises:
        FileExistsError: something has appeared there; it stays.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    if target.is_dir() and not target.is_symlink():
        remove_empty_folders(target)
    try:
        # A hard link fails where a rename would overwrite.
        os.link(source, target, follow_symlinks=False)
    except FileExistsError:
        raise
    except (OSError, NotImplementedError):
        if exists(target):
            raise FileExistsError(f"{target} exists") from None
        source.rename(target)
    else:
        source.unlink()


def move_out(source: Path, target: Path) -> None:
    """Move a file away, to a place of our own."""
    target.parent.mkdir(parents=True, exist_ok=True)
    source.rename(target)


def remove_empty_folders(folder: Path) -> None:
    """Remove a folder that holds nothing but empty folders."""
    for inside in sorted(folder.rglob("*"), reverse=True):
        if inside.is_dir() and not inside.is_symlink():
            inside.rmdir()
    folder.rmdir()


def prune_upwards(folder: Path, top: Path) -> None:
    """Remove ``folder`` and the folders above it, up to ``top``, as long as they are empty."""
    while folder != top and folder.is_relative_to(top):
        try:
            folder.rmdir()
        except OSError:
            return
        folder = folder.parent


def in_the_way(paths: list[str]) -> ProjectError:
    """Return the refusal for files that an update would have to overwrite."""
    more = f" and {len(paths) - 1} more" if len(paths) > 1 else ""
    return ProjectError(
        f"The template brings {paths[0]}{more}, where a file lies that git does not track.",
        hint=f"rename or move it, or track it with `git add -f {shell_word(paths[0])}` "
        "and a commit",
    )
