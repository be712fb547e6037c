"""Clean filters: a file as git keeps it, which need not be the file as it lies on disk.

Where a project's ``.gitattributes`` ask for line endings, an encoding or a filter such as Git
LFS, `git add` stores another form than the render's. A render goes the same way before it is
compared or merged; otherwise every such file would count as edited.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from mlstarter.files import TemporaryFolder
from mlstarter.git.blobs import read_blobs
from mlstarter.git.process import Git
from mlstarter.tree import SYMLINK, Entry, Tree

ATTRIBUTES = ".gitattributes"
# Without one of these an attribute can only turn CRLF into LF.
_BEYOND_LINE_ENDINGS = (b"filter", b"ident", b"working-tree-encoding")
_NAMES = ("text", "crlf", "eol", "filter", "ident", "working-tree-encoding")
# path -> attribute -> value, without those that are unspecified
_Values = Mapping[str, Mapping[str, str]]
_ANSWERS: dict[tuple[tuple[tuple[str, bytes], ...], tuple[str, ...]], _Values] = {}
_MOST_ANSWERS = 16


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
    values = _values(git, attributes, files)
    conversions = [path for path in files if _converts(values[path], tree[path].data)]
    if not conversions:
        return tree
    with TemporaryFolder(prefix="mlstarter-clean-") as name:
        folder = Path(name)
        for path, data in attributes.items():
            _write(folder / path, data)
        for path in conversions:
            _write(folder / path, tree[path].data)
        return {**tree, **_clean(git, folder, tree, conversions)}


def _values(git: Git, attributes: Mapping[str, bytes], files: Sequence[str]) -> _Values:
    """Return the attributes that git sees for each of ``files``.

    A class asks for the same thousand times, so answers of repositories without attributes of
    their own are remembered: there they depend on ``attributes`` and ``files`` alone.
    """
    if not _has_only_these(git):
        return _ask(git, attributes, files)
    key = tuple(sorted(attributes.items())), tuple(files)
    values = _ANSWERS.get(key)
    if values is None:
        values = _ask(git, attributes, files)
        if len(_ANSWERS) >= _MOST_ANSWERS:
            _ANSWERS.clear()
        _ANSWERS[key] = values
    return values


def _has_only_these(git: Git) -> bool:
    """Say whether nothing but the attributes of a tree counts in the repository of ``git``."""
    store = git.env.get("GIT_DIR")
    if store is None or git.as_checked_out or git.config:
        return False
    return not (Path(store) / "info" / "attributes").exists()


def _ask(git: Git, attributes: Mapping[str, bytes], files: Sequence[str]) -> _Values:
    with TemporaryFolder(prefix="mlstarter-clean-") as name:
        folder = Path(name)
        for path, data in attributes.items():
            _write(folder / path, data)
        stdin = "".join(f"{path}\0" for path in files).encode()
        out = _in(git, folder).fields("check-attr", "-z", "--stdin", *_NAMES, stdin=stdin)
    values: dict[str, dict[str, str]] = {path: {} for path in files}
    for path, attribute, value in zip(out[::3], out[1::3], out[2::3], strict=True):
        if value != "unspecified":
            values[path][attribute] = value
    return values


def _converts(attributes: Mapping[str, str], data: bytes) -> bool:
    """Say whether git stores ``data`` in another form; see gitattributes(5)."""
    beyond = ("filter", "ident", "working-tree-encoding")
    if any(attributes.get(name, "unset") != "unset" for name in beyond):
        return True
    text = attributes.get("text", attributes.get("crlf", "set" if "eol" in attributes else "unset"))
    # Where git is to find out for itself, a NUL says that it is no text.
    return text != "unset" and not (text == "auto" and b"\0" in data)


def _clean(git: Git, folder: Path, tree: Tree, files: list[str]) -> dict[str, Entry]:
    here = _in(git, folder)
    oids = here.text("hash-object", "-w", "--stdin-paths", stdin="\n".join(files).encode()).split()
    entries: dict[str, Entry] = {}
    for path, data in zip(files, read_blobs(git, oids), strict=True):
        if data != tree[path].data:
            entries[path] = Entry(tree[path].mode, data)
    return entries


def _in(git: Git, folder: Path) -> Git:
    """Return git of the same repository with ``folder`` as its work tree."""
    store = git.env.get("GIT_DIR") or git.text("rev-parse", "--absolute-git-dir")
    index = str(folder / ".git-index-of-nothing")
    return git.at(folder, GIT_DIR=store, GIT_WORK_TREE=str(folder), GIT_INDEX_FILE=index)


def _write(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
