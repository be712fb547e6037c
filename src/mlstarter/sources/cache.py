"""The private cache: folders built aside, moved into place at once, checked before use.

Two processes that need the same folder at the same time both build it; the first to finish wins
and the other throws its own away. A folder that lost files (a cleaner, a crash, a full disk) does
not match its manifest any more and is built again.
"""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import cache
from pathlib import Path

from platformdirs import user_cache_path

from mlstarter import watchdog
from mlstarter.errors import EnvironmentProblem
from mlstarter.files import TemporaryFolder

CACHE_VARIABLE = "MLSTARTER_CACHE_DIR"
# A cached folder holds what was built in one folder and, beside that, the list of its files.
_FILES, _MANIFEST = "files", "manifest.json"


def folder(*names: str, build: Callable[[Path], None]) -> Path:
    """Return the cached folder ``names``, calling ``build(empty folder)`` where it is not there.

    Where the cache cannot be written (read-only, full) the folder is built in a temporary place
    that lasts as long as the process.

    Raises:
        EnvironmentProblem: neither the cache nor the temporary folder can be written.
    """
    try:
        # One that can only be read may hold the folder all the same.
        return _build((_preferred_folder() or root()).joinpath(*names), build) / _FILES
    except OSError:
        try:
            return _build(_temporary().joinpath(*names), build) / _FILES
        except OSError as error:
            raise EnvironmentProblem(
                f"Neither {_preferred_folder() or 'a cache'} "
                f"nor {tempfile.gettempdir()} can be written: "
                f"{error.strerror or error}.",
                hint=f"free some space, or set {CACHE_VARIABLE} to a folder that can be written",
            ) from error


def root() -> Path:
    """Return a folder for the cache that can be written.

    That is ``MLSTARTER_CACHE_DIR``, or the user's cache folder; where there is none (a container's
    account without a home, a read-only disk), a temporary one that lasts as long as the process.
    """
    preferred_folder = _preferred_folder()
    if preferred_folder is not None:
        with suppress(OSError):
            preferred_folder.mkdir(parents=True, exist_ok=True)
            if os.access(preferred_folder, os.W_OK | os.X_OK):
                return preferred_folder
    try:
        return _temporary()
    except OSError as error:
        raise EnvironmentProblem(
            f"There is no folder for temporary files: {error.strerror or error}.",
            hint=f"set {CACHE_VARIABLE} and TMPDIR to folders that can be written",
        ) from error


def _preferred_folder() -> Path | None:
    value = os.environ.get(CACHE_VARIABLE)
    if value:
        return Path(value).absolute()
    try:
        return user_cache_path("mlstarter", appauthor=False)
    except (RuntimeError, KeyError):
        return None  # no home, and nobody knows the account


def forget(path: Path) -> None:
    """Remove a cached folder that turned out to be broken, so that it is built again."""
    if path.exists():
        # Renamed first: a process that is reading it meets a missing folder, never half of one.
        grave = Path(tempfile.mkdtemp(prefix=".broken-", dir=path.parent))
        path.rename(grave / path.name)
        shutil.rmtree(grave, ignore_errors=True)


@cache
def _temporary() -> Path:
    keeper = TemporaryFolder(prefix="mlstarter-cache-")
    _KEEPERS.append(keeper)
    watchdog.tidy_up(keeper.name)
    return Path(keeper.name)


_KEEPERS: list[TemporaryFolder] = []


def _build(target: Path, build: Callable[[Path], None]) -> Path:
    if _intact(target):
        return target
    target.parent.mkdir(parents=True, exist_ok=True)
    with TemporaryFolder(
        prefix=".building-", dir=target.parent, ignore_cleanup_errors=True
    ) as work:
        folder = Path(work) / "folder"
        (folder / _FILES).mkdir(parents=True)
        build(folder / _FILES)
        sizes = dict(_sizes(folder / _FILES))
        (folder / _MANIFEST).write_text(json.dumps(sizes), encoding="utf-8")
        for _ in range(3):
            try:
                folder.rename(target)
            except OSError:
                if _intact(target):
                    break
                forget(target)
            else:
                break
    if not _intact(target):
        raise OSError(f"{target} cannot be put into place")
    return target


def _intact(path: Path) -> bool:
    """Say whether every file of a cached folder is there in the size it had when it was built."""
    try:
        expected = json.loads((path / _MANIFEST).read_text(encoding="utf-8"))
        sizes = dict(_sizes(path / _FILES))
    except (OSError, ValueError):
        return False
    return bool(sizes == expected)


def _sizes(path: Path) -> Iterator[tuple[str, int]]:
    """Yield the path (relative, with forward slashes) and size in bytes of every file."""
    pending = [str(path)]
    start = len(str(path)) + 1
    while pending:
        with os.scandir(pending.pop()) as entries:
            for entry in entries:
                if entry.is_dir(follow_symlinks=False):
                    pending.append(entry.path)
                else:
                    name = entry.path[start:].replace(os.sep, "/")
                    yield name, entry.stat(follow_symlinks=False).st_size
