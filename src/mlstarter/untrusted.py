"""Reading YAML, JSON and TOML that somebody else wrote: bounded, and with one kind of error.

The parsers' own bounds are not enough: a few hundred bytes of YAML with aliases stand for
gigabytes, a number of a megabyte takes seconds, and deep nesting, odd dates and numbers end in
errors of a dozen kinds.
"""

from __future__ import annotations

import json
import tomllib
from typing import Any

import yaml

# Bytes of a file of answers or settings; those of real projects have a few thousand.
AT_MOST = 64 * 1024
# Values in a document, each alias counted as often as it stands for something.
_VALUES = 100_000
_DEPTH = 100
# Characters of a number: Python takes 4,300 digits, sexagesimal ones take quadratic time.
_DIGITS = 400

# The one in C, where PyYAML has it: a class of a thousand reads a thousand records.
_LOADER: type[Any] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_NUMBERS = frozenset({"tag:yaml.org,2002:int", "tag:yaml.org,2002:float"})


class Unusable(ValueError):
    """A document that is not in its format or beyond a bound; the text is a short reason."""


def parse_yaml(text: bytes | str, *, at_most: int = AT_MOST) -> Any:
    """Return what a YAML document holds: plain values, lists and mappings.

    Raises Unusable.
    """
    _check_size(text, at_most)
    try:
        loader = _LOADER(text)
        try:
            node = loader.get_single_node()
            if node is None:
                return None
            _check_node(node)
            return loader.construct_document(node)
        finally:
            loader.dispose()
    except Unusable:
        raise
    # PyYAML has no one error for a wrong value: dates, numbers and tags end in errors of Python.
    except Exception as error:
        raise Unusable("it is not YAML") from error


def parse_json(text: bytes | str, *, at_most: int = AT_MOST) -> Any:
    """Return what a JSON document holds. Raises Unusable."""
    _check_size(text, at_most)
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise Unusable("it is not JSON") from error


def parse_toml(text: bytes | str, *, at_most: int = AT_MOST) -> dict[str, Any]:
    """Return what a TOML document holds. Raises Unusable."""
    _check_size(text, at_most)
    try:
        if isinstance(text, bytes):
            text = text.decode("utf-8-sig")
        # The parser takes quadratic time for a key of many parts.
        if max((line.count(".") for line in text.splitlines()), default=0) > 10 * _DEPTH:
            raise Unusable("a key or value has too many parts")
        return tomllib.loads(text)
    except Unusable:
        raise
    except (ValueError, RecursionError) as error:
        raise Unusable(f"it is not TOML: {error}") from error


def number(value: Any) -> float | None:
    """Return a number below 1e15 in size, None for anything else: text, truth, NaN, infinity."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value) if abs(value) < 1e15 else None


def _check_size(text: bytes | str, at_most: int) -> None:
    if len(text) > at_most:
        raise Unusable(f"it is larger than {at_most // 1024} KiB")


def _check_node(root: Any) -> None:
    """Raise Unusable for a graph of nodes that stands for too much, or for itself."""
    sizes: dict[int, int] = {}
    open_nodes: set[int] = set()

    def size(node: Any, depth: int) -> int:
        if id(node) in sizes:
            return sizes[id(node)]
        if id(node) in open_nodes:
            raise Unusable("a value holds itself")
        if depth > _DEPTH:
            raise Unusable("it is nested too deeply")
        if isinstance(node, yaml.ScalarNode):
            if node.tag in _NUMBERS and len(node.value) > _DIGITS:
                raise Unusable("a number has too many digits")
            return 1
        open_nodes.add(id(node))
        if isinstance(node, yaml.MappingNode):
            inner = [part for pair in node.value for part in pair]
        else:
            inner = node.value
        total = 1 + sum(size(part, depth + 1) for part in inner)
        if total > _VALUES:
            raise Unusable("its aliases stand for too many values")
        open_nodes.discard(id(node))
        sizes[id(node)] = total
        return total

    size(root, 0)
