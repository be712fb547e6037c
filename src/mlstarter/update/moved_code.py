"""Where the code of a conflicting file has gone, as the template's changelog tells it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace

from mlstarter.update.merge.plan import Plan

# | `old/path.py` | `new/path.py`, `another.py` |
_ROW = re.compile(r"^\|\s*`([^`|]{1,200})`\s*\|([^|]{1,400})\|\s*$", re.MULTILINE)
_NAME = re.compile(r"`([^`]+)`")
_MOST = 1000  # rows that are read of a table that somebody else wrote
_PACKAGE = re.compile(r"^src/[^/]+/")


def new_places(changelog: str) -> dict[str, str]:
    """Return old path -> where its code is now, from the tables of a changelog's sections.

    A row is ``| `old` | `new`, `another` (words) |``; "-" stands for code that is gone.
    """
    rows = _ROW.findall(changelog)[:_MOST]
    return {old.strip(): " ".join(new.split()) for old, new in rows}


def with_new_places(plan: Plan, changelog: str, names: frozenset[str]) -> Plan:
    """Return the plan with conflicts that say where the file's code went.

    ``names`` are the paths of the new render. A table's paths are the project's, or those below
    ``src/PACKAGE/``.
    """
    places = new_places(changelog)
    if not places or not plan.conflicts:
        return plan
    reasons = {
        conflict.path: f"{conflict.reason}; {sentence}"
        for conflict in plan.conflicts
        if (sentence := _sentence(conflict.path.removeprefix(plan.prefix), places, names))
    }
    return replace(
        plan,
        conflicts=tuple(replace(c, reason=reasons.get(c.path, c.reason)) for c in plan.conflicts),
        changes=tuple(replace(c, reason=reasons.get(c.path, c.reason)) for c in plan.changes),
    )


def _sentence(path: str, places: Mapping[str, str], names: frozenset[str]) -> str:
    path = path.lstrip("/")
    package = _PACKAGE.match(path)
    below = package[0] if package else ""
    text = places.get(path) or places.get(path.removeprefix(below))
    if text is None or path in names:
        return ""
    dash = re.match(r"`?-`?\s*(?:\((.*)\))?$", text)
    if dash:
        return f"the template has no such code any more{f' ({dash[1]})' if dash[1] else ''}"
    files = [below + name if below + name in names else name for name in _NAME.findall(text)]
    return f"its code is now in {', '.join(files)}" if files else ""
