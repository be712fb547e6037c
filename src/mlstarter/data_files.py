"""Read YAML, JSON and TOML that somebody else wrote: bounded, and with one kind of error.

The parsers' own bounds are not enough. An alias of YAML stands for everything it names, so that a
few hundred bytes can stand for more values than a machine holds (the written-out number counts
here); a number of a megabyte takes seconds, and deep nesting, odd dates and numbers end in errors
of a dozen kinds.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterator
from typing import Any

import yaml

from mlstarter.bounds import MAX_DEPTH, MAX_DIGITS, MAX_KEY_PARTS, MAX_NODES, MAX_RECORD_BYTES

# PyYAML's parser in C, where it has it: ten times faster.
FAST_LOADER: type[Any] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_TOO_DEEP = f"it is nested more than {MAX_DEPTH} levels deep"
_NUMBERS = frozenset({"tag:yaml.org,2002:int", "tag:yaml.org,2002:float"})


class Unusable(ValueError):
    """A document that is not in its format or beyond a bound; the text is a short reason."""


class BoundedLoader(yaml.SafeLoader):
    """PyYAML's safe parser in Python, for what has to be read as Python programs read it.

    For each token it looks at every bracket that is open, so that a few hundred levels, which
    are refused once they are read, take a second for each 8 kB.
    """

    def fetch_flow_collection_start(self, TokenClass: Any) -> None:
        """Refuse a bracket in more than ``MAX_DEPTH`` others as soon as it is met."""
        if self.flow_level >= MAX_DEPTH:
            raise Unusable(_TOO_DEEP)
        super().fetch_flow_collection_start(TokenClass)


def load_yaml(text: str | bytes, *, limit: int = MAX_RECORD_BYTES) -> Any:
    """Return the one document of ``text``.

    Raises:
        Unusable: it is not YAML, or beyond a bound.
    """
    try:
        documents = list(yaml_documents(text, FAST_LOADER, limit=limit))
    except yaml.YAMLError as error:
        raise Unusable(f"it is not YAML: {' '.join(str(error).split())}") from error
    except Unusable:
        raise
    except ValueError as error:  # a date of the 40th of May
        raise Unusable(f"it holds a value that cannot be read: {error}") from error
    if len(documents) > 1:
        raise Unusable("it holds several documents")
    return documents[0] if documents else None


def yaml_documents(
    text: str | bytes, loader: type[Any], *, limit: int = MAX_RECORD_BYTES
) -> Iterator[Any]:
    """Yield the documents of ``text``, as ``yaml.load_all`` does with a safe ``loader``.

    Raises:
        yaml.YAMLError: it is not YAML.
        Unusable: it is beyond a bound, or holds itself.
    """
    _check_length(text, limit)
    try:
        reader = loader(text)
        try:
            while reader.check_node():
                node = reader.get_node()
                _check_node(node)
                yield reader.construct_document(node)
        finally:
            reader.dispose()
    except RecursionError as error:
        raise Unusable(_TOO_DEEP) from error
    except (AttributeError, IndexError, KeyError, OverflowError, TypeError) as error:
        # PyYAML's own checks have gaps: `!!timestamp x`, `!!int _`, an unhashable key of a set.
        raise Unusable(f"it holds a value that cannot be read: {error}") from error


def load_json(text: str | bytes, *, limit: int = MAX_RECORD_BYTES) -> Any:
    """Return what the JSON in ``text`` says.

    Raises:
        Unusable: it is not JSON, or beyond a bound.
    """
    _check_length(text, limit)
    try:
        value = json.loads(text)
    except RecursionError as error:
        raise Unusable(_TOO_DEEP) from error
    except ValueError as error:
        raise Unusable(_reason(error, "JSON")) from error
    check_depth(value)
    return value


def load_toml(text: str | bytes, *, limit: int = MAX_RECORD_BYTES) -> dict[str, Any]:
    """Return what the TOML in ``text`` says.

    Raises:
        Unusable: it is not TOML, or beyond a bound.
    """
    _check_length(text, limit)
    try:
        text = text if isinstance(text, str) else text.decode("utf-8-sig")
        # The parser takes quadratic time for a key of many parts.
        if max((line.count(".") for line in text.splitlines()), default=0) > MAX_KEY_PARTS:
            raise Unusable("a key or value has too many parts")
        value = tomllib.loads(text)
    except RecursionError as error:
        raise Unusable(_TOO_DEEP) from error
    except (AttributeError, TypeError, OverflowError) as error:
        raise Unusable("it holds what cannot be read") from error
    except Unusable:
        raise
    except ValueError as error:
        raise Unusable(_reason(error, "TOML")) from error
    check_depth(value)
    return value


def _reason(error: ValueError, format_name: str) -> str:
    words = str(error)
    if "integer string conversion" in words:
        return "a number has too many digits"
    if "UTF-8 BOM" in words:
        return "it begins with a byte-order mark, which JSON does not take"
    return f"it is not {format_name}: {words}"


def _check_length(text: str | bytes, limit: int) -> None:
    if len(text) > limit:
        raise Unusable(f"it is larger than {limit // 1000} kB")


def _check_node(root: Any) -> None:
    """Refuse a document whose written-out form has too many values or levels, or never ends."""
    # For each node seen: its values and levels with every alias written out; None on the way.
    sizes: dict[int, tuple[int, int] | None] = {}
    # A node with its parts where they were looked at before.
    stack: list[tuple[Any, list[Any] | None]] = [(root, None)]
    while stack:
        node, parts = stack.pop()
        if parts is not None:
            inner_sizes = [sizes[id(part)] or (0, 0) for part in parts]
            count = 1 + sum(size for size, _ in inner_sizes)
            depth = 1 + max(levels for _, levels in inner_sizes)
            if count > MAX_NODES:
                raise Unusable(f"it holds more than {MAX_NODES} values")
            if depth > MAX_DEPTH:
                raise Unusable(_TOO_DEEP)
            sizes[id(node)] = count, depth
        elif id(node) not in sizes:
            # Sexagesimal numbers take quadratic time.
            if node.tag in _NUMBERS and len(node.value) > MAX_DIGITS:
                raise Unusable("a number has too many digits")
            parts = _parts(node)
            if not parts:
                sizes[id(node)] = 1, 1
                continue
            sizes[id(node)] = None
            stack.append((node, parts))
            for part in parts:
                if sizes.get(id(part), ...) is None:
                    raise Unusable("a value in it holds itself")
                stack.append((part, None))


def _parts(node: Any) -> list[Any]:
    if isinstance(node, yaml.MappingNode):
        return [part for pair in node.value for part in pair]
    return list(node.value) if isinstance(node, yaml.SequenceNode) else []


def check_depth(value: Any) -> None:
    """Refuse a parsed value with too many or too deeply nested parts.

    Raises:
        Unusable: it has more than ``MAX_NODES`` values or ``MAX_DEPTH`` levels.
    """
    pending = [(value, 1)]
    count = 0
    while pending:
        item, depth = pending.pop()
        count += 1
        if depth > MAX_DEPTH:
            raise Unusable(_TOO_DEEP)
        if count > MAX_NODES:
            raise Unusable(f"it holds more than {MAX_NODES} values")
        if isinstance(item, dict):
            pending += [(part, depth + 1) for part in item.values()]
        elif isinstance(item, list):
            pending += [(part, depth + 1) for part in item]


def number(value: Any) -> float | None:
    """Return a number below 1e15 in size, None for anything else: text, truth, NaN, infinity."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value) if abs(value) < 1e15 else None
