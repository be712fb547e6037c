"""The bytes of a file: as it lies, or the one file in a gzip or zip archive."""

from __future__ import annotations

import gzip
import zipfile
import zlib
from pathlib import Path, PurePosixPath
from typing import IO

from mlstarter.data.errors import DataError
from mlstarter.data.limits import BYTES
from mlstarter.data.show import excerpt, quote, some


def is_archive(path: Path) -> bool:
    """Say whether a file is an archive by its ending, as the project's reader sees it."""
    return path.suffix in (".gz", ".zip")


def inner_name(path: Path) -> str:
    """Return the name that the table itself has: of an archive, the name of the file in it.

    Raises DataError for an archive that does not hold one file.
    """
    if path.suffix == ".gz":
        return path.stem
    if path.suffix == ".zip":
        with _zip(path) as archive:
            return PurePosixPath(_member(path, archive)).name
    return path.name


def holds_more(path: Path) -> bool:
    """Say whether an archive holds more than its table: folders, or what systems hide in it."""
    if path.suffix != ".zip":
        return False
    with _zip(path) as archive:
        return len(archive.namelist()) > 1


def read_bytes(path: Path) -> bytes:
    """Return a file's bytes, unpacked.

    Raises DataError for a damaged archive, several files in it, or more than ``limits.BYTES``.
    """
    try:
        if path.suffix == ".gz":
            with gzip.open(path) as file:
                return _read_bounded(path, file)
        if path.suffix == ".zip":
            with _zip(path) as archive, archive.open(_member(path, archive)) as file:
                return _read_bounded(path, file)
        with path.open("rb") as file:
            return _read_bounded(path, file)
    except gzip.BadGzipFile as error:
        raise DataError(
            f"{excerpt(path.name)} is not packed with gzip, or damaged: {excerpt(error)}.",
            hint="if it was unpacked already (browsers do that), take .gz off its name; else "
            "download it anew",
        ) from error
    except (zipfile.BadZipFile, zlib.error, EOFError) as error:
        raise DataError(
            f"{excerpt(path.name)} is damaged, or no archive: {excerpt(error)}.",
            hint="unpack it and give the file itself",
        ) from error
    except (RuntimeError, NotImplementedError) as error:
        raise DataError(
            f"{excerpt(path.name)} cannot be unpacked: {excerpt(error)}.",
            hint="unpack it and give the file itself",
        ) from error


def _read_bounded(path: Path, file: IO[bytes] | gzip.GzipFile) -> bytes:
    data = file.read(BYTES + 1)
    if is_archive(path) and data.startswith((b"\x1f\x8b", b"PK\x03\x04")):
        raise DataError(
            f"{excerpt(path.name)} holds another archive, or a workbook.",
            hint="unpack it and give the file itself",
        )
    if len(data) > BYTES:
        raise DataError(
            f"{excerpt(path.name)} holds more than {BYTES >> 30} GiB.",
            hint="make a Parquet or DuckDB file of it, or take a part of its rows",
        )
    return data


def _zip(path: Path) -> zipfile.ZipFile:
    try:
        return zipfile.ZipFile(path)
    except zipfile.BadZipFile as error:
        raise DataError(
            f"{excerpt(path.name)} is no zip archive.", hint="rename it to what it is"
        ) from error


def _member(path: Path, archive: zipfile.ZipFile) -> str:
    names = [
        name
        for name in archive.namelist()
        if not name.endswith("/")
        and not name.startswith("__MACOSX/")
        and not PurePosixPath(name).name.startswith(".")
    ]
    if len(names) != 1:
        holds = f"holds {len(names)} files ({some(names, 4)})" if names else "holds no file"
        raise DataError(
            f"{quote(path.name)} {holds}.", hint="unpack it and give one of its files, or a folder"
        )
    return names[0]
