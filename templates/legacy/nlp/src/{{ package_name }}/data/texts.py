"""The texts with their labels and groups, from whichever source config.toml names."""

from __future__ import annotations

import csv
import json
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from ..errors import ProjectError
from ..settings import Config

FEWEST, FEWEST_OF_A_LABEL = 50, 5


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

        if config.texts.collection == "sentiment":
            return sentiment.read(root)
        return catalogues.read()
    found = _from_file(config, _path(config, root))
    counts = Counter(found.labels)
    if len(counts) < 2:
        raise ProjectError(f"{config.data.path} has fewer than two labels.")
    if len(found) < FEWEST:
        raise ProjectError(
            f"{config.data.path} has {len(found)} texts; fewer than {FEWEST} teach nothing."
        )
    rarest, count = counts.most_common()[-1]
    if count < FEWEST_OF_A_LABEL:
        raise ProjectError(
            f"The label {rarest!r} has {count} texts, too few to learn and to test.",
            "Bring more of them, or join rare labels into one.",
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
    names = config.texts
    rows: list[tuple[str, str, str]] = []
    for number, row in enumerate(_rows(path)):
        for column in (names.text_column, names.label_column, names.group_column):
            if column and column not in row:
                raise ProjectError(
                    f"{path.name} has no column {column!r}.",
                    f"Name one of {', '.join(map(repr, row))} in [texts] of config.toml.",
                )
        text, label = (_cell(row[name]) for name in (names.text_column, names.label_column))
        group = _cell(row[names.group_column]) if names.group_column else ""
        if text and label:
            # Two colons keep a row of its own apart from a group that is called by a number.
            rows.append((text, names.class_names.get(label, label), group or f"::{number}"))
    return Texts(*([row[i] for row in rows] for i in range(3)))


def _cell(value: Any) -> str:
    return "" if value is None else str(value).strip()


def _rows(path: Path) -> Iterator[dict[str, Any]]:
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        text = path.read_text(encoding="cp1252", errors="replace")
    # Split at line feeds alone: a text may hold what else Unicode counts as the end of a line.
    lines = text.split("\n")
    if path.suffix == ".jsonl":
        for number, line in enumerate(lines, 1):
            if line.strip():
                yield _object(line, f"line {number} of {path.name}")
        return
    delimiter = max(",;\t|", key=lines[0].count)
    csv.field_size_limit(10_000_000)
    try:
        yield from csv.DictReader((f"{line}\n" for line in lines), delimiter=delimiter)
    except csv.Error as error:
        raise ProjectError(
            f"{path.name} is not a table of comma-separated values: {error}"
        ) from None


def _object(line: str, where: str) -> dict[str, Any]:
    try:
        value = json.loads(line)
    except ValueError as error:
        raise ProjectError(f"{where} is not JSON: {error}") from None
    if not isinstance(value, dict):
        raise ProjectError(f"{where} is no JSON object.", 'Write {"text": ..., "label": ...}.')
    return value
