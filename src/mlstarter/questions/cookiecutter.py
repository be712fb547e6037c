"""Read Cookiecutter's cookiecutter.json as questions.

The rules are Cookiecutter's: a list is a choice whose first entry is the default, a truth value
a yes-or-no question, a mapping a JSON answer, a name that begins with one underscore is copied
raw and with two is rendered, neither being asked; ``__prompts__`` holds the texts to show.
https://cookiecutter.readthedocs.io/en/stable/advanced/
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from jinja2 import StrictUndefined
from jinja2.sandbox import SandboxedEnvironment

from mlstarter.errors import TemplateError
from mlstarter.jinja import TemplateLoader
from mlstarter.questions.model import Choice, Question, Questionnaire

# Extensions that Cookiecutter itself always loads; they are part of that package, not the
# template's code.
BUILT_IN = (
    "cookiecutter.extensions.JsonifyExtension",
    "cookiecutter.extensions.RandomStringExtension",
    "cookiecutter.extensions.SlugifyExtension",
    "cookiecutter.extensions.TimeExtension",
    "cookiecutter.extensions.UUIDExtension",
)


def load_cookiecutter(root: Path) -> Questionnaire:
    """Read the questions of the Cookiecutter template in ``root``; raises TemplateError."""
    path = root / "cookiecutter.json"
    try:
        stated = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise TemplateError(f"The template in {root} has no cookiecutter.json.") from error
    except ValueError as error:
        raise TemplateError(f"The template's cookiecutter.json is not JSON: {error}.") from error
    if not isinstance(stated, Mapping):
        raise TemplateError("The template's cookiecutter.json is not a mapping.")
    prompts = stated.get("__prompts__", {})
    environment = SandboxedEnvironment(
        loader=TemplateLoader([str(root.resolve())]),
        extensions=BUILT_IN,
        undefined=StrictUndefined,
        keep_trailing_newline=True,
    )
    questions = tuple(
        _question(name, value, prompts.get(name))
        for name, value in stated.items()
        if name != "__prompts__"
    )
    return Questionnaire(questions, environment, namespace="cookiecutter")


def _question(name: str, value: Any, prompt: Any) -> Question:
    if name.startswith("_"):
        raw = not name.startswith("__")
        return Question(name, type="yaml", default=Raw(value) if raw else value, when=False)
    titles = prompt if isinstance(prompt, Mapping) else {}
    help_text = titles.get("__prompt__", "") if titles else (prompt or "")
    if isinstance(value, list) and value:
        choices = tuple(Choice(str(titles.get(entry, entry)), entry) for entry in value)
        return Question(name, type="str", help=help_text, default=value[0], choices=choices)
    if isinstance(value, bool):
        return Question(name, type="bool", help=help_text, default=value)
    if isinstance(value, Mapping):
        return Question(name, type="json", help=help_text, default=value)
    default = "" if value is None else str(value)
    return Question(name, type="str", help=help_text, default=default)


class Raw:
    """A default that is taken as it stands: Cookiecutter does not render names like ``_this``."""

    def __init__(self, value: Any) -> None:
        self.value = value
