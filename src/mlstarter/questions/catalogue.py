"""What a template offers, as plain values: its types, its questions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mlstarter.errors import UsageError
from mlstarter.questions.interview import Interview
from mlstarter.questions.load import load
from mlstarter.questions.model import MISSING, TYPE, Choice
from mlstarter.sources.template import Template
from mlstarter.suggest import hint_for


def project_types(template: Template) -> list[Choice]:
    """Return the project types a template has; an empty list where it has no such question."""
    questionnaire = load(template)
    if TYPE not in questionnaire:
        return []
    return Interview(questionnaire, {}).choices(questionnaire[TYPE])


def describe(
    template: Template, project_type: str | None = None, *, trust: bool = False
) -> list[dict[str, Any]]:
    """Describe every question of a template, with the defaults of the type named.

    Each is a mapping: name, type, help, default, choices (value, title), multiselect, secret,
    required (no default), applies (with the other defaults), when (the condition as written).
    Raises UsageError for a type that does not exist.
    """
    questionnaire = load(template, trust=trust)
    given: Mapping[str, Any] = {} if project_type is None else {TYPE: project_type}
    if project_type is not None:
        known = [str(choice.value) for choice in project_types(template)]
        if project_type not in known:
            raise UsageError(
                f'There is no project type "{project_type}".',
                hint=hint_for(project_type, known, "mlstarter list types"),
            )
    interview = Interview(questionnaire, given)
    described = []
    for question in questionnaire.questions:
        applies = interview.applies(question)
        default = given.get(question.name, interview.default(question))
        described.append(
            {
                "name": question.name,
                "type": interview.type_name(question),
                "help": interview.help(question),
                "default": None if default is MISSING else default,
                "choices": [
                    {"value": choice.value, "title": choice.title}
                    for choice in interview.choices(question)
                ],
                "multiselect": question.multiselect,
                "secret": question.secret,
                "required": default is MISSING,
                "applies": applies,
                "when": question.when,
            }
        )
        if question.name in given:
            interview.settle(question, given[question.name])
        elif applies:
            interview.settle_default(question, validate=False)
        else:
            interview.hide(question)
    return described
