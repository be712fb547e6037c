"""One spelling for each address: what git is asked for, and what trust is compared with.

``https://Host:443/a/%2e%2e/b//c`` and ``https://host/b/c`` are one place. Git is given the normal
form, so that nothing between here and the server can read the address in another way; what servers
are known to read differently (``%2f``, a backslash, two ``@``) is refused.
"""

from __future__ import annotations

import ipaddress
import os
import re
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, unquote

from mlstarter.errors import TemplateError
from mlstarter.git.settings import PROTOCOLS
from mlstarter.operating_system import is_windows

_ALIASES = {"git+ssh": "ssh", "ssh+git": "ssh", "git+http": "http", "git+https": "https"}
_PORTS = {"git": "9418", "http": "80", "https": "443", "ssh": "22"}
_URL = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*)://(.*)", re.DOTALL)
_HELPER = re.compile(r"[A-Za-z0-9][A-Za-z0-9+.-]*::")
_SCP = re.compile(r"(?:([^@/:]+)@)?(\[[^\]/]+\]|[^:/@\[\]]+):(.+)", re.DOTALL)
_SCP_PASSWORD = re.compile(r"[^/:@]+:[^/@]*@")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
_HOST = re.compile(r"[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?(\.[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?)*")
_UNRESERVED_CHARACTERS = frozenset(
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~"
)


@dataclass(frozen=True)
class Normal:
    """An address in its one spelling, without a credential, and the credential it carried.

    ``kind`` is ``url``, ``scp`` (``user@host:path``) or ``path``. ``scheme`` is one of PROTOCOLS;
    ``host`` holds the port where it is not the scheme's own, and for ssh the account; ``query`` is
    only there for files fetched over http, never for repositories.
    """

    kind: str
    scheme: str
    host: str
    path: str
    user: str = ""
    password: str = ""
    query: str = ""

    @property
    def address(self) -> str:
        """The address without query and credential."""
        if self.kind == "url":
            return f"{self.scheme}://{self.host}{self.path}"
        return f"{self.host}:{self.path}" if self.kind == "scp" else self.path


def is_remote(address: str) -> bool:
    """Say whether an address is one of the network or a URL, not a path of this machine."""
    return bool(_URL.match(address)) or _is_scp(address)


def normalise(address: str) -> Normal:
    """Return the normal form of a URL, an scp address or a path.

    Raises:
        TemplateError: it is no address, or one that is never asked for.
    """
    if not address.strip():
        raise _refusal("The address of the template is empty", "name a folder or a git URL")
    if _CONTROL.search(address):
        raise _refusal("The address of the template holds a control character", "write it anew")
    if url := _URL.fullmatch(address):
        return _url(url[1].lower(), url[2])
    if _HELPER.match(address):
        helper = address.partition("::")[0]
        raise _refusal(
            f"{helper}:: addresses run a program, and are never used",
            "give an address that begins with https:// or ssh://",
        )
    if _SCP_PASSWORD.match(address):
        raise _refusal(
            "user:password@ has no place in an ssh address",
            "write https://user:password@host/path, or leave the password to git's helpers",
        )
    if re.match("//[^/]*@", address):
        raise _refusal("An address has no https: before its //", "write it in full")
    if _is_scp(address):
        return _scp(address)
    return Normal("path", "file", "", _local(address))


def _is_scp(address: str) -> bool:
    match = _SCP.fullmatch(address)
    if match is None:
        return False
    # C:\templates is a folder on Windows, and a host named C elsewhere, as git has it.
    return not is_windows() or len(match[2]) > 1 or bool(match[1])


def _scp(address: str) -> Normal:
    match = _SCP.fullmatch(address)
    user, host, path = match.groups() if match else (None, "", "")
    account = f"{user}@" if user else ""
    if host.startswith("-") or account.startswith("-") or path.startswith("-"):
        raise _refusal("An address may not begin with a hyphen", "check the address")
    return Normal("scp", "ssh", account + host, path)


