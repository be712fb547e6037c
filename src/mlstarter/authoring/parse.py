"""Say whether a generated file is what its name says: YAML, TOML, JSON or Python."""

from __future__ import annotations

import ast
import json
import tomllib
import warnings
from collections.abc import Callable
from pathlib import PurePosixPath

import yaml


def parse_fault(path: str, data: bytes) -> str | None:
    """Return why a file cannot be parsed, or None where it can or nobody knows its kind."""
    suffix = PurePosixPath(path).suffix.lower()
    parsers: dict[str, Callable[[str], object]] = {
        ".py": _python,
        ".json": json.loads,
        ".ipynb": json.loads,
        ".toml": tomllib.loads,
        ".yml": _yaml,
        ".yaml": _yaml,
        ".cff": _yaml,
    }
    if suffix not in parsers:
        return None
    try:
        parsers[suffix](data.decode("utf-8"))
    except (ValueError, SyntaxError, yaml.YAMLError, RecursionError) as error:
        kind = {".py": "Python", ".ipynb": "a notebook"}.get(suffix, suffix[1:].upper())
        return f"is not valid {kind}: {' '.join(str(error).split())}"
    return None


def _python(text: str) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        ast.parse(text)


def _yaml(text: str) -> None:
    # Tags of other programs (!vault, !Ref) are no fault: only the form is judged.
    list(yaml.compose_all(text, Loader=yaml.SafeLoader))
