"""Who may write into the folder of a class: what ``cohort check`` says of ``file://`` addresses.

docs/instructors.md says how the folder should be set up, and why. Only permissions are looked at,
and nothing is changed.
"""

from __future__ import annotations

import shlex
import stat
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from mlstarter.cohort.transport import local_path
from mlstarter.operating_system import is_windows

# How many repositories a sentence names.
_MAX_NAMES = 3
_CLOSE = "chmod -R o-rwx each repository, and give it a group of its student and you"


@dataclass(frozen=True, slots=True)
class PermissionFinding:
    """What is wrong with a folder's permissions, and the command that mends it.

    ``is_serious`` says that somebody could change what is not theirs; otherwise they could read it.
    """

    message: str
    hint: str
    is_serious: bool


def permission_findings(urls: Iterable[str]) -> list[PermissionFinding]:
    """Return what is wrong with the folders of a class; other addresses are the server's affair.

    Args:
        urls: the addresses of its repositories, whether they exist or not.
    """
    if is_windows():
        # Windows has access lists, which these bits do not show.
        return []
    places = [path for url in urls if (path := local_path(url)) is not None]
    parents = sorted({path.parent for path in places})
    findings = [finding for parent in parents for finding in _of_parent(parent)]
    open_parents = {parent for parent in parents if _is_reachable(parent)}
    modes = {
        path: mode
        for path in places
        if path.parent in open_parents and (mode := _mode(path)) is not None
    }
    writable = [path for path, mode in modes.items() if mode & stat.S_IWOTH]
    readable = [path for path, mode in modes.items() if mode & stat.S_IXOTH]
    if writable:
        text = f"Everybody on this machine may write into {_names(writable)}."
        findings.append(PermissionFinding(text, _CLOSE, is_serious=True))
    elif readable:
        text = (
            f"Everybody on this machine may read {_names(readable)}, so students can read one "
            "another's work."
        )
        findings.append(PermissionFinding(text, _CLOSE, is_serious=False))
    return findings


def _of_parent(parent: Path) -> Iterator[PermissionFinding]:
    """Yield who else can replace the repositories in a folder of the class."""
    mode = _mode(parent)
    if mode is None or mode & stat.S_ISVTX:
        # With the sticky bit only a repository's owner can move it away.
        return
    if mode & stat.S_IWOTH and _is_reachable(parent):
        yield PermissionFinding(
            f"Everybody on this machine may write into {parent}, and so replace any student's "
            "repository.",
            f"chmod o-w {shlex.quote(str(parent))}",
            is_serious=True,
        )
    elif mode & stat.S_IWGRP:
        yield PermissionFinding(
            f"The group of {parent} may write into it, and so replace any student's repository.",
            f"let only instructors be in it, or chmod g-w {shlex.quote(str(parent))}",
            is_serious=False,
        )


def _is_reachable(folder: Path) -> bool:
    """Say whether everybody on this machine gets into a folder."""
    modes = [_mode(path) for path in (folder, *folder.parents)]
    return all(mode is None or mode & stat.S_IXOTH for mode in modes)


def _mode(path: Path) -> int | None:
    try:
        return path.stat().st_mode
    except OSError:
        return None


def _names(paths: Sequence[Path]) -> str:
    names = ", ".join(path.name for path in paths[:_MAX_NAMES])
    return (
        names
        if len(paths) <= _MAX_NAMES
        else f"{names} and {len(paths) - _MAX_NAMES} more repositories"
    )
