"""What made a model, as digests: a model made from other data, rows or settings is refused."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from .errors import ProjectError
from .files import digest, sha256

OTHER_SECTIONS = {"project", "threads", "evaluation", "site"}  # of config.toml: make no model
FILES = ("features.sql", "schema.toml")
NAMES = {"config": "{} in config.toml", "files": "{}", "rows": "the rows of {}"}


def current(
    config: BaseModel, data: str, parts: Mapping[str, Iterable[int]] | None = None
) -> dict[str, Any]:
    """Return the `lineage` of metadata.json: ``data`` is the digest of the data's bytes,
    ``parts`` the ids of the rows of training, validation and test, where they were read."""
    sections = config.model_dump(exclude=OTHER_SECTIONS)
    return {
        "data": data,
        "rows": {part: digest([int(i) for i in ids]) for part, ids in (parts or {}).items()},
        "config": {section: digest(values) for section, values in sections.items()},
        "files": {name: sha256(Path(name)) for name in FILES if Path(name).is_file()},
    }


def check(before: Mapping[str, Any], today: Mapping[str, Any]) -> None:
    """Raise ``ProjectError`` naming what differs since training; rows where ``today`` has them."""
    changes = ["the data"] if before["data"] != today["data"] else []
    for kind, words in NAMES.items():
        for name in sorted(before[kind].keys() | today[kind]) if today[kind] else ():
            if before[kind].get(name) != today[kind].get(name):
                changes.append(words.format(name))
    if changes:
        message = f"The model in artifacts/ was trained before a change of {', '.join(changes)}."
        raise ProjectError(message, "Run: make train (or put back what changed)")
