"""The one place that writes files and moves folders into place."""

from __future__ import annotations

import errno
import os
import secrets
import shutil
import stat
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from mlstarter.errors import EnvironmentProblem, TemplateError
from mlstarter.tree import EXECUTABLE, REGULAR, SYMLINK, Entry, Tree


def read_tree(folder: Path, *, git: bool = False) -> dict[str, Entry]:
    """Return every file and symbolic link below ``folder``.

    A ``.git`` at its top is left out, unless ``git``.
    """
    entries: dict[str, Entry] = {}
    pending = [folder]
    while pending:
        for path in sorted(pending.pop().iterdir()):
            name = path.relative_to(folder).as_posix()
            if path.is_symlink():
                entries[name] = Entry(SYMLINK, os.fsencode(path.readlink()))
            elif path.is_dir():
                if name != ".git" or git:
                    pending.append(path)
            elif path.is_file():
                entries[name] = Entry(file_mode(path), path.read_bytes())
    return dict(sorted(entries.items()))


def inside(root: Path, path: Path) -> Path:
    """Return ``path`` of a template at ``root``, which no symbolic link may lead out of it.

    Raises:
        TemplateError: it does.
    """
    if not path.resolve().is_relative_to(root.resolve()):
        raise TemplateError(
            f"The template's {path.name} is a symbolic link that leads out of it.",
            hint="do not use this template, and tell its author",
        )
    return path


def without_links(root: Path, names: Iterable[str]) -> Iterator[str]:
    """Yield those paths below ``root`` whose folders are no symbolic links.

    An index may name a file below what is a link by now: who opens it reads where that leads.
    """
    links: dict[str, bool] = {"": False}

    def leads_away(folder: str) -> bool:
        if folder not in links:
            links[folder] = leads_away(folder.rpartition("/")[0]) or (root / folder).is_symlink()
        return links[folder]

    return (name for name in names if not leads_away(name.rstrip("/").rpartition("/")[0]))


def require_no_pipe(path: Path) -> None:
    """Refuse a pipe, a socket or a device: who reads one may wait for ever, or get no end.

    What is not there, and folders, are left to whoever opens the path.

    Raises:
        OSError: it is one; ``strerror`` is a reason that fits into a sentence.
    """
    with suppress(FileNotFoundError, NotADirectoryError):
        _require_no_pipe(path, path.stat().st_mode)


def read_file(path: Path, limit: int) -> bytes:
    """Return what a file holds, at most one byte more than ``limit``; the null device holds none.

    Raises:
        OSError: it cannot be read, or is a pipe, a socket or a device; ``strerror`` says which.
    """
    if str(path) == os.devnull:
        return b""
    require_no_pipe(path)
    # Opened without waiting, and looked at again: it may have become another thing meanwhile.
    flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    with os.fdopen(os.open(path, flags), "rb") as file:
        _require_no_pipe(path, os.fstat(file.fileno()).st_mode)
        return file.read(limit + 1)


def _require_no_pipe(path: Path, mode: int) -> None:
    if not (stat.S_ISREG(mode) or stat.S_ISDIR(mode)):
        raise OSError(errno.EINVAL, "it is a pipe, socket or device, and no file", str(path))


def file_mode(path: Path) -> int:
    """Return git's mode of a file: executable or regular."""
    return EXECUTABLE if path.stat().st_mode & stat.S_IXUSR else REGULAR


def write_tree(tree: Tree, folder: Path) -> None:
    """Write ``tree`` into ``folder``, which must not hold any of its files yet.

    Raises:
        EnvironmentProblem: the disk is full or the folder cannot be written.
    """
    folders: set[Path] = set()
    try:
        for name, entry in tree.items():
            path = folder / name
            if path.parent not in folders:
                path.parent.mkdir(parents=True, exist_ok=True)
                folders.add(path.parent)
            if entry.mode == SYMLINK:
                path.symlink_to(os.fsdecode(entry.data))
                continue
            # "x": a link that somebody put there meanwhile is never followed.
            with path.open("xb") as file:
                file.write(entry.data)
            if entry.mode == EXECUTABLE:
                path.chmod(path.stat().st_mode | 0o111 & ~_umask())
    except OSError as error:
        raise writing_failed(folder, error) from error


