"""The pattern of a class's addresses: what git takes, in one spelling; no mistyped one."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import quote

from mlstarter.errors import UsageError
from mlstarter.sources.address import public, split_url
from mlstarter.suggest import listing, near

FIELDS = ("student_id", "username", "team", "section")
PLACEHOLDER = re.compile(r"\{([^{}]*)\}")
SCHEMES = ("file", "ssh", "https", "http", "github")
# Names of forges: before a colon they are a shorthand that there is not, rather than an ssh host.
_FORGES = ("bitbucket", "codeberg", "forgejo", "gitea", "gitlab", "gh", "gl")
# git@host:ml/{username}.git, or a host of ~/.ssh/config alone; never an option, helper or URL.
_SCP = re.compile(r"(?![-])(?:([^@/:{}\s]+)@)?([^@/:{}\s]+|\[[0-9A-Fa-f:.]+\]):(?![-:]|//).")


def pattern_fields(pattern: str) -> tuple[str, ...]:
    """Return the placeholders of a pattern, each once, in the order in which they stand there."""
    return tuple(dict.fromkeys(PLACEHOLDER.findall(pattern)))


def normal_pattern(pattern: str, base: Path) -> str:
    """Return a pattern as every verb uses it: a folder as ``file://``, the scheme in small letters.

    Args:
        pattern: what ``cohort.toml`` or the flag says.
        base: the folder that ``./...`` and ``../...`` begin at.

    Raises:
        UsageError: it is no address, holds a credential, or has a placeholder that is not known.
    """
    _check_braces(pattern)
    if pattern.startswith(("/", "./", "../", "~/")):
        path = Path(pattern).expanduser()
        return _file_pattern(path if path.is_absolute() else base.absolute() / path)
    scheme, separator, rest = pattern.partition(":")
    if separator and scheme.lower() in SCHEMES:
        pattern = f"{scheme.lower()}:{rest}"
        if not pattern.startswith("github:"):
            _check_url(pattern)
        return pattern
    match = _SCP.match(pattern)
    if match is not None and (match[1] or "." in match[2] or not _is_near(match[2])):
        return pattern
    harmless = public(pattern)
    raise UsageError(
        f'The remote "{harmless}" is of no kind that is known.',
        hint="write file:///srv/class/{student_id}.git, ./class/{student_id}.git, "
        "ssh://git@host/ml/{username}.git, git@host:ml/{username}.git, "
        "https://host/ml/{username}.git or github:ORG/{username}",
    )


def _check_braces(pattern: str) -> None:
    unknown_fields = [name for name in PLACEHOLDER.findall(pattern) if name not in FIELDS]
    if unknown_fields:
        raise UsageError(
            f"The remote names {{{unknown_fields[0]}}}, which may not be part of an address.",
            hint=f"placeholders are {', '.join(f'{{{name}}}' for name in FIELDS)}",
        )
    if re.search(r"[{}]", PLACEHOLDER.sub("", pattern)):
        raise UsageError(
            "The remote has a brace without its other one.",
            hint=f"placeholders are {listing(f'{{{name}}}' for name in FIELDS)}",
        )


def _check_url(pattern: str) -> None:
    parts = split_url(pattern, "The remote")
    if parts.scheme == "file":
        if parts.netloc not in {"", "localhost"} or not parts.path.startswith("/"):
            raise UsageError(
                f"The remote {pattern} names a host where a folder is meant.",
                hint="write file:/// and the whole path",
            )
        return
    if not parts.netloc:
        raise UsageError(
            f"The remote {public(pattern)} names no host that could be asked.",
            hint=f"write {parts.scheme}://host/ml/{{username}}.git",
        )
    if parts.scheme == "http" and parts.hostname not in {"localhost", "127.0.0.1", "::1"}:
        raise UsageError(
            "The remote is plain http, which would show credentials to the network.",
            hint="use https",
        )
    is_web = parts.scheme in {"http", "https"}
    if parts.password is not None or (is_web and (parts.username or parts.query)):
        raise UsageError(
            "The remote holds a credential, which would end up in logs and journals.",
            hint="take it out, and what follows a ?; git's credential helpers supply it",
        )


def _is_near(host: str) -> bool:
    words = (*SCHEMES, *_FORGES)
    return host in words or near(host, words) is not None


def _file_pattern(path: Path) -> str:
    # What the parts of a URL are told by must not be taken for one.
    return f"file://{quote(path.as_posix(), safe='/ !$&()*+,:;=@[]~{}')}"
