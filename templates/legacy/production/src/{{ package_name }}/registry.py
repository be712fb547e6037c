"""Models by content: ``models/<id>/`` holds a graph and its metadata, ``served.json`` the choice.

A model's folder never changes once it is there; what is served is one small file, replaced in one
step. A running service reads that file every second, so a model is exchanged without a restart.
"""

from __future__ import annotations

import json
import shutil
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from .errors import ProjectError
from .files import new_folder, write_json

MODELS = Path("models")
SERVED = "served.json"


@dataclass(frozen=True)
class Served:
    """Which model answers; ``percent`` of the requests go to ``canary`` if there is one."""

    model: str
    canary: str = ""
    percent: float = 0.0
    history: tuple[str, ...] = ()  # served before, the latest last


def read(models: Path = MODELS) -> Served | None:
    """Return what is served, or None where nothing was promoted through the registry."""
    try:
        found = json.loads((models / SERVED).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    return Served(**{**found, "history": tuple(found["history"])})


def write(served: Served, models: Path = MODELS) -> None:
    """Choose what is served, in one step."""
    write_json(models / SERVED, asdict(served))


def metadata(folder: Path) -> dict[str, Any]:
    """Return the metadata of the model in ``folder``."""
    facts: dict[str, Any] = json.loads((folder / "metadata.json").read_text(encoding="utf-8"))
    return facts


def add(folder: Path, models: Path = MODELS) -> str:
    """Copy a model into the registry under its id; one that is there already stays as it is."""
    identity: str = metadata(folder)["model"]["id"]
    if not (models / identity).is_dir():
        with new_folder(models / identity) as new:
            shutil.copytree(folder, new, dirs_exist_ok=True)
    return identity


def adopt(model: Path, models: Path = MODELS) -> Served | None:
    """Return what is served; a model that was promoted before there was a registry counts."""
    served = read(models)
    if served is None and (model / "metadata.json").is_file():
        served = Served(add(model, models))
        write(served, models)
    return served


def promote(identity: str, served: Served | None, percent: float = 0.0) -> Served:
    """Return the choice that serves ``identity``, wholly or for ``percent`` of the requests."""
    if served is None:
        return Served(identity)
    if percent:
        return replace(served, canary=identity, percent=percent)
    if identity == served.model:
        return replace(served, canary="", percent=0.0)
    return Served(identity, history=(*served.history, served.model))


def rollback(served: Served | None) -> Served:
    """Return the choice without the canary, or else the one before the present model."""
    if served is not None and served.canary:
        return replace(served, canary="", percent=0.0)
    if served is None or not served.history:
        raise ProjectError("No other model was served before.", "See models/served.json.")
    return Served(served.history[-1], history=served.history[:-1])
