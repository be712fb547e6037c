"""Answers in a file: YAML (so a project's own .copier-answers.yml), TOML or JSON."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from mlstarter.bounds import MAX_RECORD_BYTES
from mlstarter.data_files import load_json, load_toml, load_yaml
from mlstarter.errors import AnswersError
from mlstarter.files import read_file

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
        data = read_file(path, MAX_RECORD_BYTES)
        # One that is too large may be cut within a letter: the parser refuses it by its length.
        if len(data) <= MAX_RECORD_BYTES:
            data.decode("utf-8-sig")
        answers = _parse(data, path.suffix.lower())
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
        raise _unreadable(path, str(reason)) from error
    except ValueError as error:
        raise _unreadable(path, " ".join(str(error).split())) from error
    if not isinstance(answers, Mapping) or not all(isinstance(key, str) for key in answers):
        raise AnswersError(
            f"The answers file {path} does not hold a table of answers.",
            hint="write one answer a line, such as target: price",
        )
    return {key: value for key, value in answers.items() if not key.startswith("_")}


def _unreadable(path: Path, reason: str) -> AnswersError:
    return AnswersError(
        f"The answers file {path} cannot be read: {reason}.",
        hint="name a file of answers, such as a project's .copier-answers.yml",
    )


def _parse(data: bytes, suffix: str) -> Any:
    if suffix == ".toml":
        return load_toml(data)
    if suffix == ".json":
        return load_json(data)
    return load_yaml(data) or {}


def parse_pairs(pairs: tuple[str, ...]) -> dict[str, str]:
    """Read the values of ``--data KEY=VALUE``; raises AnswersError for one without "="."""
    answers: dict[str, str] = {}
    for pair in pairs:
        name, equals, value = pair.partition("=")
        if not equals or not name.strip():
            raise AnswersError(f'"{pair}" is not KEY=VALUE.', hint="write --data target=price")
        answers[name.strip()] = value
    return answers
