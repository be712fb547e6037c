"""A template in a zip: fetched, checked and unpacked into the cache."""

from __future__ import annotations

import hashlib
import os
import stat
import struct
import time
from collections.abc import Sequence
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from mlstarter.bounds import (
    MAX_FILES,
    MAX_NAME,
    MAX_PATH,
    MAX_PATH_DEPTH,
    MAX_ZIP_BYTES,
    MAX_ZIP_RATIO,
    ZIP_RATIO_FREE_BYTES,
    too_large,
)
from mlstarter.errors import TemplateError
from mlstarter.escape import shorten
from mlstarter.files import read_file
from mlstarter.sources import cache
from mlstarter.sources.address import Credentials, is_url, public, public_text

if TYPE_CHECKING:
    import zipfile

# Stored and deflated, which every program writes: others pack a thousand times tighter.
_METHODS = frozenset({0, 8})
# Seconds that a server may say nothing, and that a zip may take in all.
_MAX_SILENCE, _MAX_SECONDS = 60, 600


def _read_zip(address: str, credentials: Credentials | None) -> bytes:
    """Return a zip's bytes, fetching it where it lies on a server."""
    if not is_url(address):
        try:
            return _within(read_file(Path(address), MAX_ZIP_BYTES))
        except OSError as error:
            raise TemplateError(
                f"{address} cannot be read: {error.strerror}.", hint="check the path of the zip"
            ) from error
    if not address.startswith(("http://", "https://")):
        raise TemplateError(f"{address} is not an http address.", hint="use https://")
    return _within(_download(address, credentials))


def _download(address: str, credentials: Credentials | None) -> bytes:
    """Return what a server has at ``address``, at most one byte more than a zip may have.

    The credentials go to this server alone: a redirect to another one leaves them behind.
    """
    import requests
    from requests.auth import HTTPBasicAuth
    from urllib3.exceptions import HTTPError

    # As bytes in UTF-8: requests writes text in Latin-1, which not every password is.
    pair = (
        HTTPBasicAuth(credentials.user.encode(), credentials.password.encode())
        if credentials
        else None
    )
    try:
        end = time.monotonic() + _MAX_SECONDS
        # As it is: a zip gets no smaller, and each part comes as soon as it is there.
        plain = {"Accept-Encoding": "identity"}
        with requests.get(
            address, auth=pair, stream=True, timeout=_MAX_SILENCE, headers=plain
        ) as answer:
            if answer.status_code in {401, 403}:
                who = "takes no such user and password" if pair else "asks for a password"
                raise TemplateError(
                    f"{public(address)} cannot be fetched: the server {who}.",
                    hint="write https://user:password@host/path.zip, or download it yourself and "
                    "name the file",
                )
            answer.raise_for_status()
            data = bytearray()
            while part := answer.raw.read1(1 << 16):
                data += part
                if len(data) > MAX_ZIP_BYTES:
                    break
                if time.monotonic() > end:
                    raise _unreachable(address, f"it took longer than {_MAX_SECONDS} seconds")
    except requests.HTTPError as error:
        raise _unreachable(address, f"{answer.status_code} {answer.reason}") from error
    except (requests.RequestException, HTTPError, OSError, ValueError) as error:
        raise _unreachable(address, _reason(error)) from error
    return bytes(data)


def _unreachable(address: str, reason: str) -> TemplateError:
    return TemplateError(
        f"{public(address)} cannot be fetched: {shorten(public_text(reason), 300)}.",
        hint="check the address and your network",
    )


def _reason(error: BaseException) -> str:
    """Return what went wrong in the words of whoever met it first."""
    while (inner := error.__cause__ or error.__context__) is not None:
        error = inner
    return str(getattr(error, "strerror", None) or error or type(error).__name__)


def _within(data: bytes) -> bytes:
    if len(data) > MAX_ZIP_BYTES:
        raise too_large("The zip", f"{MAX_ZIP_BYTES // 1_000_000} MB")
    return data


def unpack(address: str, credentials: Credentials | None = None) -> Path:
    """Return the folder that a zip holds, from the cache where it was unpacked before.

    ``credentials`` are for the server that has it.

    Raises:
        TemplateError: it cannot be fetched or unpacked, or could write outside its folder.
    """
    import io
    import zipfile
    import zlib

    damage = (
        *(zipfile.BadZipFile, zlib.error, EOFError, struct.error),
        *(RuntimeError, LookupError, OverflowError, TypeError, ValueError),
    )
    data = _read_zip(address, credentials)
    digest = hashlib.sha256(data).hexdigest()[:32]

    def build(out: Path) -> None:
        try:
            with zipfile.ZipFile(io.BytesIO(data)) as archive:
                _extract(archive, out)
        except damage as error:
            raise TemplateError(
                f"{public(address)} cannot be unpacked: {error}.",
                hint="use a plain zip file without a password",
            ) from error

    root = cache.folder("zips", digest, build=build)
    inner = list(root.iterdir())
    return inner[0] if len(inner) == 1 and inner[0].is_dir() else root


def _extract(archive: zipfile.ZipFile, out: Path) -> None:
    """Unpack with modes, within the bounds; refuse whatever could lead out of ``out``."""
    members = archive.infolist()
    _check_sizes(members)
    names: dict[str, bool] = {}
    for member in members:
        parts = PurePosixPath(member.filename.replace("\\", "/")).parts
        mode = member.external_attr >> 16
        plain = parts and ".." not in parts and parts[0] != "/" and ":" not in parts[0]
        if not plain or stat.S_ISLNK(mode) or member.compress_type not in _METHODS:
            raise _refusal(member, "could lead out of the template")
        if len(member.filename) > MAX_PATH or len(parts) > MAX_PATH_DEPTH:
            raise _refusal(member, "is too long a path")
        if any(part.casefold() == ".git" for part in parts):
            raise _refusal(member, "is part of a repository")
        if any(len(os.fsencode(part)) > MAX_NAME or "\0" in part for part in parts):
            raise _refusal(member, "is no file name")
        path = "/".join(parts)
        above = ["/".join(parts[: count + 1]) for count in range(len(parts) - 1)]
        # A folder may be named after a file in it; a file stands once, and where no folder does.
        if path in names and not (names[path] and member.is_dir()):
            raise _refusal(member, "is there twice")
        if any(names.get(folder, True) is False for folder in above):
            raise _refusal(member, "lies below a file")
        names |= dict.fromkeys(above, True)
        names[path] = member.is_dir()
        target = Path(archive.extract(member, out))
        if mode & 0o111 and target.is_file():
            target.chmod(0o755)


def _check_sizes(members: Sequence[zipfile.ZipInfo]) -> None:
    total = sum(member.file_size for member in members)
    packed_size = sum(member.compress_size for member in members)
    if len(members) > MAX_FILES:
        raise too_large("The zip", f"{MAX_FILES} files")
    if total > MAX_ZIP_BYTES:
        raise TemplateError(
            f"The zip unpacks to more than {MAX_ZIP_BYTES // 1_000_000} MB.",
            hint="a template holds source files; keep large data elsewhere",
        )
    if total > ZIP_RATIO_FREE_BYTES and total > packed_size * MAX_ZIP_RATIO:
        raise TemplateError(
            f"The zip unpacks to more than {MAX_ZIP_RATIO} times its size.",
            hint="no template does: do not use it, or clone its repository",
        )


def _refusal(member: zipfile.ZipInfo, reason: str) -> TemplateError:
    return TemplateError(
        f"The zip holds {member.filename[:80]!r}, which {reason}.",
        hint="ask its author for another archive, or clone its repository",
    )
