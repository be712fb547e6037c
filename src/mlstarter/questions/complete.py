"""Answer a questionnaire without a terminal: from flags, files, presets and defaults."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mlstarter.bounds import bounded_evaluation
from mlstarter.questions.interview import Interview
from mlstarter.questions.model import Answers, Question, Questionnaire
from mlstarter.questions.walk import Policy, missing_answers, refuse_unknown, walk


def complete(
    questionnaire: Questionnaire,
    inputs: Mapping[str, Any],
    *,
    suggestions: Mapping[str, Any] | None = None,
    defaults: bool = True,
) -> Answers:
    """Answer every question from ``inputs``, then ``suggestions``, then the template's defaults.

    A suggestion (of a preset, of earlier answers) that is not valid is passed over; an input that
    is not is refused. With ``defaults=False`` a question that neither answers is missing, even
    where the template has a default.

    Raises:
        AnswersError: an input is the answer to no question, is not valid, or its question does
            not apply; or an answer is missing. The flag is named.
    """
    refuse_unknown(questionnaire, inputs)
    policy = _Defaults(defaults=defaults)
    with bounded_evaluation("Answering the template's questions"):
        interview = Interview(questionnaire, inputs, suggestions)
        walk(interview, policy)
    if policy.missing:
        raise missing_answers(policy.missing, defaults=defaults)
    return interview.answers()


class _Defaults(Policy):
    """Takes the suggestion or the default; goes on where there is none, to name all at once."""

    def __init__(self, *, defaults: bool) -> None:
        self.defaults = defaults
        self.missing: list[str] = []

    def answer(self, question: Question, interview: Interview) -> bool:
        """Settle a question with its default, or note that there is none."""
        counts = self.defaults or question.name in interview.suggestions
        if not counts or not interview.settle_default(question):
            self.missing.append(question.name)
            interview.settle_default(question, validate=False)
        return True
