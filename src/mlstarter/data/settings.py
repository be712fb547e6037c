"""How a file is read: the keys of ``[data]`` in a project's config.toml."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Any, Literal, cast

from mlstarter.data.errors import DataError

Format = Literal["csv", "excel", "parquet", "json", "jsonl", "sqlite", "duckdb"]
FORMATS: tuple[Format, ...] = ("csv", "excel", "parquet", "json", "jsonl", "sqlite", "duckdb")
SPELLINGS = {"tab": "\t", "\\t": "\t", "space": " ", "none": ""}


@dataclass(frozen=True, slots=True)
class Settings:
    """How one file is read.

    ``path`` is relative to the project, or ``env:NAME``. ``thousands`` " " stands for any white
    space, "'" for the curly one too. ``skip_lines`` are lines before the header; without
    ``header`` the columns are called column_1, column_2, ...
    """

    path: str = ""
    format: Format = "csv"
    encoding: str = "utf-8"
    separator: str = ","
    quote: str = '"'
    escape: str = ""
    decimal: str = "."
    thousands: str = ""
    table: str = ""
    skip_lines: int = 0
    comment: str = ""
    header: bool = True

    def non_defaults(self) -> dict[str, Any]:
        """Return the keys that differ from their defaults, ``path`` left out."""
        plain = Settings()
        return {
            field.name: value
            for field in fields(self)
            if field.name != "path"
            and (value := getattr(self, field.name)) != getattr(plain, field.name)
        }

    def rendered_keys(self) -> set[str]:
        """Return the keys that only a project has whose answers name them: others need no code.

        A sign before decimals and one between thousands are read by the same code; that of
        blanks reads tabs among them.
        """
        names = {"encoding", "escape", "skip_lines", "comment", "header"} & {*self.non_defaults()}
        if self.decimal != "." or self.thousands:
            names |= {"decimal", "thousands"}
        names |= {"separator"} if self.separator == " " else set()
        return names if self.quote else names | {"quote"}


KEYS = tuple(field.name for field in fields(Settings) if field.name != "path")


def settings_in(answers: Mapping[str, Any]) -> dict[str, Any]:
    """Return the settings that answers such as ``data_separator`` state, by their own names.

    Raises DataError for a value that cannot be.
    """
    result: dict[str, Any] = {}
    for key in KEYS:
        value = answers.get(f"data_{key}")
        if value is None:
            continue
        result[key] = _check(key, value)
    return result


def _check(key: str, value: Any) -> Any:
    text = str(value)
    if key == "skip_lines":
        if not text.isdecimal():
            raise DataError(f"data_skip_lines cannot be {text[:40]!r}.", hint="give a whole number")
        return int(text)
    if key == "header":
        return text.lower() in ("true", "yes", "1")
    if key in ("separator", "quote", "escape"):
        text = SPELLINGS.get(text.lower(), text)
        if len(text) > 1 or (key == "separator" and not text):
            raise DataError(f"data_{key} cannot be {text[:40]!r}.", hint="give one character")
    options = {"decimal": (".", ","), "thousands": ("", ",", ".", " ", "'"), "format": FORMATS}
    if key in options and text not in options[key]:
        choices = ", ".join(repr(choice) for choice in options[key])
        raise DataError(f"data_{key} cannot be {text[:40]!r}.", hint=f"choose from {choices}")
    return text


def with_values(settings: Settings, values: Mapping[str, Any]) -> Settings:
    """Return settings with the values that their owner states."""
    return replace(settings, **cast("dict[str, Any]", dict(values)))
