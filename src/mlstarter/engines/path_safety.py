"""What a template may not do, whichever engine rendered it.

It may not write outside the project or into ``.git``, over any chain of links, nor make a name that
some system cannot hold or takes for another.
"""

from __future__ import annotations

import os
import posixpath
import re
from collections.abc import Mapping
from functools import lru_cache

from mlstarter.bounds import MAX_FILES, MAX_NAME, MAX_PATH, MAX_PATH_DEPTH, too_large
from mlstarter.errors import TemplateError
from mlstarter.git.layout import repository_among
from mlstarter.tree import SYMLINK, Entry, Tree, case_folded

# Characters that some file systems leave out of a name, so that ".g\u200cit" opens ".git": the
# list of git's own check, https://github.com/git/git/blob/master/utf8.c (next_hfs_char).
_INVISIBLE = re.compile("[\u200c-\u200f\u202a-\u202e\u206a-\u206f\ufeff]")
# What Windows takes for a device, with any ending, and the characters it has no names with:
# https://learn.microsoft.com/windows/win32/fileio/naming-a-file
_DEVICE = re.compile(
    r"\A(con|prn|aux|nul|conin\$|conout\$|clock\$|com[0-9\u00b9\u00b2\u00b3]|lpt[0-9\u00b9\u00b2\u00b3])"
    r" *(\..*)?\Z",
    re.IGNORECASE | re.DOTALL,
)
_NOT_ON_WINDOWS = re.compile(r'[<>:"|?*\\]')
_FAULTS = (
    (
        # Control characters, line and paragraph separators.
        re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029]"),
        "holds a control character or line end",
    ),
    # Halves of characters stand for such bytes.
    (re.compile("[\ud800-\udfff]"), "holds bytes that are no letters in UTF-8"),
    (
        # What shows "exe.txt" where "txt.exe" stands: https://trojansource.codes
        re.compile("[\u202a-\u202e\u2066-\u2069]"),
        "holds a mark that turns the direction of a text",
    ),
    (_DEVICE, "Windows reserves for a device"),
)
_MAX_LINKS = 40  # as Linux follows: https://man7.org/linux/man-pages/man7/path_resolution.7.html
_HINT = "this template is broken or malicious: do not use it, and tell its author"


class UnsafePath(TemplateError):
    """A template tried to write where it may not."""


class UnfitName(UnsafePath):
    """A file name that not every system can hold: other answers may give another."""


def checked_path(path: str) -> str:
    """Return ``path`` normalised, with forward slashes.

    Raises:
        UnsafePath: it is absolute, leads out of the project or into a ``.git``, or has a name that
            not every system can hold.
    """
    normal, error, fault, hint = _judge(path)
    if error is not None:
        raise error(fault, hint=hint)
    return normal


@lru_cache(maxsize=20_000)
def _judge(path: str) -> tuple[str, type[UnsafePath] | None, str, str]:
    """Return a path normalised, and what to raise for it: None for nothing, a sentence, a hint."""
    normal = posixpath.normpath(path.replace(os.sep, "/"))
    parts = normal.split("/")
    drive = len(parts[0]) == 2 and parts[0].endswith(":")
    if normal.startswith("/") or parts[0] in {"..", "."} or drive or "\0" in path:
        return normal, UnsafePath, f"The template would write outside the project: {path!r}.", _HINT
    if any(is_git_folder(part) for part in re.split(r"[/\\]", normal)):
        return normal, UnsafePath, f"The template would write into .git: {path!r}.", _HINT
    if len(normal) > MAX_PATH or len(parts) > MAX_PATH_DEPTH:
        return (
            normal,
            UnsafePath,
            f"The template makes a path that is too long: {path[:60]!r}...",
            _HINT,
        )
    for part in parts:
        if reason := name_fault(part):
            fault = f"The template makes the file name {part[:60]!r}, which {reason}."
            return normal, UnfitName, fault, "choose other answers, or tell the template's author"
    return normal, None, "", ""


def name_fault(name: str) -> str:
    """Say why some system cannot hold a file of this name; "" where all can."""
    for pattern, fault in _FAULTS:
        if pattern.search(name):
            return fault
    if match := _NOT_ON_WINDOWS.search(name):
        return f"holds {match[0]}, which Windows does not take"
    if name.endswith((".", " ")):
        return "ends in a dot or space, which Windows drops"
    if len(name.encode("utf-8", "surrogatepass")) > MAX_NAME:
        return f"is longer than {MAX_NAME} bytes"
    return ""


