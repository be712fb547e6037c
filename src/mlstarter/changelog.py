"""The part of a template's CHANGELOG.md that lies between two versions."""

from __future__ import annotations

import re

from mlstarter.versions import parse_version

_HEADING = re.compile(r"^##\s+\[?v?([0-9][^\s\])]*)\]?.*$", re.MULTILINE)


def between(text: str, old: str | None, new: str | None) -> str:
    """Return the sections of a changelog for versions after ``old`` up to ``new``.

    A section starts with a heading such as ``## 1.2.0`` or ``## [1.2.0] - 2026-11-01``.
    """
    after, last = parse_version(old), parse_version(new)
    headings = list(_HEADING.finditer(text))
    ends = [heading.start() for heading in headings[1:]] + [len(text)]
    sections = []
    for heading, end in zip(headings, ends, strict=True):
        version = parse_version(heading[1])
        if version is None or (after is not None and version <= after):
            continue
        if last is None or version <= last:
            sections.append(text[heading.start() : end].strip())
    return "\n\n".join(sections)
