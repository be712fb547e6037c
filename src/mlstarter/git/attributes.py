"""Every ``.gitattributes`` of a tree as one file for a repository's ``info/attributes``.

git before 2.43 reads no attributes from a tree when there is no work tree, so a line such as
``*.md merge=union`` would count on a laptop and not in a cohort's bare repository.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

_MARKER_SIZE = re.compile(rb"(?:^|(?<=\s))conflict-marker-size=(?![0-9]{1,2}(?:\s|$))\S*")


def flatten(files: Mapping[str, bytes]) -> bytes:
    """Return one attributes file that means what ``files`` (path -> bytes) mean together.

    A pattern in a sub-folder is rewritten to start at the root. Files nearer to the root come
    first: the last match wins, and a deeper file outranks a higher one (gitattributes(5)).
    """
    lines: list[bytes] = []
    for path in sorted(files, key=lambda path: (path.count("/"), path)):
        folder = path.rpartition("/")[0].encode("utf-8", "surrogateescape")
        for raw in files[path].splitlines():
            line = raw.strip()
            if not line or line.startswith(b"#"):
                continue
            if line.startswith(b"[attr]"):
                if not folder:  # a macro counts only at the root
                    lines.append(line)
                continue
            pattern, rest = _split(line)
            # A marker of a million characters would fill the memory with each conflict.
            rest = _MARKER_SIZE.sub(b"", rest)
            if b"filter=" in rest and b"merge=union" not in rest:
                # What git stores of such a file is a pointer: half of one and half of another
                # would point nowhere.
                rest += b" -merge"
            lines.append(_quote(_from_root(pattern, folder)) + b" " + rest)
    return b"".join(line + b"\n" for line in lines)


def _split(line: bytes) -> tuple[bytes, bytes]:
    """Return a line's pattern, unquoted, and its attributes."""
    if not line.startswith(b'"'):
        pattern, _, rest = line.replace(b"\t", b" ").partition(b" ")
        return pattern, rest.strip()
    end = 1
    while end < len(line) and line[end : end + 1] != b'"':
        end += 2 if line[end : end + 1] == b"\\" else 1
    pattern = line[1:end].replace(b'\\"', b'"').replace(b"\\\\", b"\\")
    return pattern, line[end + 1 :].strip()


def _from_root(pattern: bytes, folder: bytes) -> bytes:
    if not folder:
        return pattern
    here = b"/" + b"".join(b"\\" + c if c in b"*?[\\" else c for c in _bytes(folder)) + b"/"
    if b"/" in pattern:
        return here + pattern.lstrip(b"/")
    return here + b"**/" + pattern


def _bytes(text: bytes) -> list[bytes]:
    return [text[i : i + 1] for i in range(len(text))]


def _quote(pattern: bytes) -> bytes:
    if b" " not in pattern and b"\t" not in pattern and not pattern.startswith(b'"'):
        return pattern
    return b'"' + pattern.replace(b"\\", b"\\\\").replace(b'"', b'\\"') + b'"'
