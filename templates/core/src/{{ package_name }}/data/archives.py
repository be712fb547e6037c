"""Unpack a downloaded archive without trusting it."""

from __future__ import annotations

import errno
import shutil
import stat
import tarfile
import zipfile
import zlib
from collections.abc import Callable
from contextlib import ExitStack
from functools import partial
from pathlib import Path, PureWindowsPath
from typing import IO, NamedTuple

from ..errors import ProjectError

# Tables shrink to about a twentieth, deflate at most to a thousandth: what claims to grow more
# than this, and above a size that any disk has to spare, is meant to hurt.
MOST_RATIO = 200
SMALL_BYTES = 1 << 30


BROKEN = (zipfile.BadZipFile, tarfile.TarError)


class UnsafeArchive(ProjectError):
    """The archive holds something that no dataset needs: links, paths that lead out, a bomb."""

    exit_status = 19


class BrokenArchive(ProjectError):
    """What was downloaded is not a whole archive."""

    exit_status = 17


class Member(NamedTuple):
    """A file in an archive: its name, its unpacked size in bytes, and how to read it."""

    name: str
    size: int
    ordinary: bool
    open: Callable[[], IO[bytes] | None]


def extract(archive: Path, folder: Path) -> None:
    """Unpack a zip or tar `archive` into the empty `folder`.

    Everything is checked before the first byte is written. Raises UnsafeArchive for absolute or
    climbing paths, links, devices, names that collide and bombs; BrokenArchive for a damaged
    archive; OSError (ENOSPC) where the disk is too small.
    """
    try:
        with ExitStack() as stack:
            members = _members(archive, stack)
            _check(members, archive.stat().st_size)
            folder.mkdir(parents=True, exist_ok=True)
            if sum(member.size for member in members) > shutil.disk_usage(folder).free:
                raise OSError(errno.ENOSPC, "No space left on device")
            for member in members:
                _write(member, folder / member.name)
    # zipfile raises RuntimeError for a password and NotImplementedError for an unknown method.
    except (*BROKEN, zlib.error, EOFError, RuntimeError, NotImplementedError):
        raise BrokenArchive(
            "The downloaded archive is damaged, locked, or neither a zip nor a tar file.",
            "Run `fetch` again; if it stays so, look at the dataset's page on Kaggle.",
        ) from None


def _members(archive: Path, stack: ExitStack) -> list[Member]:
    if zipfile.is_zipfile(archive):
        zipped = stack.enter_context(zipfile.ZipFile(archive))
        return [
            Member(
                info.orig_filename,
                info.file_size,
                stat.S_IFMT(info.external_attr >> 16) in (0, stat.S_IFREG),
                partial(zipped.open, info),
            )
            for info in zipped.infolist()
            if not info.is_dir()
        ]
    tar = stack.enter_context(tarfile.TarFile.open(archive))
    return [
        Member(info.name, info.size, info.isreg(), partial(tar.extractfile, info))
        for info in tar
        if not info.isdir()
    ]


def _check(members: list[Member], packed: int) -> None:
    seen: set[str] = set()
    for member in members:
        # Windows rules are the stricter ones: drives, backslashes and forward slashes.
        path = PureWindowsPath(member.name)
        if path.anchor or ".." in path.parts or "\0" in member.name or ":" in member.name:
            raise _unsafe(f"a path that leads out of its folder ({member.name[:80]!r})")
        if not member.ordinary:
            raise _unsafe(f"a link or device ({member.name[:80]!r})")
        if str(path).casefold() in seen:
            raise _unsafe(f"two files of one name ({member.name[:80]!r})")
        seen.add(str(path).casefold())
    if sum(member.size for member in members) > max(SMALL_BYTES, MOST_RATIO * packed):
        raise _unsafe(f"more than {MOST_RATIO} times its own size, like a decompression bomb")


def _unsafe(what: str) -> UnsafeArchive:
    return UnsafeArchive(
        f"The archive was not unpacked: it holds {what}.",
        "Look at the dataset's page on Kaggle before trusting it; nothing was changed here.",
    )


def _write(member: Member, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    source = member.open()
    if source is None:
        raise BrokenArchive(f"{member.name!r} cannot be read from the archive.", "Fetch it again.")
    with source, target.open("xb") as file:
        shutil.copyfileobj(source, file, 1 << 20)
