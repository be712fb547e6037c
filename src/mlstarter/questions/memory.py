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

from mlstarter import settings
from mlstarter.bounds import MAX_RECORD_BYTES
from mlstarter.data_files import load_json
from mlstarter.files import read_file
from mlstarter.questions.model import Answers

SAME_EVERYWHERE = ("author_name", "author_email", "licence")


def remembered_answers() -> dict[str, Any]:
    """Return the answers that hold for every project: author, e-mail, licence.

    An empty one is no answer that holds elsewhere: a template may well have a better default.
    """
    own = settings.folder()
    values = {} if own is None else _read_json(own / "remembered.json")
    return {name: values[name] for name in SAME_EVERYWHERE if _is_filled(values.get(name))}


def last_answers(source: str) -> dict[str, Any]:
    """Return the answers last given to the template ``source``, empty where there are none."""
    own = settings.folder()
    return {} if own is None else _read_json(_last_path(own, source))


def remember(source: str, answers: Answers) -> None:
    """Keep the answers for next time; a folder that cannot be written to is no error."""
    own = settings.folder()
    if own is None:
        return
    values = answers.for_record
    personal = {name: values[name] for name in SAME_EVERYWHERE if _is_filled(values.get(name))}
    with contextlib.suppress(OSError, TypeError, ValueError):
        _write(own / "remembered.json", {**remembered_answers(), **personal})
        _write(_last_path(own, source), values)


def _is_filled(value: object) -> bool:
    return isinstance(value, str) and bool(value.strip())


def _last_path(own: Path, source: str) -> Path:
    digest = hashlib.sha256(source.encode("utf-8", "surrogateescape")).hexdigest()[:16]
    return own / "last" / f"{digest}.json"


def _read_json(path: Path) -> dict[str, Any]:
    try:
        values = load_json(read_file(path, MAX_RECORD_BYTES))
    except (OSError, ValueError):
        return {}
    return values if isinstance(values, dict) else {}


def _write(path: Path, values: dict[str, Any]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    # Personal data: for the user's own eyes.
    text = json.dumps(values, indent=2, ensure_ascii=False) + "\n"
    partial = path.with_suffix(".part")
    partial.touch(mode=0o600)
    partial.write_text(text, encoding="utf-8")
    partial.replace(path)
