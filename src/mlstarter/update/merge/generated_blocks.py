"""Parts of a file that the project's own commands write are no edit of anybody's.

Such a part stands between ``<!-- NAME:begin -->`` and ``<!-- NAME:end -->``. Where base, project
and template all have it, the project's content stays, whatever a new template shows in its place.
"""

from __future__ import annotations

import re
from collections import Counter

BLOCK = re.compile(rb"(<!-- (\w+):begin -->[^\n]*\n)(.*?)(<!-- \2:end -->)", re.DOTALL)


def blocks(text: bytes) -> dict[bytes, bytes]:
    """Return the content of each block that stands in a text once, by name."""
    pairs = [(match[2], match[3]) for match in BLOCK.finditer(text)]
    count = Counter(name for name, _ in pairs)
    return {name: content for name, content in pairs if count[name] == 1}


def with_blocks(text: bytes, contents: dict[bytes, bytes]) -> bytes:
    """Return a text with other contents in its blocks."""

    def fill(match: re.Match[bytes]) -> bytes:
        return match[1] + contents.get(match[2], match[3]) + match[4]

    return BLOCK.sub(fill, text)


def same_blocks(base: bytes, ours: bytes, theirs: bytes) -> tuple[bytes, bytes]:
    """Return base and theirs with what ours has in those blocks that all three have."""
    contents = blocks(ours)
    common = blocks(base).keys() & contents.keys() & blocks(theirs).keys()
    ours_alone = {name: contents[name] for name in common}
    return with_blocks(base, ours_alone), with_blocks(theirs, ours_alone)
