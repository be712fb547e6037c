"""Contents of blobs, many from one git process (``git cat-file --batch``, git-cat-file(1))."""

from __future__ import annotations

from collections.abc import Sequence

from mlstarter.git.process import Git, GitFailed


def read_blobs(git: Git, oids: Sequence[str]) -> list[bytes]:
    """Return the bytes of blobs that exist, in the order asked for.

    Raises GitFailed where one is missing: an empty file in its place would lose somebody's work.
    """
    if not oids:
        return []
    command = ("cat-file", "--batch")
    blobs = []
    contents = _contents(git.run(*command, stdin=_lines(oids)), len(oids))
    for oid, content in zip(oids, contents, strict=True):
        if content is None:
            raise GitFailed(command, git.folder, 0, f"the object {oid} is missing")
        blobs.append(content)
    return blobs


def find_blobs(git: Git, names: Sequence[str]) -> list[bytes | None]:
    """Return the bytes of blobs by id or ``commit:path``, None for each that is not there."""
    return _contents(git.call("cat-file", "--batch", stdin=_lines(names)).stdout, len(names))


def _lines(names: Sequence[str]) -> bytes:
    return "".join(f"{name}\n" for name in names).encode("utf-8", "surrogateescape")


def _contents(out: bytes, count: int) -> list[bytes | None]:
    contents: list[bytes | None] = []
    start = 0
    for _ in range(count):
        end = out.find(b"\n", start)
        words = out[start:end].split() if end >= 0 else []
        start = end + 1
        content = None
        # Id, kind and size, and then the bytes; else the name and "missing".
        if len(words) == 3 and words[2].isdigit():
            size = int(words[2])
            content = out[start : start + size] if words[1] == b"blob" else None
            start += size + 1
        contents.append(content)
    return contents
