"""A template in a zip: fetched, checked and unpacked into the cache."""

from __future__ import annotations

import hashlib
import stat
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from mlstarter.errors import TemplateError
from mlstarter.sources import cache
from mlstarter.sources.address import is_url, public

if TYPE_CHECKING:
    import zipfile

# Bytes a zip may have and unpack to: templates are text, and a bomb is not.
ZIP_LIMIT = 500_000_000


def _read_zip(address: str) -> bytes:
    """Return a zip's bytes, fetching it where it lies on a server."""
    if not is_url(address):
        try:
            return Path(address).read_bytes()
        except OSError as error:
            raise TemplateError(
                f"{address} cannot be read: {error.strerror}.", hint="check the path of the zip"
            ) from error
    if not address.startswith(("http://", "https://")):
        raise TemplateError(f"{address} is not an http address.", hint="use https://")
    import urllib.error
    import urllib.request

    try:
        with urllib.request.urlopen(address, timeout=60) as answer:  # noqa: S310
            data: bytes = answer.read(ZIP_LIMIT)
    except (urllib.error.URLError, OSError, ValueError) as error:
        raise TemplateError(
            f"{public(address)} cannot be fetched: {getattr(error, 'reason', error)}.",
            hint="check the address and your network",
        ) from error
    return data


def unpack(address: str) -> Path:
    """Return the folder that a zip holds, from the cache where it was unpacked before.

    Raises:
        TemplateError: it cannot be fetched or unpacked, or could write outside its folder.
    """
    import io
    import zipfile

    data = _read_zip(address)
    digest = hashlib.sha256(data).hexdigest()[:32]

    def build(out: Path) -> None:
        try:
            with zipfile.ZipFile(io.BytesIO(data)) as opened:
                _extract(opened, out)
        except (zipfile.BadZipFile, RuntimeError, NotImplementedError) as error:
            raise TemplateError(
                f"{public(address)} cannot be unpacked: {error}.",
                hint="use a plain zip file without a password",
            ) from error

    root = cache.folder("zips", digest, build=build)
    inner = list(root.iterdir())
    return inner[0] if len(inner) == 1 and inner[0].is_dir() else root


def _extract(opened: zipfile.ZipFile, out: Path) -> None:
    """Unpack with modes; refuse a path that leads out, a link, and more than ``ZIP_LIMIT``."""
    if sum(member.file_size for member in opened.infolist()) > ZIP_LIMIT:
        raise TemplateError(
            f"The zip unpacks to more than {ZIP_LIMIT // 1_000_000} MB.",
            hint="a template holds source files; keep large data elsewhere",
        )
    for member in opened.infolist():
        parts = PurePosixPath(member.filename.replace("\\", "/")).parts
        mode = member.external_attr >> 16
        if not parts or ".." in parts or parts[0] == "/" or stat.S_ISLNK(mode):
            raise TemplateError(
                f"The zip holds {member.filename!r}, which could lead out of the template.",
                hint="ask its author for another archive, or clone its repository",
            )
        target = Path(opened.extract(member, out))
        if mode & 0o111 and target.is_file():
            target.chmod(0o755)
