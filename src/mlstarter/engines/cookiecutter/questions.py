"""Read Cookiecutter's cookiecutter.json as questions.

The rules are Cookiecutter's: a list is a choice whose first entry is the default, a truth value
a yes-or-no question, a mapping a JSON answer, a name that begins with one underscore is copied
raw and with two is rendered, neither being asked; ``__prompts__`` holds the texts to show.
https://cookiecutter.readthedocs.io/en/stable/advanced/
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mlstarter.engines.cookiecutter.config import CookiecutterConfig
from mlstarter.engines.jinja import cookiecutter_environment
from mlstarter.errors import TemplateError
from mlstarter.questions.model import Question, Questionnaire, Verbatim


def cookiecutter_questionnaire(config: CookiecutterConfig, *, is_trusted: bool) -> Questionnaire:
    """Return the questions of a Cookiecutter template.

    ``is_trusted`` says that the template's own Jinja extensions, which are code, may be imported.

    Raises:
        TemplateError: the variables are not understood.
    """
    variables = {name: raw for name, raw in config.variables.items() if name != "__prompts__"}
    questions = [_question(name, raw, config.prompts.get(name)) for name, raw in variables.items()]
    # Cookiecutter settles mappings last: they may use every other variable.
    late = [q for q in questions if q.type == "json" and not q.name.startswith("_")]
    in_order = [question for question in questions if question not in late] + late
    extensions = config.extensions if is_trusted else ()
    environment = cookiecutter_environment(
        config, (config.root,), extensions, is_trusted=is_trusted
    )
    return Questionnaire(tuple(in_order), environment, namespace="cookiecutter")


def _question(name: str, value: Any, prompt: Any) -> Question:
    if name.startswith("_"):
        default = _rendered_form(value) if name.startswith("__") else Verbatim(value)
        kind = "str" if isinstance(value, str) else "yaml"
        return Question(name, type=kind, default=default, when=False)
    titles = prompt if isinstance(prompt, Mapping) else {}
    help_text = str(titles.get("__prompt__", "")) if titles else str(prompt or "")
    if isinstance(value, list):
        return _choice(name, value, titles, help_text)
    if isinstance(value, bool):
        return Question(name, type="bool", help=help_text, default=value)
    if isinstance(value, Mapping):
        return Question(name, type="json", help=help_text, default=_rendered_form(value))
    if value is None:
        return Question(name, type="yaml", help=help_text, default=Verbatim(None))
    return Question(name, type="str", help=help_text, default=str(value))


def _choice(name: str, value: list[Any], titles: Mapping[str, Any], help_text: str) -> Question:
    if not value:
        raise TemplateError(
            f'The template\'s variable "{name}" has an empty list of choices.',
            hint="tell its author",
        )
    entries = [_rendered_form(entry) for entry in value]
    plain = all(isinstance(entry, str) for entry in entries)
    return Question(
        name,
        type="str" if plain else "yaml",
        help=help_text,
        default=entries[0],
        choices=tuple((str(titles.get(str(entry), entry)), entry) for entry in entries),
    )


def _rendered_form(value: Any) -> Any:
    """Return a value with its numbers as text: what Cookiecutter's rendering makes of them."""
    if isinstance(value, Mapping):
        return {str(key): _rendered_form(entry) for key, entry in value.items()}
    if isinstance(value, list):
        return [_rendered_form(entry) for entry in value]
    return value if value is None or isinstance(value, bool | str) else str(value)
