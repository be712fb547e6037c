"""The part of a template's CHANGELOG.md that lies between two versions."""

from __future__ import annotations

import re

from packaging.version import InvalidVersion, Version

_HEADING = re.compile(r"^##\s+\[?v?([0-9][^\s\])]*)\]?.*$", re.MULTILINE)
_DESCRIBE_OUTPUT = re.compile(r"^(.*)-(\d+)-g[0-9a-f]+$")


def parse_version(text: str | None) -> Version | None:
    """Return the PEP 440 version that ``text`` names, or None.

    What `git describe` says of a commit after a tag (1.2.0-3-gabc1234) is a post-release.
    """
    if text is None:
        return None
    match = _DESCRIBE_OUTPUT.match(text)
    try:
        return Version(f"{match[1]}.post{match[2]}" if match else text)
    except InvalidVersion:
        return None


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
