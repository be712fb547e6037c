"""A rendered project as a value: what every part of mlstarter passes on.

Whatever engine rendered it, nothing after the render knows more than this.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias
from unicodedata import normalize

REGULAR = 0o100644
EXECUTABLE = 0o100755
SYMLINK = 0o120000


@dataclass(frozen=True, slots=True)
class Entry:
    """One file: its git mode (``REGULAR``, ``EXECUTABLE`` or ``SYMLINK``) and its bytes.

    For a symbolic link the bytes are the link's target.
    """

    mode: int
    data: bytes


# Paths are relative, with forward slashes, without "." or ".." parts, and never below ".git".
Tree: TypeAlias = Mapping[str, Entry]


def case_folded(path: str) -> str:
    """Return what two paths share that are one on Windows or macOS (case, composed letters)."""
    return path if path.isascii() and path.islower() else normalize("NFC", path).casefold()
