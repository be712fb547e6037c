"""Assemble the layered ``templates/`` folder into one plain Copier template.

For each project type and level the layers are laid over one another (core, then production,
then the type's own files) under ``project/<type>-<level>/``; the questions choose among them
with ``_subdirectory``. What comes out works with plain ``copier copy``.
"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

LEVELS = ("essentials", "production")
ROOT_FILES = ("copier.yml", "presets.toml", "CHANGELOG.md")
TYPES = ("tabular", "cv", "nlp", "asr")
# What tools leave behind where somebody ran them on the templates.
CACHES = {"__pycache__", ".mypy_cache", ".pytest_cache", ".ruff_cache"}


def layers(project_type: str, level: str) -> list[str]:
    """Return the names of the layers of one type and level, lowest first.

    A type may bring files of its own for the production level in ``<type>-production/``.
    """
    # torch/ is the training loop that networks share.
    loop = ["torch"] if project_type in ("cv", "asr") else []
    if level == "essentials":
        return ["core", *loop, project_type]
    production = ["production", *(f"{name}-production" for name in loop)]
    return ["core", *loop, *production, project_type, f"{project_type}-production"]


def is_layered(folder: Path) -> bool:
    """Say whether ``folder`` is to be assembled, rather than a template as it stands."""
    return (folder / "copier.yml").is_file() and (folder / "core").is_dir()


def assemble(templates: Path, out: Path) -> None:
    """Write the plain Copier template that ``templates`` describes into the new folder ``out``."""
    out.mkdir(parents=True)
    for name in ROOT_FILES:
        if (templates / name).is_file():
            shutil.copy2(templates / name, out / name)
    for project_type in TYPES:
        if not any((templates / project_type).glob("*")):
            continue
        for level in LEVELS:
            target = out / "project" / f"{project_type}-{level}"
            for layer in layers(project_type, level):
                if (templates / layer).is_dir():
                    _lay(templates / layer, target)


def _lay(layer: Path, target: Path) -> None:
    """Copy a layer's files over ``target``; a file and its ``.jinja`` form replace each other."""
    for source in sorted(layer.rglob("*")):
        if source.is_dir() or not CACHES.isdisjoint(source.parts):
            continue
        path = target / source.relative_to(layer)
        twin = path.with_name(
            path.name.removesuffix(".jinja") if path.suffix == ".jinja" else path.name + ".jinja"
        )
        twin.unlink(missing_ok=True)
        path.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(source, path, follow_symlinks=False)


if __name__ == "__main__":
    assemble(Path(sys.argv[1]), Path(sys.argv[2]))
