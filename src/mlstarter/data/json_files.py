"""JSON files: a list of objects, columns by name, or one object on each line."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from mlstarter.data import encodings
from mlstarter.data.errors import DataError
from mlstarter.data.settings import Format
from mlstarter.data.show import excerpt, quote

# Of a pair of escapes that make one letter: the first without the second, or the second alone.
_HALF_LETTER = re.compile(
    r"(?<!\\)(?:\\\\)*(\\u[dD][89abAB][0-9a-fA-F]{2}(?!\\u[dD][c-fC-F])"
    r"|(?<!\\u[dD][89abAB][0-9a-fA-F]{2})\\u[dD][c-fC-F][0-9a-fA-F]{2})"
)


DEPTH = 3  # of the objects around a list of rows that is looked for
RECORDS = '[{...}, {...}], as to_json(..., orient="records") of pandas does'


def encoding_of(data: bytes, name: str) -> str:
    """Return UTF-8, or what a mark at the start says: what JSON may be in."""
    has_mark = data[:2] in (b"\xff\xfe", b"\xfe\xff", b"\xef\xbb")
    return encodings.detect(data, name) if has_mark else "utf-8"


def decode(data: bytes, encoding: str, name: str) -> str:
    """Return a file's text; raises DataError, naming the byte, for what JSON may not be in."""
    try:
        return encodings.check(data, encoding, name)
    except DataError as error:
        raise DataError(error.message, hint="save it as UTF-8, which JSON has to be") from None


def read_records(text: str, kind: Format, name: str) -> tuple[Format, list[Mapping[str, Any]]]:
    """Return a file's records, and whether they stand in one list or one on each line."""
    if _HALF_LETTER.search(text):
        raise DataError(
            f"{excerpt(name)} holds half of a letter ({_HALF_LETTER.findall(text)[0]}), which no "
            "text can have.",
            hint="take it out: emojis were perhaps cut in two",
        )
    try:
        document = _loads(text, name)
    except RecursionError:
        document = None
    except ValueError as error:
        return "jsonl", _lines(text, name, error)
    if kind == "jsonl" and isinstance(document, dict):
        return "jsonl", [document]
    if (
        isinstance(document, dict)
        and document
        and all(isinstance(v, list) for v in document.values())
        and not (len(document) == 1 and _rows_within(document))
        and len({len(values) for values in document.values()}) == 1
    ):
        return "json", [
            dict(zip(document, row, strict=True)) for row in zip(*document.values(), strict=True)
        ]
    if (
        isinstance(document, dict)
        and document
        and all(isinstance(v, dict) for v in document.values())
        and not _rows_within(document)
    ):
        keys = list(next(iter(document.values())))
        is_row = len(document) >= 2 * len(keys) or all(map(str.isdecimal, document))
        if is_row and not all(map(str.isdecimal, keys)):
            raise DataError(
                f"{excerpt(name)} holds each row under its number or name, not in a list.",
                hint=f"write one object for each row: {RECORDS}",
            )
        if all(list(values) == keys for values in document.values()):
            return "json", [{column: document[column][key] for column in document} for key in keys]
    if not isinstance(document, list) or not all(isinstance(row, dict) for row in document):
        within = _rows_within(document)
        raise DataError(
            f"{excerpt(name)} is JSON, but no list of objects.",
            hint=f"write what stands under {quote(within)} into a file of its own"
            if within
            else f"write one object for each row: {RECORDS}",
        )
    return "json", document


def _loads(text: str, name: str) -> Any:
    """Return what a text of JSON holds; raises DataError for an object with a key twice."""

    def as_dict(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        document = dict(pairs)
        if len(document) < len(pairs):
            key = Counter(key for key, _ in pairs).most_common(1)[0][0]
            raise DataError(
                f"{excerpt(name)} has the key {quote(key)} twice in one object.",
                hint="give each value a key of its own: only the last one would be read",
            )
        return document

    return json.loads(text, object_pairs_hook=as_dict)


def _rows_within(document: Any) -> str:
    """Return the keys, from outside in, under which most rows of an object stand, or ""."""
    lists = [*_lists_within(document, [])]
    keys, _ = max(lists, key=lambda each: len(each[1]), default=([], []))
    return ".".join(keys)


def _lists_within(document: Any, keys: list[str]) -> Iterator[tuple[list[str], list[Any]]]:
    """Yield the lists of objects in an object, each with the keys that lead to it."""
    for key, value in document.items() if isinstance(document, dict) else ():
        if isinstance(value, list) and value and all(isinstance(row, dict) for row in value):
            yield [*keys, key], value
        elif len(keys) < DEPTH:
            yield from _lists_within(value, [*keys, key])


def _lines(text: str, name: str, error: ValueError) -> list[Mapping[str, Any]]:
    rows: list[Mapping[str, Any]] = []
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip():
            continue
        try:
            row = _loads(line, name)
        except (ValueError, RecursionError) as wrong:
            reason = wrong if number > 1 else error
            raise DataError(
                f"{excerpt(name)}, line {number:,}, is no JSON: {excerpt(reason, 80)}.",
                hint="write one list of objects, or one object on each line",
            ) from None
        if not isinstance(row, dict):
            raise DataError(
                f"{excerpt(name)}, line {number:,}, is JSON, but no object.",
                hint="write one object on each line: {...}",
            )
        rows.append(row)
    return rows