def replace_file(path: Path, text: str) -> None:
    """Write a file of text as UTF-8, whole or not at all: what lay there stays until then.

    Raises EnvironmentProblem where it cannot be written.
    """
    target = path.resolve()
    partial = target.with_name(f".mlstarter-{secrets.token_hex(6)}")
    try:
        if path.exists() and not path.is_file():
            # A pipe or a device (/dev/stdout) has nothing that could be lost. Resolved, a pipe is a
            # name that nothing can be opened by (`pipe:[1]`).
            path.write_text(text, encoding="utf-8", newline="")
            return
        try:
            partial.write_text(text, encoding="utf-8", newline="")
            if target.exists():
                partial.chmod(target.stat().st_mode & 0o777)
            partial.replace(target)
        finally:
            partial.unlink(missing_ok=True)
    except OSError as error:
        raise writing_failed(path.parent, error) from error


def writing_failed(folder: Path, error: OSError) -> EnvironmentProblem:
    """Return the sentence for a failed write below ``folder``."""
    if error.errno in {errno.ENOSPC, errno.EDQUOT}:
        return EnvironmentProblem(
            f"The disk that holds {folder} is full.",
            hint="free some space and run the command again; nothing was left behind",
        )
    if error.errno in {errno.EACCES, errno.EPERM, errno.EROFS}:
        return EnvironmentProblem(
            f"There is no permission to write in {folder}.",
            hint="choose a folder of your own, or change its permissions",
        )
    return EnvironmentProblem(
        f"Writing in {folder} failed: {error.strerror or error}.",
        hint="nothing was left behind; run the command again when that is mended",
    )


class TemporaryFolder(tempfile.TemporaryDirectory[str]):
    """A temporary folder that goes away also where a signal comes while it is being removed."""

    def cleanup(self) -> None:
        """Remove the folder; raises what was raised meanwhile when it is gone."""
        try:
            super().cleanup()
        except BaseException:
            super().cleanup()
            raise


@contextmanager
def built_aside(parent: Path, name: str) -> Iterator[Path]:
    """Yield an empty folder called ``name`` on the disk of ``parent``; remove it afterwards.

    What is to stay is moved out of it with ``move_into_place``. Folders of ``parent`` that had to
    be made are removed again when nothing was put into them.

    Raises:
        EnvironmentProblem: the disk is full or a folder may not be written.
    """
    # Named before it is made: an interrupt between the two leaves nothing that nobody knows of.
    work = parent / f".mlstarter-{secrets.token_hex(6)}"
    missing = [path for path in (parent, *parent.parents) if not path.exists()]
    try:
        folder = work / name
        folder.mkdir(parents=True)
        yield folder
    except OSError as error:
        raise writing_failed(parent, error) from error
    finally:
        remove(work)
        for path in missing:
            with suppress(OSError):
                path.rmdir()


def move_into_place(folder: Path, dest: Path) -> None:
    """Move ``folder`` to ``dest``, which may be an empty folder but nothing else.

    An empty folder stays the same folder (a shell may stand in it) and gets what ``folder`` holds,
    all of it or nothing.

    Raises:
        FileExistsError: something came to lie at ``dest`` meanwhile.
    """
    if not dest.is_dir():
        if dest.exists() or dest.is_symlink():
            raise FileExistsError(errno.EEXIST, "something else is there", str(dest))
        folder.rename(dest)
        return
    if any(path != folder.parent for path in dest.iterdir()):
        raise FileExistsError(errno.EEXIST, "something else is there", str(dest))
    moved_paths: list[Path] = []
    try:
        for path in list(folder.iterdir()):
            moved_paths.append(path)
            path.rename(dest / path.name)
    except BaseException:
        for path in moved_paths:
            with suppress(OSError):
                (dest / path.name).rename(path)
        raise


def remove(folder: Path) -> None:
    """Remove a folder of ours, read-only files (git's objects) included."""

    def again(function: object, path: str, _: object) -> None:
        with suppress(OSError):
            Path(path).parent.chmod(0o700)
            Path(path).chmod(0o700)
            if callable(function):
                function(path)

    if folder.exists():
        try:
            shutil.rmtree(folder, onerror=again)
        except BaseException:
            # A signal came meanwhile: it is raised when the rest is gone.
            shutil.rmtree(folder, onerror=again)
            raise


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
