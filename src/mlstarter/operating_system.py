"""Which operating system this is: the one place that asks."""

from __future__ import annotations

import os
import sys

_NAMES = {"linux": "linux", "darwin": "macos", "win32": "windows"}


def system_name() -> str | None:
    """Return "linux", "macos" or "windows", as templates know it (Copier's ``_copier_conf.os``).

    None for any other, as Copier has it.
    """
    return _NAMES.get(sys.platform)


def is_windows() -> bool:
    """Say whether paths, drives and programs are those of Windows."""
    return os.name == "nt"


def is_posix() -> bool:
    """Say whether files have the permissions, and terminals the names, of POSIX."""
    return os.name == "posix"


def is_linux() -> bool:
    """Say whether the kernel is Linux: /proc, memfd_create, a limit on the address space."""
    return sys.platform == "linux"


def path_in_shell(path: str) -> str:
    """Return a path as a shell takes it for one word, and a command such as `cd` for no option."""
    if is_windows():
        return f'"{path}"' if " " in path else path
    import shlex

    return shlex.quote(f"./{path}" if path.startswith("-") else path)
