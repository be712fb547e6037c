"""What made a model, as digests: `evaluate` and `promote` refuse a model that today's data,
rows or settings would not make."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from .errors import ProjectError
from .files import digest, sha256

# Sections of config.toml that change no model, and other files that do.
OTHER_SECTIONS = {"project", "threads", "evaluation", "tune", "site", "serve"}
FILES = ("features.sql", "schema.toml")

Parts = Mapping[str, Sequence[int]]


def current(config: BaseModel, data: str, parts: Parts | None = None) -> dict[str, Any]:
    """Return the `lineage` of metadata.json: ``data`` is the digest of the data files' bytes,
    ``parts`` the ids of the rows of training, validation and test, where they were read."""
    settings = config.model_dump(exclude=OTHER_SECTIONS)
    lineage = {
        "data": data,
        "config": {section: digest(values) for section, values in settings.items()},
        "files": {name: sha256(Path(name)) for name in FILES if Path(name).is_file()},
    }
    if parts is not None:
        lineage["rows"] = {part: digest([int(i) for i in ids]) for part, ids in parts.items()}
    return lineage


def check(before: Mapping[str, Any], now: Mapping[str, Any]) -> None:
    """Raise ``ProjectError`` naming what differs since training; rows only if ``now`` has them."""
    differences = [] if before["data"] == now["data"] else ["the data"]
    words = {"config": "{} in config.toml", "files": "{}", "rows": "the rows of the {} part"}
    for kind, sentence in words.items():
        if kind in now:
            old, new = before.get(kind, {}), now[kind]
            names = sorted(name for name in {*old, *new} if old.get(name) != new.get(name))
            differences += [sentence.format(name) for name in names]
    if differences:
        raise ProjectError(
            f"The model in artifacts/ is of another making: since training, "
            f"{', '.join(differences)} changed.",
            "Run: make train (or put back what changed)",
        )
