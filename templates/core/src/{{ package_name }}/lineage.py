"""What made a model, as digests: another's data, rows or settings are refused, and named."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from .errors import ProjectError
from .files import digest, sha256

OTHER_SECTIONS = {"project", "threads", "evaluation", "site"}  # of config.toml: make no model
FILES = ("features.sql", "schema.toml")


def current(
    config: BaseModel, data: str, parts: Mapping[str, Iterable[int]] | None = None
) -> dict[str, Any]:
    """Return the `lineage` of metadata.json: ``data`` is the digest of the data's bytes,
    ``parts`` the ids of the rows of training, validation and test, where they were read."""
    settings = config.model_dump(exclude=OTHER_SECTIONS)
    rows = {part: digest([int(i) for i in ids]) for part, ids in (parts or {}).items()}
    return {
        "data": data,
        "rows": rows,
        "config": {section: digest(values) for section, values in settings.items()},
        "files": {name: sha256(Path(name)) for name in FILES if Path(name).is_file()},
    }


def check(before: Mapping[str, Any], today: Mapping[str, Any]) -> None:
    """Raise ``ProjectError`` naming what differs since training; rows where ``today`` has them."""
    differences = ["the data"] if before["data"] != today["data"] else []
    words = {"config": "{} in config.toml", "files": "{}", "rows": "the rows of {}"}
    for kind, sentence in words.items():
        names = sorted({*before[kind], *today[kind]}) if today[kind] else []
        changed = [name for name in names if before[kind].get(name) != today[kind].get(name)]
        differences += [sentence.format(name) for name in changed]
    if differences:
        message = f"artifacts/ is of another making; since then changed: {', '.join(differences)}."
        raise ProjectError(message, "Run: make train (or put back what changed)")
