"""The texts with their labels and groups, from whichever source config.toml names."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from ..errors import ProjectError
from ..settings import Config


@dataclass(frozen=True)
class Texts:
    """Texts, their labels, and groups that must not be divided between splits; all as long."""

    texts: list[str]
    labels: list[str]
    groups: list[str]

    def __len__(self) -> int:
        return len(self.texts)

    def take(self, rows: Sequence[int] | np.ndarray[Any, Any]) -> Texts:
        """Return the named rows, in their order."""
        return Texts(
            *([column[i] for i in rows] for column in (self.texts, self.labels, self.groups))
        )


def load(config: Config, root: Path = Path()) -> Texts:
    """Return all texts; what cannot be learned from raises ``ProjectError``."""
    if config.data.source == "sample":
        from . import catalogues, sentiment

        known = {"languages": catalogues.read, "sentiment": sentiment.read}
        return known[config.texts.collection](root)
    found = _from_file(config, _path(config, root))
    if len(set(found.labels)) < 2:
        raise ProjectError(f"{config.data.path} has fewer than two labels.")
    if len(found) < 50:
        raise ProjectError(
            f"{config.data.path} has {len(found)} texts; fewer than 50 teach nothing."
        )
    return found


def _path(config: Config, root: Path) -> Path:
    path = root / config.data.path
    if path.is_dir():
        files = sorted(p for p in path.rglob("*") if p.suffix in (".csv", ".tsv", ".jsonl"))
        path = files[0] if files else path
    if not path.is_file():
        raise ProjectError(
            f"There are no texts at {config.data.path}.", "Bring them with: make data"
        )
    return path


def _from_file(config: Config, path: Path) -> Texts:
    """Read a CSV or JSONL file; rows without a text or a label are left out."""
    columns = [config.texts.text_column, config.texts.label_column]
    rows: list[tuple[str, str, str]] = []
    for number, row in enumerate(_rows(path)):
        missing = [name for name in columns if name not in row]
        if missing:
            raise ProjectError(
                f"{path.name} has no column {missing[0]!r}.",
                f"Name one of {', '.join(map(str, row))} in [texts] of config.toml.",
            )
        text, label = (str(row[name] if row[name] is not None else "").strip() for name in columns)
        group = str(row.get(config.texts.group_column) or number)
        if text and label:
            rows.append((text, label, group))
    return (
        Texts(*(list(column) for column in zip(*rows, strict=True))) if rows else Texts([], [], [])
    )


def _rows(path: Path) -> Iterator[dict[str, Any]]:
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        text = path.read_text(encoding="cp1252", errors="replace")
    if path.suffix == ".jsonl":
        try:
            yield from (json.loads(line) for line in text.splitlines() if line.strip())
        except ValueError as error:
            raise ProjectError(f"{path.name} is not JSON, line by line: {error}") from None
        return
    first = text.partition("\n")[0]
    delimiter = max(",;\t|", key=first.count)
    yield from csv.DictReader(text.splitlines(keepends=True), delimiter=delimiter)
