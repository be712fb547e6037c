"""Quoting for SQL: names and texts of any kind, so that no file or column is a surprise."""

from __future__ import annotations


def identifier(name: str) -> str:
    """Return the name of a column or table in double quotes."""
    return '"' + name.replace('"', '""') + '"'


def text(value: object) -> str:
    """Return a text, or a path, in single quotes."""
    return "'" + str(value).replace("'", "''") + "'"
