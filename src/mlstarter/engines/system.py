"""The name of this operating system, as templates know it (Copier's ``_copier_conf.os``)."""

from __future__ import annotations

import sys

_NAMES = {"linux": "linux", "darwin": "macos", "win32": "windows"}


def system_name() -> str | None:
    """Return "linux", "macos" or "windows"; None for any other, as Copier has it."""
    return _NAMES.get(sys.platform)
