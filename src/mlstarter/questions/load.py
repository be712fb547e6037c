"""Read the questions of a template: Copier's copier.yml or Cookiecutter's cookiecutter.json."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from mlstarter.engines.jinja import environment
from mlstarter.errors import TemplateError
from mlstarter.questions.cookiecutter import load_cookiecutter
from mlstarter.questions.model import MISSING, Question, Questionnaire
from mlstarter.questions.values import CASTS
from mlstarter.sources.template import Template

FIELDS = frozenset(Question.__dataclass_fields__) - {"name"}
# Copier's own keys that change how a prompt looks or when it is repeated, not what it means.
IGNORED_FIELDS = frozenset({"qmark", "ask"})


def load(template: Template, *, trust: bool = False) -> Questionnaire:
    """Return the questions of a template, in the order in which they are asked.

    Jinja extensions of the template are code: they are imported only with ``trust``. Raises
    TemplateError where the questions are not understood.
    """
    if template.engine == "cookiecutter":
        return load_cookiecutter(template, trust=trust)
    config = template.config
    foreign = () if trust else config.foreign_extensions
    extensions = tuple(name for name in config.extensions if name not in foreign)
    questions = tuple(
        _question(name, stated, secret=name in config.secrets)
        for name, stated in config.questions.items()
    )
    return Questionnaire(questions, environment(config, extensions, trusted=trust))


def _question(name: str, stated: Mapping[str, Any], *, secret: bool) -> Question:
    unknown = set(stated) - FIELDS - IGNORED_FIELDS
    if unknown:
        raise TemplateError(
            f'The template\'s question "{name}" has a field that is not known: {min(unknown)}.'
        )
    fields = {key: value for key, value in stated.items() if key in FIELDS}
    fields["secret"] = secret
    fields["type"] = fields.get("type") or _implied_type(fields.get("default", MISSING))
    if not isinstance(fields.get("choices", ()), str | Mapping | Sequence):
        raise TemplateError(f'The choices of the template\'s question "{name}" are not a list.')
    return Question(name, **fields)


def _implied_type(default: Any) -> str:
    name = type(default).__name__
    return name if name in CASTS else "yaml"
