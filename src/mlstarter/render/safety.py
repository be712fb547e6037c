"""What a template may not do, whichever engine rendered it: write outside or into ``.git``."""

from __future__ import annotations

import os
import posixpath
import re

from mlstarter.errors import TemplateError
from mlstarter.tree import SYMLINK, Entry, Tree

# Characters that some file systems leave out of a name, so that ".g\u200cit" opens ".git": the
# list of git's own check, https://github.com/git/git/blob/master/utf8.c (next_hfs_char).
_INVISIBLE = re.compile("[\u200c-\u200f\u202a-\u202e\u206a-\u206f\ufeff]")
_HINT = "this template is broken or malicious: do not use it, and tell its author"


class UnsafePath(TemplateError):
    """A template tried to write where it may not."""


def checked_path(path: str) -> str:
    """Return ``path`` normalised, with forward slashes.

    Raises:
        UnsafePath: it is absolute, leads out of the project, or into a ``.git``.
    """
    normal = posixpath.normpath(path.replace(os.sep, "/"))
    parts = normal.split("/")
    drive = len(parts[0]) == 2 and parts[0].endswith(":")
    if normal.startswith("/") or parts[0] in {"..", "."} or drive or "\0" in path:
        raise UnsafePath(f"The template would write outside the project: {path!r}.", hint=_HINT)
    if any(_is_git(part) for part in re.split(r"[/\\]", normal)):
        raise UnsafePath(f"The template would write into .git: {path!r}.", hint=_HINT)
    return normal


def check(tree: Tree) -> None:
    """Refuse a tree that cannot be written safely.

    Raises:
        UnsafePath: a path or a symbolic link leads out of the project or into ``.git``, or a file
            would lie below another file or link.
    """
    for name, entry in tree.items():
        if checked_path(name) != name:
            raise UnsafePath(f"The template makes a path that is not plain: {name!r}.", hint=_HINT)
        if entry.mode == SYMLINK:
            _check_link(name, entry)
        for parent in _parents(name):
            if parent in tree:
                raise UnsafePath(
                    f"The template would write {name} through the file or link {parent}.",
                    hint=_HINT,
                )


def _check_link(name: str, entry: Entry) -> None:
    target = os.fsdecode(entry.data).replace("\\", "/")
    landing = posixpath.normpath(posixpath.join(posixpath.dirname(name), target))
    if target.startswith("/") or landing == ".." or landing.startswith("../") or ":" in target[:2]:
        raise UnsafePath(
            f"The template's symbolic link {name} leads out of the project, to {target}.",
            hint=_HINT,
        )
    if any(_is_git(part) for part in landing.split("/")):
        raise UnsafePath(f"The template's symbolic link {name} leads into .git.", hint=_HINT)


def _is_git(part: str) -> bool:
    """Say whether some file system would take ``part`` for ``.git`` (as git's verify_path does)."""
    plain = _INVISIBLE.sub("", part).split(":")[0].rstrip(". ").lower()
    return plain in {".git", "git~1"}


def _parents(name: str) -> list[str]:
    parts = name.split("/")[:-1]
    return ["/".join(parts[: count + 1]) for count in range(len(parts))]
