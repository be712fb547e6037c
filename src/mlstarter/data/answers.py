"""What was found out about data, as answers to a template's questions."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from mlstarter.data.choices import Suggestion
from mlstarter.data.settings import KEYS, Settings

FORMAT_QUESTION = "data_format"
"""A template that asks this reads schema.toml as this package writes it."""

TOOL_KEYS = ("date_formats",)
"""What ``--data`` may state that is no question: schema.toml holds it."""


def without_tool_keys(answers: Mapping[str, Any]) -> dict[str, Any]:
    """Return answers without those that only say how a file is to be read."""
    ours = {*TOOL_KEYS, *(f"data_{key}" for key in KEYS)}
    return {
        name: value
        for name, value in answers.items()
        if name not in ours and not _is_default(name, value)
    }


def _is_default(name: str, value: object) -> bool:
    """Say whether a question about pictures, which is not asked then, is answered by default."""
    parts = [part.strip() for part in str(value).split(";")]
    return name == "image_columns" and parts == ["file", "label"]


def fixed_answers(
    settings: Settings | None, recorded_path: str, questions: Collection[str]
) -> dict[str, Any]:
    """Return the answers that follow from the file: where it is and how it is read.

    A setting with its default is no answer: the template's question does not apply then.
    """
    answers: dict[str, Any] = {"data_source": "local", "data_path": recorded_path}
    for key, value in (settings.non_defaults() if settings else {}).items():
        answers[f"data_{key}"] = value
    return {name: value for name, value in answers.items() if name in questions}


def chosen_answers(choices: Iterable[Suggestion], questions: Collection[str]) -> dict[str, str]:
    """Return what was proposed, as far as the template asks for it."""
    return {each.key: each.value for each in choices if each.key in questions}
