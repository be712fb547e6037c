"""What made a model: digests that refuse other data, rows or settings; the list of experiments."""

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from .errors import ProjectError
from .files import append_row, digest, read_rows, sha256

OTHER_SECTIONS = {"project", "threads", "evaluation", "site"}  # of config.toml: make no model
EXPERIMENTS = Path("reports/experiments.csv")
FILES = ("features.sql", "schema.toml")
NAMES = {"config": "{} in config.toml", "files": "{}", "rows": "the rows of {}"}


def current(
    config: BaseModel, data: str, parts: Mapping[str, Iterable[int]] | None = None
) -> dict[str, Any]:
    """Return the `lineage` of metadata.json: ``data`` is the digest of the data's bytes,
    ``parts`` the ids of the rows of training, validation and test, where they were read."""
    sections = config.model_dump(exclude=OTHER_SECTIONS).items()
    return {
        "data": data,
        "rows": {part: digest([int(i) for i in ids]) for part, ids in (parts or {}).items()},
        "config": {section: digest(values) for section, values in sections},
        "files": {name: sha256(Path(name)) for name in FILES if Path(name).is_file()},
    }


def check(before: Mapping[str, Any], today: Mapping[str, Any]) -> None:
    """Raise ``ProjectError`` naming what differs since training; rows where ``today`` has them."""
    changes = ["the data"] if before["data"] != today["data"] else []
    for kind, words in NAMES.items():
        different = before[kind].items() ^ today[kind].items() if today[kind] else ()
        changes += sorted({words.format(name) for name, _ in different})
    if changes:
        message = f"The model in artifacts/ was trained before a change of {', '.join(changes)}."
        raise ProjectError(message, "Run: make train (or put back what changed)")


def append_experiment(facts: dict[str, Any]) -> None:
    """Append what differs in config.toml from the row before, and the score that decided."""
    model, settings = facts["model"], dict[str, Any]()
    for section, values in model["settings"].items():
        keys = values if isinstance(values, dict) else {"": values}
        settings |= {f"{section}.{key}".rstrip("."): value for key, value in keys.items()}
    rows = read_rows(EXPERIMENTS)
    previous = json.loads(rows[-1]["settings"]) if rows else settings
    changes = [f"{k} = {json.dumps(v)}" for k, v in settings.items() if v != previous.get(k)]
    (choice,) = [row for row in facts["chosen_by"]["candidates"] if row["chosen"]]
    row = {"date": model["created"], "commit": model["commit"], "model": model["id"]}
    row |= {"chosen": choice["name"], "metric": choice["metric"], "value": f"{choice['value']:.6g}"}
    row |= {"changes": "; ".join(changes), "settings": json.dumps(settings)}
    append_row(EXPERIMENTS, row)
