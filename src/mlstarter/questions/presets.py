"""Presets: ready sets of answers that a template brings in its ``presets.toml``.

[adult]
title = "Census income"
type = "tabular"
description = "Who earns more than 50,000 dollars a year"
[adult.answers]
kaggle_dataset = "uciml/adult-census-income"
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mlstarter.bounds import MAX_CONFIG_BYTES
from mlstarter.data_files import load_toml
from mlstarter.errors import TemplateError, UsageError
from mlstarter.files import inside, read_file
from mlstarter.suggest import did_you_mean

_AUTHOR = "tell the template's author"


@dataclass(frozen=True, slots=True)
class Preset:
    """A named set of answers. ``type`` is the project type, None where a template has none."""

    name: str
    title: str
    type: str | None
    description: str
    answers: Mapping[str, Any]


def load_presets(root: Path) -> list[Preset]:
    """Return the presets of the template in ``root``, in the file's order.

    A template without the file has none. Raises TemplateError where it is not understood.
    """
    path = root / "presets.toml"
    return read_presets(inside(root, path)) if path.is_file() else []


def read_presets(path: Path) -> list[Preset]:
    """Return the presets in a file; raises TemplateError where it is not understood."""
    try:
        tables = load_toml(read_file(path, MAX_CONFIG_BYTES), limit=MAX_CONFIG_BYTES)
    except (ValueError, OSError) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        raise TemplateError(
            f"The presets in {path.name} cannot be read: {reason}.", hint=_AUTHOR
        ) from error
    return [_preset(name, table) for name, table in tables.items()]


def _preset(name: str, table: Any) -> Preset:
    if not isinstance(table, Mapping) or not isinstance(table.get("answers", {}), Mapping):
        raise TemplateError(
            f'The template\'s preset "{name}" is not a table with answers.', hint=_AUTHOR
        )
    if not isinstance(table.get("type", ""), str):
        raise TemplateError(
            f'The type of the template\'s preset "{name}" is not a text.', hint=_AUTHOR
        )
    return Preset(
        name=name,
        title=str(table.get("title", name)),
        type=table.get("type"),
        description=str(table.get("description", "")),
        answers=table.get("answers", {}),
    )


def find_preset(presets: Sequence[Preset], name: str) -> Preset:
    """Return the preset called ``name``; raises UsageError with the nearest match."""
    for preset in presets:
        if preset.name == name:
            return preset
    if not presets:
        raise UsageError("This template has no presets.", hint="leave out --preset")
    raise UsageError(
        f'There is no preset called "{name}".',
        hint=did_you_mean(name, [preset.name for preset in presets])
        or "`mlstarter list presets` shows them all",
    )


def preset_answers(preset: Preset, questions: Sequence[str]) -> dict[str, Any]:
    """Return what a preset offers to a questionnaire with these questions.

    Its type and its own name are answers too, where the template asks for them.
    """
    answers = dict(preset.answers)
    if preset.type is not None and "project_type" in questions:
        answers["project_type"] = preset.type
    if "preset" in questions:
        answers["preset"] = preset.name
    return answers
