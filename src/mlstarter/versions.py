"""Versions of templates, compared by PEP 440 and by what `git describe` says of a commit."""

from __future__ import annotations

import re

from packaging.version import InvalidVersion, Version

__all__ = ["Version", "is_behind", "is_older", "parse_version"]

_DESCRIPTION = re.compile(r"^(.*)-(\d+)-g[0-9a-f]+$")


def parse_version(text: str | None) -> Version | None:
    """Return the PEP 440 version that ``text`` names, or None.

    What `git describe` says of a commit after a tag (1.2.0-3-gabc1234) is a post-release.
    """
    if text is None:
        return None
    match = _DESCRIPTION.match(text)
    try:
        return Version(f"{match[1]}.post{match[2]}" if match else text)
    except InvalidVersion:
        return None


def is_older(version: str | None, other: str | None) -> bool:
    """Say whether a version comes before another one; False where that cannot be told."""
    mine, theirs = parse_version(version), parse_version(other)
    return mine is not None and theirs is not None and mine < theirs


def is_behind(version: str | None, newest: str | None, commit: str | None = None) -> bool:
    """Say whether a project of ``version`` is not at the newest one, whose commit may be known.

    Names that are no versions (branches, commits) have no order: another one counts as older.
    """
    if parse_version(version) is not None and parse_version(newest) is not None:
        return is_older(version, newest)
    return version not in (newest, commit)
