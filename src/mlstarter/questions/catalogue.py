"""What a template offers, as plain values: its types, its questions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mlstarter.errors import UsageError
from mlstarter.questions.interview import Interview
from mlstarter.questions.load import load
from mlstarter.questions.model import MISSING, TYPE, Choice, Question
from mlstarter.questions.walk import Policy, walk
from mlstarter.sources.template import Template
from mlstarter.suggest import hint_for


def project_types(template: Template) -> list[Choice]:
    """Return the project types a template has; an empty list where it has no such question."""
    questionnaire = load(template)
    if TYPE not in questionnaire:
        return []
    return Interview(questionnaire, {}).choices(questionnaire[TYPE])


def describe(template: Template, project_type: str | None = None) -> list[dict[str, Any]]:
    """Describe every question of a template, with the defaults of the type named.

    Each is a mapping: name, type, help, default, choices (value, title), multiselect, secret,
    required (no default), applies (with the other defaults), when (the condition as written).
    Raises UsageError for a type that does not exist.
    """
    questionnaire = load(template)
    suggestions: Mapping[str, Any] = {} if project_type is None else {TYPE: project_type}
    if project_type is not None:
        types = [str(choice.value) for choice in project_types(template)]
        if project_type not in types:
            raise UsageError(
                f'There is no project type "{project_type}".',
                hint=hint_for(project_type, types, "mlstarter list types"),
            )
    policy = _Description()
    # A suggestion, not an input: the type's question is described like any other.
    walk(Interview(questionnaire, {}, suggestions), policy)
    return policy.rows


class _Description(Policy):
    """Describes every question, and answers with the defaults whatever they are."""

    def __init__(self) -> None:
        self.rows: list[dict[str, Any]] = []

    def answer(self, question: Question, interview: Interview) -> bool:
        """Describe a question that applies."""
        self._describe(question, interview, applies=True)
        interview.settle_default(question, validate=False)
        return True

    def leave_out(self, question: Question, interview: Interview) -> None:
        """Describe a question that does not apply with the defaults."""
        self._describe(question, interview, applies=False)
        interview.hide(question)

    def _describe(self, question: Question, interview: Interview, *, applies: bool) -> None:
        default = interview.default(question)
        choices = interview.choices(question)
        self.rows.append(
            {
                "name": question.name,
                "type": interview.type_name(question),
                "help": interview.help(question),
                "default": None if default is MISSING else default,
                "choices": [{"value": choice.value, "title": choice.title} for choice in choices],
                "multiselect": question.multiselect,
                "secret": question.secret,
                "required": default is MISSING,
                "applies": applies,
                "when": question.when,
            }
        )
