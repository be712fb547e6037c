"""schema.toml with what its owner wrote between the lines, when other lines of it change."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Hashable, Iterator, Mapping
from typing import Any

from mlstarter.data.errors import DataError
from mlstarter.data.schema import read_schema

_HEADER = re.compile(r"\s*\[")
Block = list[str]


def with_comments(old: str, new: str) -> str:
    """Return ``new``, a schema.toml as this package writes it, with the comments of ``old``.

    Lines that say the same stay as they were. Where ``old`` is written in a way of its own (tables
    in one line), ``new`` is returned as it is.
    """
    try:
        old_blocks = {_key_of(block): block for block in _blocks(old)}
        blocks = [_merge(old_blocks.get(_key_of(block), []), block) for block in _blocks(new)]
        result = "\n".join("".join(block).strip("\n") + "\n" for block in blocks)
        is_same = read_schema(result) == read_schema(new)
    except (tomllib.TOMLDecodeError, DataError):
        return new
    return result if is_same else new


def _blocks(text: str) -> Iterator[Block]:
    """Yield the lines before the first table, then those of each, with the comments above it."""
    block: Block = []
    for lines, values in _statements(text.splitlines(keepends=True)):
        if values is None:  # the header of a table
            start = len(block)
            while start and block[start - 1].lstrip().startswith("#"):
                start -= 1
            # What stands over everything else is about the whole file.
            start = start or len(block)
            yield block[:start]
            block = block[start:]
        block += lines
    yield block


def _statements(lines: list[str]) -> Iterator[tuple[Block, Mapping[str, Any] | None]]:
    """Yield the lines of each key, comment or blank, and what they say; None for a header."""
    place = 0
    while place < len(lines):
        if _HEADER.match(lines[place]):
            yield lines[place : place + 1], None
            place += 1
            continue
        end = place + 1
        while True:
            try:
                values = tomllib.loads("".join(lines[place:end]))
                break
            except tomllib.TOMLDecodeError:
                if end == len(lines):
                    raise
                end += 1
        yield lines[place:end], values
        place = end


def _key_of(block: Block) -> Hashable:
    """Return what tells a block apart: the table it is of, and the name of its column."""
    header = next((line.partition("#")[0].strip() for line in block if _HEADER.match(line)), "")
    name = tomllib.loads("".join(block)).get(header.strip("[] "), [{}])
    return header, name[0].get("name") if isinstance(name, list) else ""


def _merge(old: Block, new: Block) -> Block:
    """Return the lines of a block as they were, but for keys that say something else by now."""
    if not old:
        return new
    statements = {
        key: (lines, value)
        for lines, values in _statements(new)
        for key, value in (values or {}).items()
    }
    result: Block = []
    last = 0
    for lines, values in _statements(old):
        key = next(iter(values or {}), None)
        if values and key is not None:
            new_lines, value = statements.pop(key, ([], None))
            if values[key] == value:
                result += lines
            elif new_lines:
                result.append("".join(new_lines).rstrip("\n") + _comment("".join(lines)) + "\n")
        else:
            result += lines
        if values != {}:
            last = len(result)
    last = last or len(result)
    result[last:last] = [line for lines, _ in statements.values() for line in lines]
    return result


def _comment(statement: str) -> str:
    """Return the comment behind a key's value, with the blanks before it."""
    values = tomllib.loads(statement)
    for match in re.finditer(r"[ \t]*#", statement):
        try:
            if tomllib.loads(statement[: match.start()]) == values:
                return statement[match.start() :].rstrip("\n")
        except tomllib.TOMLDecodeError:
            continue
    return ""
