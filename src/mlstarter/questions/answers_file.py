"""Answers in a file: YAML (so a project's own .copier-answers.yml), TOML or JSON."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from mlstarter.data_files import load_json, load_toml, load_yaml
from mlstarter.errors import AnswersError

FORMATS = (".yml", ".yaml", ".toml", ".json")


def read_answers(path: Path) -> dict[str, Any]:
    """Return the answers that the file holds, without Copier's own keys (``_commit``...).

    The name's ending says the format. Raises AnswersError where the file cannot be read, is
    not in its format, or is not a table of answers.
    """
    if path.suffix.lower() not in FORMATS:
        raise AnswersError(
            f"The answers file {path} has an ending that is not known.",
            hint=f"use one of {', '.join(FORMATS)}",
        )
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
        raise AnswersError(f"The answers file {path} cannot be read: {reason}.") from error
    try:
        answers = _parse(text, path.suffix.lower())
    except ValueError as error:
        reason = " ".join(str(error).split())
        raise AnswersError(f"The answers file {path} cannot be read: {reason}.") from error
    if not isinstance(answers, Mapping) or not all(isinstance(key, str) for key in answers):
        raise AnswersError(f"The answers file {path} does not hold a table of answers.")
    return {key: value for key, value in answers.items() if not key.startswith("_")}


def _parse(text: str, suffix: str) -> Any:
    if suffix == ".toml":
        return load_toml(text)
    if suffix == ".json":
        return load_json(text)
    return load_yaml(text) or {}


def parse_pairs(pairs: tuple[str, ...]) -> dict[str, str]:
    """Read the values of ``--data KEY=VALUE``; raises AnswersError for one without "="."""
    answers: dict[str, str] = {}
    for pair in pairs:
        name, equals, value = pair.partition("=")
        if not equals or not name.strip():
            raise AnswersError(f'"{pair}" is not KEY=VALUE.', hint="write --data target=price")
        answers[name.strip()] = value
    return answers
