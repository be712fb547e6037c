"""Turn what somebody typed, or a file holds, into a value of the question's type.

The types and their rules are Copier's: str, int, float, bool, json, yaml and path.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping
from typing import Any

import yaml

from mlstarter.data_files import load_json, load_yaml

TRUE = frozenset({"y", "yes", "t", "true", "on"})
FALSE = frozenset({"n", "no", "f", "false", "off", "~", "null", "none", ""})


def to_bool(value: Any) -> bool:
    """Read a truth value as Copier does: a number, a YAML word, else Python's own rule."""
    try:
        return bool(float(value))
    except (TypeError, ValueError):
        pass
    if isinstance(value, str):
        word = value.strip().lower()
        if word in TRUE:
            return True
        if word in FALSE:
            return False
    return bool(value)


def _strict_bool(value: Any) -> bool:
    if isinstance(value, bool | int | float):
        return bool(value)
    if isinstance(value, str) and value.strip().lower() in TRUE | FALSE - {""} | {"0", "1"}:
        return to_bool(value)
    raise ValueError("say yes or no")


def _to_str(value: Any) -> str:
    if isinstance(value, bool):
        return str(value)
    if isinstance(value, str | int | float):
        return _whole_letters(str(value))
    raise ValueError("a text is needed")


def _whole_letters(text: str) -> str:
    """Return a text without halves of letters: what Python makes of bytes on the command line.

    Where the system says that it knows ASCII alone, they may be UTF-8 all the same.
    """
    if text.isascii() or not any("\ud800" <= letter <= "\udfff" for letter in text):
        return text
    try:
        return text.encode("utf-8", "surrogateescape").decode("utf-8")
    except UnicodeError as error:
        raise ValueError("it is not text in UTF-8") from error


def _to_int(value: Any) -> int:
    try:
        if isinstance(value, float) and not value.is_integer():
            raise ValueError
        return int(value)
    except (TypeError, ValueError, OverflowError) as error:
        raise ValueError("a whole number is needed") from error


def _to_float(value: Any) -> float:
    try:
        number = float(value)
    except (TypeError, ValueError, OverflowError) as error:
        raise ValueError("a number is needed") from error
    if not math.isfinite(number):
        raise ValueError("a finite number is needed")
    return number


def _to_json(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    try:
        return load_json(value)
    except ValueError as error:
        raise ValueError("this is not JSON") from error


def _to_yaml(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    try:
        return load_yaml(value)
    except ValueError as error:
        raise ValueError("this is not YAML") from error


CASTS: Mapping[str, Callable[[Any], Any]] = {
    "str": _to_str,
    "path": _to_str,
    "int": _to_int,
    "float": _to_float,
    "bool": _strict_bool,
    "json": _to_json,
    "yaml": _to_yaml,
}


def cast(value: Any, type_name: str) -> Any:
    """Cast ``value`` to a question's type; raises ValueError saying what is needed instead."""
    if value is None and type_name not in {"json", "yaml"}:
        raise ValueError("an answer is needed")
    return CASTS[type_name](value)


def as_list(value: Any) -> list[Any]:
    """Read the answer to a question with several answers: a list, or one written as YAML.

    ``a, b`` without brackets is taken as a list of two, for the command line.
    """
    if isinstance(value, list | tuple):
        return list(value)
    if not isinstance(value, str):
        raise ValueError("a list is needed")  # noqa: TRY004 - a complaint about the answer
    text = value.strip()
    items = _to_yaml(text if text.startswith("[") else f"[{text}]")
    if not isinstance(items, list):
        raise ValueError("a list is needed")  # noqa: TRY004 - a complaint about the answer
    return items


def as_text(value: Any, type_name: str, *, multiline: bool = False) -> str:
    """Write a value as it would be typed: the text that stands in a prompt."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if type_name == "json":
        return json.dumps(value, indent=2 if multiline else None)
    if type_name == "yaml" and not isinstance(value, str):
        text: str = yaml.safe_dump(value, default_flow_style=not multiline, width=10**6)
        return text.removesuffix("...\n").strip()
    return str(value)
