"""config.toml and schema.toml of a project that is there: what a description changes in them."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from mlstarter.data.errors import DataError
from mlstarter.data.schema import Column, Schema
from mlstarter.data.settings import KEYS, Settings
from mlstarter.escape import toml_value


def config_data(text: str) -> Mapping[str, Any]:
    """Return the section [data] of config.toml; raises DataError where it is not understood."""
    try:
        section = tomllib.loads(text).get("data", {})
    except tomllib.TOMLDecodeError as error:
        raise DataError(f"config.toml cannot be read: {error}.", hint="mend it") from error
    return section if isinstance(section, dict) else {}


def with_settings(text: str, settings: Settings) -> str:
    """Return config.toml with other settings in [data]; one that says nothing is not added."""
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
    """Return config.toml with other values in [data]; comments and everything else stay."""
    old_values, new_values = config_data(text), dict(values)
    lines = text.splitlines(keepends=True)
    start = next(
        (i for i, line in enumerate(lines) if re.match(r"\[data\]\s*(#.*)?$", line.strip())), None
    )
    if start is None:
        raise DataError("config.toml has no section [data].", hint="add one")
    end = next((i for i in range(start + 1, len(lines)) if lines[i].startswith("[")), len(lines))
    last = start
    for place in range(start + 1, end):
        match = re.match(r"(\w+)(\s*=\s*)(.*)$", lines[place].rstrip("\n"))
        if not match:
            continue
        last = place
        if match[1] in new_values:
            value = new_values.pop(match[1])
            if old_values.get(match[1]) != value:
                lines[place] = f"{match[1]}{match[2]}{toml_value(value)}{_comment(match[3])}\n"
    new_lines = [f"{key} = {toml_value(value)}\n" for key, value in new_values.items()]
    return "".join([*lines[: last + 1], *new_lines, *lines[last + 1 :]])


def _comment(rest: str) -> str:
    """Return the comment behind a value, with the blanks before it."""
    for place in [match.start() for match in re.finditer(r"\s*#", rest)]:
        try:
            tomllib.loads(f"x = {rest[:place]}")
        except tomllib.TOMLDecodeError:
            continue
        return rest[place:]
    return ""


def merge(old: Schema, new: Schema) -> Schema:
    """Return the new schema with what its owner has written about columns that are still there.

    A feature that was left out stays out; a column that was left out by the owner does too.
    """
    columns = {c.name for c in (*new.features, *new.dates, new.target)} | set(new.exclude)
    own_columns = {c.name: c for c in old.features}
    exclude = {
        name: reason
        for name, reason in {**new.exclude, **old.exclude}.items()
        if name in columns and name not in own_columns
    }
    features = [
        own_columns.pop(column.name, column)
        for column in new.features
        if column.name not in old.exclude
    ]
    # What the owner made a feature though it was proposed to leave it out.
    features += [
        c for c in own_columns.values() if c.name in new.exclude and c.name != new.target.name
    ]
    target = new.target
    if old.target.name == target.name:
        target = replace(
            target,
            title=old.target.title or target.title,
            unit=old.target.unit or target.unit,
            description=old.target.description,
            positive=old.target.positive or target.positive,
        )
    return replace(
        new,
        row=old.row or new.row,
        target=target,
        exclude=exclude,
        features=_without_target(features, target),
    )


def _without_target(features: list[Column], target: Column) -> tuple[Column, ...]:
    return tuple(column for column in features if column.name != target.name)
