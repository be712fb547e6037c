"""The one walk over the questions of a template, with a policy for who answers them.

The order is the template's, since a question may depend on any before it. A question that does not
apply is hidden, one that an input answers takes it, and the policy has the others: defaults
(``complete``), the recorded answers of a project (``answer_again``), somebody at a terminal
(``ask``), a description (``catalogue``), combinations (``authoring.answer_combinations``).
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping

from mlstarter.errors import AnswersError
from mlstarter.questions.interview import Interview
from mlstarter.questions.model import Question, Questionnaire
from mlstarter.suggest import did_you_mean


class Policy(ABC):
    """Who answers what no input does."""

    @abstractmethod
    def answer(self, question: Question, interview: Interview) -> bool:
        """Settle a question that applies; return False to end the walk before it."""

    def leave_out(self, question: Question, interview: Interview) -> None:
        """Deal with a question that does not apply."""
        interview.hide(question)


def walk(interview: Interview, policy: Policy) -> Question | None:
    """Settle the questions in order; return the one that the policy leaves open, or None.

    Raises:
        AnswersError: an input is not valid, or its question does not apply.
        TemplateError: a text of a question is wrong.
    """
    inputs = interview.inputs
    for question in interview.questionnaire.questions:
        # Asked anew for each question: an answer before it may have changed what applies.
        if not interview.applies(question):
            if question.name in inputs:
                raise AnswersError(
                    f'"{question.name}" does not apply with the other answers that were given.',
                    hint=f"leave out --data {question.name}=..., or change what it depends on",
                )
            policy.leave_out(question, interview)
        elif question.name in inputs:
            interview.settle(question, inputs[question.name])
        elif not policy.answer(question, interview):
            return question
    return None


def refuse_unknown(questionnaire: Questionnaire, inputs: Mapping[str, object]) -> None:
    """Raise AnswersError for an input that is the answer to no question, with the nearest one."""
    for name in inputs:
        if name not in questionnaire:
            raise AnswersError(
                f'There is no question called "{name}".',
                hint=did_you_mean(name, questionnaire.names)
                or "`mlstarter list questions` shows them all",
            )


def missing_answers(names: list[str], *, defaults: bool = True) -> AnswersError:
    """Return the refusal for questions that nothing answers, with the flags that do.

    ``defaults`` says that the template's own defaults count already.
    """
    flags = " ".join(f"--data {name}=VALUE" for name in names)
    return AnswersError(
        f"{'An answer is' if len(names) == 1 else 'Answers are'} missing: {', '.join(names)}.",
        hint=f"give {flags}" + ("" if defaults else ", or take every default with --yes"),
    )
