"""Read YAML, JSON and TOML that somebody else wrote: bounded in size, depth and expansion.

An alias of YAML stands for everything it names, so that a few hundred bytes can stand for more
values than a machine holds; it is the written-out number that counts here.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterator
from typing import Any

import yaml

from mlstarter.bounds import MAX_DEPTH, MAX_NODES, MAX_RECORD_BYTES, check_depth

# PyYAML's parser in C, where it has it: ten times faster.
FAST_LOADER: type[Any] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def load_yaml(text: str | bytes, *, limit: int = MAX_RECORD_BYTES) -> Any:
    """Return the one document of ``text``.

    Raises:
        ValueError: it is not YAML, or beyond a bound.
    """
    try:
        documents = list(yaml_documents(text, FAST_LOADER, limit=limit))
    except yaml.YAMLError as error:
        raise ValueError(" ".join(str(error).split())) from error
    if len(documents) > 1:
        raise ValueError("it holds several documents")
    return documents[0] if documents else None


def yaml_documents(
    text: str | bytes, loader: type[Any], *, limit: int = MAX_RECORD_BYTES
) -> Iterator[Any]:
    """Yield the documents of ``text``, as ``yaml.load_all`` does with a safe ``loader``.

    Raises:
        yaml.YAMLError: it is not YAML.
        ValueError: it is beyond a bound, or holds itself.
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
        raise ValueError(f"it is nested more than {MAX_DEPTH} levels deep") from error
    except (AttributeError, IndexError, KeyError, OverflowError, TypeError) as error:
        # PyYAML's own checks have gaps: `!!timestamp x`, `!!int _`, an unhashable key of a set.
        raise ValueError(f"it holds a value that cannot be read: {error}") from error


def load_json(text: str | bytes, *, limit: int = MAX_RECORD_BYTES) -> Any:
    """Return what the JSON in ``text`` says.

    Raises:
        ValueError: it is not JSON, or beyond a bound.
    """
    _check_length(text, limit)
    try:
        value = json.loads(text)
    except RecursionError as error:
        raise ValueError(f"it is nested more than {MAX_DEPTH} levels deep") from error
    check_depth(value)
    return value


def load_toml(text: str | bytes, *, limit: int = MAX_RECORD_BYTES) -> dict[str, Any]:
    """Return what the TOML in ``text`` says.

    Raises:
        ValueError: it is not TOML, or beyond a bound.
    """
    _check_length(text, limit)
    try:
        value = tomllib.loads(text if isinstance(text, str) else text.decode("utf-8-sig"))
    except (RecursionError, AttributeError, TypeError, OverflowError) as error:
        raise ValueError("it holds what cannot be read") from error
    check_depth(value)
    return value


def _check_length(text: str | bytes, limit: int) -> None:
    if len(text) > limit:
        raise ValueError(f"it is larger than {limit // 1000} kB")


def _check_node(root: Any) -> None:
    """Refuse a document whose written-out form has too many values or levels, or never ends."""
    # For each node seen: its values and levels with every alias written out; None on the way.
    sizes: dict[int, tuple[int, int] | None] = {}
    stack = [(root, False)]
    while stack:
        node, ready = stack.pop()
        parts = _parts(node)
        if ready:
            measured = [sizes[id(part)] or (0, 0) for part in parts]
            count = 1 + sum(size for size, _ in measured)
            depth = 1 + max((levels for _, levels in measured), default=0)
            if count > MAX_NODES:
                raise ValueError(f"it holds more than {MAX_NODES} values")
            if depth > MAX_DEPTH:
                raise ValueError(f"it is nested more than {MAX_DEPTH} levels deep")
            sizes[id(node)] = count, depth
        elif id(node) not in sizes:
            sizes[id(node)] = None
            stack.append((node, True))
            for part in parts:
                if sizes.get(id(part), ...) is None:
                    raise ValueError("a value in it holds itself")
                stack.append((part, False))


def _parts(node: Any) -> list[Any]:
    if isinstance(node, yaml.MappingNode):
        return [part for pair in node.value for part in pair]
    return list(node.value) if isinstance(node, yaml.SequenceNode) else []
