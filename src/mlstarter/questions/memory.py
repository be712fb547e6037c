"""Answers remembered between runs, in the user's own configuration folder.

Two kinds: what is the same for every project (``remembered.json``: author, e-mail, licence)
and the last set of answers to each template (``last/``), offered as "reuse my last answers".
Secrets are never kept. A file that cannot be read counts as absent: remembering is a
convenience and must never stop anybody from starting a project.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
from pathlib import Path
from typing import Any

import platformdirs

from mlstarter.questions.model import Answers

KEPT = ("author_name", "author_email", "licence")


def folder() -> Path:
    """Return the folder that remembered answers lie in."""
    return platformdirs.user_config_path("mlstarter", appauthor=False)


def remembered() -> dict[str, Any]:
    """Return the answers that hold for every project: author, e-mail, licence."""
    found = _read(folder() / "remembered.json")
    return {name: found[name] for name in KEPT if isinstance(found.get(name), str)}


def last_answers(source: str) -> dict[str, Any]:
    """Return the answers last given to the template ``source``, empty where there are none."""
    return _read(_last_path(source))


def remember(source: str, answers: Answers) -> None:
    """Keep the answers for next time; a folder that cannot be written to is no error."""
    recorded = answers.recorded
    kept = {**remembered(), **{name: recorded[name] for name in KEPT if name in recorded}}
    with contextlib.suppress(OSError, TypeError):
        _write(folder() / "remembered.json", kept)
        _write(_last_path(source), recorded)


def _last_path(source: str) -> Path:
    digest = hashlib.sha256(source.encode()).hexdigest()[:16]
    return folder() / "last" / f"{digest}.json"


def _read(path: Path) -> dict[str, Any]:
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _write(path: Path, values: dict[str, Any]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    # Personal data: for the user's own eyes.
    text = json.dumps(values, indent=2, ensure_ascii=False) + "\n"
    partial = path.with_suffix(".part")
    partial.touch(mode=0o600)
    partial.write_text(text, encoding="utf-8")
    partial.replace(path)
