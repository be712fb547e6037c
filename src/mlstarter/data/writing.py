"""config.toml and schema.toml of a project that is there: what a description changes in them."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from mlstarter.data.errors import DataError
from mlstarter.data.schema import Column, Schema
from mlstarter.data.settings import KEYS, Settings
from mlstarter.escape import toml_value

_SECTION = re.compile(r"\s*\[\s*data\s*\]\s*(#.*)?$")
_KEY = re.compile(r"""\s*(["']?)(\w+)\1\s*=\s*""")


def config_data(text: str) -> Mapping[str, Any]:
    """Return the section [data] of config.toml; raises DataError where it is not understood."""
    try:
        section = tomllib.loads(text).get("data", {})
    except tomllib.TOMLDecodeError as error:
        raise DataError(f"config.toml cannot be read: {error}.", hint="mend it") from error
    return section if isinstance(section, dict) else {}


def with_settings(text: str, settings: Settings) -> str:
    """Return config.toml with other settings in [data]; one that says nothing is left out."""
    old_values = config_data(text)
    plain = Settings()
    return with_data(
        text,
        {
            key: getattr(settings, key)
            for key in ("path", *KEYS)
            if key in old_values or getattr(settings, key) != getattr(plain, key)
        },
    )


def with_data(text: str, values: Mapping[str, Any]) -> str:
    """Return config.toml with other values in [data]; comments and everything else stay.

    Raises DataError where it is written in a way that cannot be changed so.
    """
    old_values, new_values = config_data(text), dict(values)
    lines = text.splitlines(keepends=True)
    start = next((i for i, line in enumerate(lines) if _SECTION.match(line)), None)
    if start is None:
        raise DataError("config.toml has no section [data].", hint="add one")
    new_lines = lines[: start + 1]
    place = last = start + 1
    while place < len(lines) and not lines[place].lstrip().startswith("["):
        match = _KEY.match(lines[place])
        end = _end_of_value(lines, place) if match else place + 1
        key = match[2] if match else ""
        if match and key in new_values and old_values.get(key) != (value := new_values.pop(key)):
            old_text = "".join(lines[place:end])[match.end() :].rstrip()
            new_lines.append(f"{match[0]}{toml_value(value)}{_comment(old_text)}\n")
        else:
            new_lines += lines[place:end]
        place = end
        last = len(new_lines) if match else last
    new_values = {key: value for key, value in new_values.items() if old_values.get(key) != value}
    if not new_lines[last - 1].endswith("\n"):
        new_lines[last - 1] += "\n"
    other_lines = [f"{key} = {toml_value(value)}\n" for key, value in new_values.items()]
    result = "".join([*new_lines[:last], *other_lines, *new_lines[last:], *lines[place:]])
    _require_values(result, {**old_values, **values}, [*values])
    return result


def _end_of_value(lines: list[str], start: int) -> int:
    """Return the line behind a key's value, which may go over several lines."""
    for end in range(start + 1, len(lines) + 1):
        try:
            tomllib.loads("".join(lines[start:end]))
        except tomllib.TOMLDecodeError:
            continue
        return end
    return start + 1


def _require_values(text: str, values: Mapping[str, Any], keys: list[str]) -> None:
    """Raise DataError where a changed config.toml does not say what it should."""
    try:
        if tomllib.loads(text).get("data") == values:
            return
    except tomllib.TOMLDecodeError:
        pass
    raise DataError(
        f"[data] of config.toml is written in a way in which {', '.join(keys)} cannot be changed.",
        hint="write each of them on a line of its own below [data]: path = ...",
    )


def _comment(rest: str) -> str:
    """Return the comment behind a value, with the blanks before it."""
    for place in [match.start() for match in re.finditer(r"\s*#", rest)]:
        try:
            tomllib.loads(f"x = {rest[:place]}")
        except tomllib.TOMLDecodeError:
            continue
        return rest[place:]
    return ""


def merge(old: Schema, new: Schema, fits: Callable[[Column], bool] = lambda _: True) -> Schema:
    """Return the new schema with what its owner has written about columns that are still there.

    A feature that was left out stays out; a column that was left out by the owner does too. Of one
    that ``fits`` no more only the words stay: how it is read is new.
    """
    columns = {c.name for c in (*new.features, *new.dates, new.target)} | set(new.exclude)
    own_columns = {
        c.name: c
        for c in old.features
        if c.name in columns and (c.name not in new.exclude or fits(c))
    }
    exclude = {
        name: reason
        for name, reason in {**new.exclude, **old.exclude}.items()
        if name in columns and name not in own_columns
    }
    features = [
        _merge_column(own_columns.pop(column.name, column), column, fits)
        for column in new.features
        if column.name not in old.exclude
    ]
    # What the owner made a feature though it was proposed to leave it out.
    features += [
        c for c in own_columns.values() if c.name in new.exclude and c.name != new.target.name
    ]
    target = new.target
    if old.target.name == target.name:
        missing = dict.fromkeys((*old.target.missing, *target.missing))
        target = replace(
            _with_words(target, old.target),
            positive=target.positive,
            missing=tuple(missing),
        )
    old_dates = {date.name: date for date in old.dates}
    return replace(
        new,
        row=old.row or new.row,
        target=target,
        exclude=exclude,
        features=_without_target(features, target),
        dates=tuple(_with_words(date, old_dates.get(date.name, date)) for date in new.dates),
    )


def _merge_column(own: Column, new: Column, fits: Callable[[Column], bool]) -> Column:
    """Return a column as its owner wrote it, or with its words alone where that fits no more."""
    return own if own == new or fits(own) else _with_words(new, own)


def _with_words(column: Column, own: Column) -> Column:
    """Return a column with what its owner called it."""
    return replace(
        column,
        title=own.title or column.title,
        unit=own.unit or column.unit,
        description=own.description or column.description,
    )


def _without_target(features: list[Column], target: Column) -> tuple[Column, ...]:
    return tuple(column for column in features if column.name != target.name)
