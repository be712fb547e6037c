"""Reads TOML into frozen dataclasses; what a file gets wrong is one line that names the key.

`settings.py` declares the sections of this project's config.toml.
"""

from __future__ import annotations

import difflib
import tomllib
from collections.abc import Mapping
from dataclasses import MISSING, dataclass, fields, is_dataclass
from pathlib import Path
from typing import Any, Literal, TypeVar, get_args, get_origin, get_type_hints

from .errors import ProjectError

C = TypeVar("C")
WORDS = {bool: "true or false", int: "a whole number", float: "a number", str: "a text"}


@dataclass(frozen=True)
class DataConfig:
    """Where the data come from; `data.lock` says which bytes they were."""

    source: Literal["sample", "kaggle", "local"]
    kaggle: str = ""
    path: str = ""
    licence: str = ""
    max_rows: int = 200_000


def read_toml(cls: type[C], path: Path) -> C:
    """Read a TOML file into the dataclass ``cls``.

    Raises ``ProjectError`` if the file is missing or not TOML, or a key is unknown, missing or
    of the wrong type.
    """
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except FileNotFoundError:
        hint = "run the command in the project's own folder"
        raise ProjectError(f"{path.name} was not found in {path.parent.resolve()}", hint) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ProjectError(f"{path.name} is not valid TOML: {error}") from None
    value: C = _dataclass(cls, table, "", path.name)
    return value


def _dataclass(cls: Any, table: Mapping[str, Any], section: str, file: str) -> Any:
    kinds = get_type_hints(cls)
    for key in table:
        if key not in kinds:
            near = difflib.get_close_matches(key, kinds, n=1)
            hint = f"did you mean {section}{near[0]}?" if near else f"known: {', '.join(kinds)}"
            raise ProjectError(f"{file} has an unknown key: {section}{key}", hint)
    values = {}
    for field in fields(cls):
        where = f"{section}{field.name}"
        if field.name in table:
            values[field.name] = _value(kinds[field.name], table[field.name], where, file)
        elif field.default is MISSING and field.default_factory is MISSING:
            raise ProjectError(f"{file} lacks the key {where}", f"add {where} to {file}")
    return cls(**values)


def _value(kind: Any, value: Any, where: str, file: str) -> Any:
    """Return ``value`` as the annotated ``kind``, or raise ``ProjectError`` naming the key."""
    if is_dataclass(kind) and isinstance(value, dict):
        return _dataclass(kind, value, f"{where}.", file)
    origin, parameters = get_origin(kind), get_args(kind)
    if origin is Literal:
        if value in parameters and isinstance(value, str):
            return value
        expected = "one of " + ", ".join(map(repr, parameters))
    elif origin is tuple and isinstance(value, list):
        return tuple(
            _value(parameters[0], item, f"{where}[{i}]", file) for i, item in enumerate(value)
        )
    elif origin is dict and isinstance(value, dict):
        return {
            key: _value(parameters[1], item, f"{where}.{key}", file) for key, item in value.items()
        }
    elif kind is float and isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    elif type(value) is kind:
        return value
    else:
        expected = WORDS.get(kind, "a table" if is_dataclass(kind) or origin is dict else "a list")
    raise ProjectError(f"{file}: {where} must be {expected}, not {value!r}")
