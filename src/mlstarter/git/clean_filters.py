"""Clean filters: a file as git keeps it, which need not be the file as it lies on disk.

Where a project's ``.gitattributes`` ask for line endings, an encoding or a filter such as Git
LFS, `git add` stores another form than the render's. A render goes the same way before it is
compared or merged; otherwise every such file would count as edited.
"""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from pathlib import Path

from mlstarter.git.process import Git
from mlstarter.tree import SYMLINK, Entry, Tree

ATTRIBUTES = ".gitattributes"
# Without one of these an attribute can only turn CRLF into LF.
_BEYOND_LINE_ENDINGS = (b"filter", b"ident", b"working-tree-encoding")


def clean_for_git(git: Git, tree: Tree, attributes: Mapping[str, bytes] | None = None) -> Tree:
    """Return ``tree`` as `git add` in the repository of ``git`` would store it.

    Args:
        git: git in the repository; the objects of filtered files are written into it.
        tree: a render.
        attributes: path -> bytes of the ``.gitattributes`` files that count; None takes the
            render's own.

    Raises:
        GitFailed: a filter that the attributes call `required` failed.
    """
    if attributes is None:
        attributes = {p: e.data for p, e in tree.items() if p.rpartition("/")[2] == ATTRIBUTES}
    if not attributes:
        return tree
    special = any(word in text for text in attributes.values() for word in _BEYOND_LINE_ENDINGS)
    files = [
        path
        for path, entry in tree.items()
        if entry.mode != SYMLINK
        and path not in attributes
        and "\n" not in path
        and (special or b"\r\n" in entry.data)
    ]
    if not files:
        return tree
    with tempfile.TemporaryDirectory(prefix="mlstarter-clean-") as name:
        folder = Path(name)
        for path, data in attributes.items():
            _write(folder / path, data)
        conversions = _with_conversion(git, folder, tree, files)
        for path in conversions:
            _write(folder / path, tree[path].data)
        return {**tree, **_clean(git, folder, tree, conversions)}


def _with_conversion(git: Git, folder: Path, tree: Tree, files: list[str]) -> list[str]:
    """Return the files for which an attribute asks for a conversion."""
    names = ("text", "crlf", "eol", "filter", "ident", "working-tree-encoding")
    here = _in(git, folder)
    out = here.fields(
        "check-attr", "-z", "--stdin", *names, stdin="".join(f"{f}\0" for f in files).encode()
    )
    attributes: dict[str, dict[str, str]] = {path: {} for path in files}
    for path, name, value in zip(out[::3], out[1::3], out[2::3], strict=True):
        if value != "unspecified":
            attributes[path][name] = value
    return [path for path in files if _converts(attributes[path], tree[path].data)]


def _converts(attributes: Mapping[str, str], data: bytes) -> bool:
    """Say whether git stores ``data`` in another form; see gitattributes(5)."""
    beyond = ("filter", "ident", "working-tree-encoding")
    if any(attributes.get(name, "unset") != "unset" for name in beyond):
        return True
    text = attributes.get("text", attributes.get("crlf", "set" if "eol" in attributes else "unset"))
    # Where git is to find out for itself, a NUL says that it is no text.
    return text != "unset" and not (text == "auto" and b"\0" in data)


def _clean(git: Git, folder: Path, tree: Tree, files: list[str]) -> dict[str, Entry]:
    if not files:
        return {}
    here = _in(git, folder)
    oids = here.text("hash-object", "-w", "--stdin-paths", stdin="\n".join(files).encode()).split()
    entries: dict[str, Entry] = {}
    for path, data in zip(files, read_blobs(git, oids), strict=True):
        if data != tree[path].data:
            entries[path] = Entry(tree[path].mode, data)
    return entries


def read_blobs(git: Git, oids: list[str]) -> list[bytes]:
    """Return the bytes of blobs, in the order asked for, from one git process."""
    if not oids:
        return []
    out = git.run("cat-file", "--batch", stdin="\n".join(oids).encode())
    blobs: list[bytes] = []
    at = 0
    for _ in oids:
        end = out.index(b"\n", at)
        size = int(out[at:end].split()[2])
        blobs.append(out[end + 1 : end + 1 + size])
        at = end + 1 + size + 1
    return blobs


def _in(git: Git, folder: Path) -> Git:
    """Return git of the same repository with ``folder`` as its work tree."""
    store = git.env.get("GIT_DIR") or git.text("rev-parse", "--absolute-git-dir")
    index = str(folder / ".git-index-of-nothing")
    return git.at(folder, GIT_DIR=store, GIT_WORK_TREE=str(folder), GIT_INDEX_FILE=index)


def _write(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