def _url(scheme: str, rest: str) -> Normal:
    scheme = _ALIASES.get(scheme, scheme)
    if scheme not in PROTOCOLS:
        raise _refusal(
            f"{scheme}:// is no kind of address that templates are fetched from",
            "use https://, http://, ssh://, git://, file:// or a path",
        )
    if scheme == "file":
        return _file(rest)
    if "\\" in rest or " " in rest.partition("/")[0]:
        raise _refusal("An address holds a backslash or a space", "write / or %20 for it")
    end = re.search(r"[/?#]", rest)
    authority, tail = (rest[: end.start()], rest[end.start() :]) if end else (rest, "")
    userinfo, _, place = authority.rpartition("@")
    if "@" in userinfo:
        raise _refusal("An address holds two @ before its path", "write %40 in a user or password")
    user, _, password = userinfo.partition(":")
    path, _, query = tail.partition("?")
    if "#" in tail:
        raise _refusal(
            "An address ends in #...", "name a version with --ref and a folder with --directory"
        )
    host = _host(scheme, place)
    user, password = unquote(user), unquote(password)
    if scheme == "ssh":
        if user.startswith("-"):
            raise _refusal("An address may not begin with a hyphen", "check the address")
        # The account is part of where it leads; ssh has no way to be told a password.
        host = f"{quote(user)}@{host}" if user else host
        user, password = "", ""
    return Normal("url", scheme, host, _path(scheme, path), user, password, query)


def _host(scheme: str, place: str) -> str:
    match = re.fullmatch(r"(\[[^\]]*\]|[^:]*)(?::(\d*))?", place)
    if match is None:
        raise _refusal("An address names no host that could be asked", "check the address")
    host, port = match[1].lower().removesuffix("."), match[2] or ""
    try:
        if host.startswith("["):
            host = f"[{ipaddress.IPv6Address(host[1:-1]).compressed}]"
        elif not host.isascii():
            host = host.encode("idna").decode("ascii").lower().removesuffix(".")
    except ValueError as error:
        raise _refusal("An address names no host that could be asked", "check it") from error
    if not host.startswith("[") and not _HOST.fullmatch(host):
        raise _refusal("An address names no host that could be asked", "check the address")
    number = port.lstrip("0")
    if port and not (number and len(number) <= 5 and int(number) <= 65535):
        raise _refusal("An address names a port that there is not", "check the address")
    return host if not port or number == _PORTS[scheme] else f"{host}:{number}"


def _path(scheme: str, path: str) -> str:
    """Return a URL's path without dot segments, each character written in one way."""
    parts: list[str] = []
    for raw in path.split("/"):
        part = _decode_unreserved(raw)
        plain = _decode_wholly(raw)
        dots = plain.partition(";")[0] in {".", ".."} and part not in {".", ".."}
        if dots or "/" in plain or "\\" in plain or _CONTROL.search(plain):
            raise _refusal(
                "An address hides a separator or a dot segment in its path", "write it plainly"
            )
        if part in {"", "."}:
            continue
        if part == "..":
            if scheme in {"ssh", "git"}:
                # Behind a link of the server, that is not the folder before it.
                raise _refusal("An address goes up with ..", "write it without")
            del parts[-1:]
            continue
        parts.append(part)
    return "/" + "/".join(parts)


def _decode_unreserved(text: str) -> str:
    def decode(match: re.Match[str]) -> str:
        character = chr(int(match[1], 16))
        return character if character in _UNRESERVED_CHARACTERS else match[0].upper()

    return re.sub(r"%([0-9A-Fa-f]{2})", decode, text)


def _decode_wholly(text: str) -> str:
    for _ in range(8):
        plain = unquote(text)
        if plain == text:
            break
        text = plain
    return text


def _file(rest: str) -> Normal:
    # This machine by its name, as git takes it.
    rest = re.sub(r"(?i)\Alocalhost/", "/", rest)
    if not rest.startswith("/") and not is_windows():
        raise _refusal(
            "A file:// address begins with the name of a host", "write file:/// and the path"
        )
    path = unquote(rest)
    if "\0" in path or _CONTROL.search(path):
        raise _refusal("An address holds a control character", "write it anew")
    if not rest.startswith("/"):
        return Normal("url", "file", "", rest)
    drive = re.match(r"/[A-Za-z]:/", path)
    local_path = path if drive else _local(path)
    return Normal("url", "file", "", rest if local_path == path else quote(local_path))


def _local(path: str) -> str:
    """Return a path in full; one that goes up is followed through its links, as git does."""
    try:
        full = Path(path).expanduser().absolute()
        return os.path.realpath(full) if ".." in full.parts else str(full)
    except (RuntimeError, ValueError, OSError) as error:
        raise _refusal("The path of the template cannot be followed", "write it in full") from error


def _refusal(message: str, hint: str) -> TemplateError:
    return TemplateError(f"{message}.", hint=hint)
