"""Whether a source is among those that the user trusts: compared as places, not as texts."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote

from mlstarter.errors import TemplateError, UsageError
from mlstarter.git.process import Git
from mlstarter.sources.address import expand, parse
from mlstarter.sources.mirror import redirect_of
from mlstarter.sources.normalise import Normal, normalise

# (address as written, address to use instead), from the user's own url.*.insteadOf.
_Rules = list[tuple[str, str]]


@dataclass(frozen=True)
class _Spot:
    """Where an address leads: two that differ in a part lead to different places."""

    server: str
    parts: tuple[str, ...]


def is_trusted(source: str, entries: Iterable[str]) -> bool:
    """Say whether ``source`` is one of ``entries``, or below one that ends in ``/``.

    Both are compared as git will ask for them: in normal form, after the user's own ``insteadOf``
    settings, folders with their links followed. Where a server sent git elsewhere, that place must
    be trusted too.

    Raises:
        UsageError: an entry is no address.
    """
    try:
        address = parse(source).address
    except TemplateError:
        return False
    rules = _rules()
    places = [address]
    if (target := redirect_of(address)) is not None:
        places.append(target)
    trust_entries = list(entries)
    return all(
        (spot := _spot(place, rules)) is not None
        and any(_covers(entry, spot, rules) for entry in trust_entries)
        for place in places
    )


def check_entry(entry: str) -> Normal:
    """Return an entry's address in its one spelling.

    Raises:
        UsageError: it is no address.
    """
    try:
        return expand(entry)
    except TemplateError as error:
        raise UsageError(
            f"trust names {entry!r}, which is no address: {error.message}",
            hint='for example: trust = ["https://github.com/our-school/"]',
        ) from error


def _covers(entry: str, spot: _Spot, rules: _Rules) -> bool:
    normal = check_entry(entry)
    below = entry.endswith("/")
    top = _spot(normal.address + ("/" if below and normal.kind != "path" else ""), rules)
    if top is None or normal.query or top.server != spot.server:
        return False
    if below:
        return len(spot.parts) > len(top.parts) and spot.parts[: len(top.parts)] == top.parts
    return _without_suffix(spot) == _without_suffix(top)


def _without_suffix(spot: _Spot) -> tuple[str, ...]:
    # Servers take a repository's name with and without its ending; folders are compared as they
    # are, since both may be there.
    if not spot.server or not spot.parts:
        return spot.parts
    return (*spot.parts[:-1], spot.parts[-1].removesuffix(".git"))


def _spot(address: str, rules: _Rules) -> _Spot | None:
    """Return where git goes for ``address``, or None where that cannot be said."""
    try:
        normal = normalise(_rewrite(address, rules))
    except TemplateError:
        return None
    if normal.scheme == "file":
        path = unquote(normal.path) if normal.kind == "url" else normal.path
        return _Spot("", Path(os.path.normcase(os.path.realpath(path))).parts)
    if normal.kind == "scp":
        return _scp_spot(normal)
    return _Spot(f"{normal.scheme}://{normal.host}", tuple(_parts(unquote(normal.path))))


def _scp_spot(normal: Normal) -> _Spot | None:
    parts = _parts(normal.path)
    if ".." in parts:
        return None
    home = [] if normal.path.startswith(("/", "~")) else ["~"]
    account, at, host = normal.host.rpartition("@")
    return _Spot(f"ssh://{account}{at}{host.lower().removesuffix('.')}", (*home, *parts))


def _parts(path: str) -> list[str]:
    return [part for part in path.split("/") if part not in {"", "."}]


def _rules() -> _Rules:
    """Return the user's ``insteadOf`` settings, the longest first, as git chooses."""
    git = Git(Path(tempfile.gettempdir()))
    fields = git.call("config", "-z", "--get-regexp", r"^url\..*\.insteadof$").stdout
    rules = []
    for field in fields.decode("utf-8", "surrogateescape").split("\0")[:-1]:
        key, _, pattern = field.partition("\n")
        rules.append((pattern, key[len("url.") : -len(".insteadof")]))
    return sorted(rules, key=lambda rule: len(rule[0]), reverse=True)


def _rewrite(address: str, rules: _Rules) -> str:
    for pattern, replacement in rules:
        if pattern and address.startswith(pattern):
            return replacement + address[len(pattern) :]
    return address
