"""What a source names: the address of a repository or file, and a folder inside it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from urllib.parse import urlsplit, urlunsplit

from mlstarter.errors import TemplateError

SHORTHANDS = {"gh:": "https://github.com/", "gl:": "https://gitlab.com/"}
# Separates the address from the folder of the template in what a project records.
SUBDIRECTORY = "#subdirectory="


@dataclass(frozen=True)
class Place:
    """A source taken apart: where the repository is and which folder of it is the template."""

    address: str
    directory: str

    @property
    def recorded(self) -> str:
        """What a project records: the address without a password, and the folder."""
        return public(self.address) + (SUBDIRECTORY + self.directory if self.directory else "")


def parse(source: str, directory: str | None = None) -> Place:
    """Take a source apart and expand its shorthand.

    Raises:
        TemplateError: the directory leads out of the template.
    """
    address, _, inside = source.partition(SUBDIRECTORY)
    inside = directory or inside
    if inside and (PurePosixPath(inside).is_absolute() or ".." in PurePosixPath(inside).parts):
        raise TemplateError(
            f"The directory {inside} is not inside the template.",
            hint="give --directory a path relative to the template's root",
        )
    for short, full in SHORTHANDS.items():
        if address.startswith(short):
            address = full + address.removeprefix(short).lstrip("/")
            address = address if address.endswith(".git") else address + ".git"
    address = address.removeprefix("git+")
    if not is_url(address):
        address = str(Path(address).expanduser().absolute())
    return Place(address, str(PurePosixPath(inside)) if inside else "")


def public(address: str) -> str:
    """Return ``address`` without the password that it may carry: this is what gets recorded."""
    parts = urlsplit(address)
    if parts.scheme in {"http", "https"} and "@" in parts.netloc:
        return urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2]))
    return address


def public_text(text: str) -> str:
    """Return ``text`` with passwords in addresses left out."""
    return re.sub(r"(https?://)[^/@\s]+@", r"\1", text)


def is_url(address: str) -> bool:
    """Say whether an address is one of the network, not of this machine."""
    return bool(re.match(r"[A-Za-z][A-Za-z0-9+.-]+://", address)) or address.startswith("git@")
