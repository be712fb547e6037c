"""What a source names: the address of a repository or file, and a folder inside it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from urllib.parse import SplitResult, urlsplit

from mlstarter.errors import TemplateError, UsageError
from mlstarter.sources.normalise import Normal, is_remote, normalise

SHORTHANDS = {"gh:": "https://github.com/", "gl:": "https://gitlab.com/"}
# Separates the address from the folder of the template in what a project records.
SUBDIRECTORY = "#subdirectory="
_WITH_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]{0,40}://[^\s'\"<>]+")
# A longer word that may hold an account is left out: to look takes the square of its length.
_LONGEST_ACCOUNT = 1_000
# With slashes before it, it is an address whose scheme was left out.
_WITH_PASSWORD = re.compile(r"(?<![^\s'\"(<=,])(//)?[^\s/:@'\"]+:[^\s/@'\"]+@(?=[^\s@])")


@dataclass(frozen=True)
class Credentials:
    """The user and password (or token) of an address: for the server, and for nobody's eyes."""

    user: str = field(repr=False)
    password: str = field(repr=False)


@dataclass(frozen=True)
class Place:
    """A source taken apart: where the repository is and which folder of it is the template.

    ``address`` is in normal form, without any credential: what git is asked for. ``download`` is
    what a file is fetched from: the address with the query that came with it.
    """

    address: str
    directory: str
    credentials: Credentials | None = field(default=None, repr=False, compare=False)
    download: str = field(default="", repr=False, compare=False)

    @property
    def public_form(self) -> str:
        """What a project records: the address without a password, and the folder."""
        return self.address + (SUBDIRECTORY + self.directory if self.directory else "")

    @property
    def is_zip(self) -> bool:
        """Whether it is a zip file rather than a repository or folder."""
        return self.address.endswith(".zip")


def parse(source: str, directory: str | None = None) -> Place:
    """Take a source apart, expand its shorthand and bring its address into normal form.

    Raises:
        TemplateError: it is no address, one that is never asked for, or the directory leads out
            of the template.
    """
    address, _, inside = source.partition(SUBDIRECTORY)
    inside = (directory or inside).replace("\\", "/")
    parts = PurePosixPath(inside).parts
    outside = PurePosixPath(inside).is_absolute() or ".." in parts or ":" in (*parts, "")[0]
    if inside and (outside or not inside.isprintable()):
        raise TemplateError(
            f"The directory {inside} is not inside the template.",
            hint="give --directory a path relative to the template's root",
        )
    normal = expand(address)
    plain = normal.address
    if address.startswith(tuple(SHORTHANDS)) and not plain.endswith(".git"):
        plain += ".git"
    place = Place(
        plain,
        str(PurePosixPath(inside)) if inside else "",
        Credentials(normal.user, normal.password) if normal.user or normal.password else None,
        f"{plain}?{normal.query}" if normal.query else plain,
    )
    if normal.query and not place.is_zip:
        raise TemplateError(
            f"The address of a repository cannot hold ?..., as {plain} does.",
            hint="for a token write https://user:token@host/path, or use git's credential helpers",
        )
    return place


def split_url(address: str, what: str) -> SplitResult:
    """Return the parts of a URL that is no template's: of a class's remote, of an API.

    Raises:
        UsageError: no host or port in it could be asked. ``what`` it is stands in the message.
    """
    try:
        parts = urlsplit(address)
        # Both are only looked at when they are asked for.
        host, port = parts.hostname, parts.port
    except ValueError as error:
        raise UsageError(
            f"{what} {public(address)} is no address: {error}.",
            hint="write https://host/path; an IPv6 address stands in brackets: https://[::1]/path",
        ) from error
    if parts.scheme in {"http", "https", "ssh"} and (not host or port == 0):
        raise UsageError(
            f"{what} {public(address)} names no host that could be asked.",
            hint="write https://host/path",
        )
    return parts


def expand(address: str) -> Normal:
    """Return the normal form of an address or of a shorthand such as ``gh:owner/name``.

    Raises:
        TemplateError: it is no address, or one that is never asked for; an account stands in a
            shorthand.
    """
    address = address.strip()
    for short, full in SHORTHANDS.items():
        if address.startswith(short):
            name = address.removeprefix(short).lstrip("/")
            if re.search("[:@]", name.partition("/")[0]):
                # Where a password is written, that has to reach neither a message nor a server.
                raise TemplateError(
                    f"What follows {short} is no OWNER/NAME.",
                    hint=f"write {short}OWNER/NAME; a password has its place in "
                    "https://user:password@host/path",
                )
            address = full + name
    return normalise(address.removeprefix("git+"))


def public(address: str) -> str:
    """Return ``address`` without credentials, as it may be shown and recorded; never raises.

    The account of an ssh address stays, which is no secret. What stands after ``?`` may be a token,
    whatever its name.
    """
    scheme, separator, rest = address.partition("://")
    if not separator:
        return _without_passwords(address)
    end = re.search(r"[/?#]", rest)
    authority, tail = (rest[: end.start()], rest[end.start() :]) if end else (rest, "")
    if re.search(r":\D", authority) and "@" in tail and "@" not in authority:
        # A password with a slash in it.
        authority, _, after = (authority + tail).rpartition("@")
        host, slash, path = after.partition("/")
        authority, tail = f"{authority}@{host}", slash + path
    userinfo, _, host = authority.rpartition("@")
    if scheme.lower().removeprefix("git+").startswith("ssh") and userinfo:
        host = f"{userinfo.partition(':')[0]}@{host}"
    if scheme.lower() != "file":
        fragment = tail[tail.index(SUBDIRECTORY) :] if SUBDIRECTORY in tail else ""
        tail = re.split(r"[?#]", tail, maxsplit=1)[0] + fragment
    return f"{scheme}://{host}{tail}"


def public_text(text: str) -> str:
    """Return ``text`` with the credentials of the addresses in it left out."""
    result = _WITH_SCHEME.sub(lambda match: public(match[0]), text)
    return _without_passwords(result)


def _without_passwords(text: str) -> str:
    return re.sub(r"\S+", lambda match: _without_password(match[0]), text)


def _without_password(word: str) -> str:
    if "@" not in word:
        return word
    return _WITH_PASSWORD.sub(r"\1", word) if len(word) <= _LONGEST_ACCOUNT else "..."


def is_url(address: str) -> bool:
    """Say whether an address is one of the network, not of this machine."""
    return is_remote(address)
