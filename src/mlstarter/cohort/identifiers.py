"""Which identifiers may become part of a path, a URL and a folder's name, on every system."""

from __future__ import annotations

import re

LONGEST = 64
_PATTERN = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
# Names that Windows keeps for devices, whatever their ending.
_DEVICES = frozenset(
    {"con", "prn", "aux", "nul", *(f"{kind}{n}" for kind in ("com", "lpt") for n in range(1, 10))}
)
# Names that mean something to git or to this program where a repository is expected.
_RESERVED_BY_GIT = frozenset({"head", "refs", "objects", "hooks", "info", "config", "git"})


def complaint(name: str) -> str | None:
    """Return what is wrong with an identifier, or None."""
    plain = name.casefold()
    checks = (
        (not name, "is empty"),
        (len(name) > LONGEST, f"is longer than {LONGEST} characters"),
        ("/" in name or "\\" in name or ".." in name, "would lead out of its folder"),
        (
            not _PATTERN.fullmatch(name),
            "may hold letters (a-z), digits, dots, hyphens and underscores, and begins with a "
            "letter or digit",
        ),
        (plain.split(".")[0] in _DEVICES or plain in _RESERVED_BY_GIT, "is a reserved name"),
        (plain.endswith((".", ".lock", ".git")), "ends in a way that git or Windows reserves"),
    )
    return next((text for wrong, text in checks if wrong), None)