def check(tree: Tree) -> None:
    """Refuse a tree that cannot be written safely.

    Raises:
        UnsafePath: a path or a symbolic link leads out of the project or into ``.git``, also over
            other links; a file would lie below another file or link; a name is none everywhere.
        TemplateError: it has more than ``MAX_FILES`` files.
    """
    if len(tree) > MAX_FILES:
        raise too_large("The project", f"{MAX_FILES} files")
    links: dict[str, str] = {}
    for name, entry in tree.items():
        if checked_path(name) != name:
            raise UnsafePath(f"The template makes a path that is not plain: {name!r}.", hint=_HINT)
        if entry.mode == SYMLINK:
            _check_link(name, entry)
            links[case_folded(name)] = os.fsdecode(entry.data).replace("\\", "/")
        for parent in _parents(name):
            if parent in tree:
                raise _through(name, parent)
    if links:
        _check_chains(tree, links)
    if (folder := repository_among(tree)) is not None:
        raise UnsafePath(
            f"The template would make a git repository of the folder {folder or '.'}.", hint=_HINT
        )


def check_case(layer: Tree, under: Tree) -> None:
    """Refuse a layer's file that is one with another where case does not count.

    Args:
        layer: the files of a layer.
        under: the files of the layer and of what it lies over.

    Raises:
        UnsafePath: such a file would take the place of another on Windows and macOS, or of its
            folder.
    """
    names: dict[str, list[str]] = {}
    for name in under:
        names.setdefault(case_folded(name), []).append(name)
    for name in layer:
        for other in names[case_folded(name)]:
            if other != name:
                raise UnfitName(
                    f"{name} and {other} are one file on Windows and macOS.",
                    hint="call it as the other is called, which it replaces then",
                )
        for parent in _parents(name):
            for other in names.get(case_folded(parent), ()):
                raise _through(name, other)


def _through(name: str, parent: str) -> UnsafePath:
    return UnsafePath(
        f"The template would write {name} through the file or link {parent}.", hint=_HINT
    )


def _check_chains(tree: Tree, links: Mapping[str, str]) -> None:
    """Follow each link through the tree's other links, as any system would."""
    for name, entry in tree.items():
        for parent in _parents(name):
            if case_folded(parent) in links:
                raise _through(name, parent)
        if entry.mode == SYMLINK:
            _follow(name, links)


def _follow(name: str, links: Mapping[str, str]) -> None:
    """Raise UnsafePath where the link ``name`` leads out of the project, into .git, or nowhere."""
    place = name.split("/")[:-1]
    pending = links[case_folded(name)].split("/")[::-1]
    hops = 1
    while pending:
        part = pending.pop()
        if part in {"", "."}:
            continue
        if part == "..":
            if not place:
                raise UnsafePath(
                    f"The template's symbolic link {name} leads out of the project over other "
                    "links.",
                    hint=_HINT,
                )
            place.pop()
            continue
        if is_git_folder(part):
            raise UnsafePath(f"The template's symbolic link {name} leads into .git.", hint=_HINT)
        place.append(part)
        target = links.get(case_folded("/".join(place)))
        if target is not None:
            hops += 1
            if hops > _MAX_LINKS:
                raise UnsafePath(
                    f"The template's symbolic link {name} leads in a circle.", hint=_HINT
                )
            place.pop()
            pending += target.split("/")[::-1]


def _check_link(name: str, entry: Entry) -> None:
    target = os.fsdecode(entry.data).replace("\\", "/")
    landing = posixpath.normpath(posixpath.join(posixpath.dirname(name), target))
    if target.startswith("/") or landing == ".." or landing.startswith("../") or ":" in target[:2]:
        raise UnsafePath(
            f"The template's symbolic link {name} leads out of the project, to {target}.",
            hint=_HINT,
        )
    if any(is_git_folder(part) for part in landing.split("/")):
        raise UnsafePath(f"The template's symbolic link {name} leads into .git.", hint=_HINT)


def is_git_folder(part: str) -> bool:
    """Say whether some file system would take ``part`` for ``.git`` (as git's verify_path does)."""
    plain = _INVISIBLE.sub("", part).split(":")[0].rstrip(". ").lower()
    return plain in {".git", "git~1"}


def _parents(name: str) -> list[str]:
    parts = name.split("/")[:-1]
    return ["/".join(parts[: count + 1]) for count in range(len(parts))]
