"""Answer the questions of a template's new version for a project that has answers already.

A recorded answer stays. One that the new version no longer takes is never replaced in silence: it
is asked again at a terminal, and refused without one.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import nullcontext
from typing import Any

from mlstarter.bounds import bounded_evaluation
from mlstarter.errors import AnswersError
from mlstarter.questions.interview import Interview
from mlstarter.questions.model import Answers, InvalidAnswer, Question, Questionnaire
from mlstarter.questions.prompt import put
from mlstarter.questions.terminal import Terminal
from mlstarter.questions.values import as_text
from mlstarter.questions.walk import Policy, missing_answers, refuse_unknown, walk


def answer_again(
    questionnaire: Questionnaire,
    inputs: Mapping[str, Any],
    project_answers: Mapping[str, Any],
    *,
    otherwise: Mapping[str, Any] | None = None,
    open_terminal: Callable[[], Terminal] | None = None,
) -> Answers:
    """Answer every question from ``inputs``, then the recorded answers, then as said below.

    Args:
        questionnaire: the questions of the version to go to.
        inputs: the user's new answers.
        project_answers: the project's answers.
        otherwise: what answers a question that has no recorded answer, or none that is still
            valid (a course's own answers, say); the template's default answers only what is new.
        open_terminal: opens where somebody is asked, at the first question that needs it; None
            where nobody can be.

    Raises:
        AnswersError: an input is not valid or does not apply, a recorded answer is not valid any
            more and nobody can be asked, or an answer is missing.
    """
    refuse_unknown(questionnaire, inputs)
    fallback = dict(otherwise or {})
    interview = Interview(questionnaire, inputs, {**fallback, **project_answers})
    policy = _RecordedAnswers(project_answers, fallback, open_terminal)
    # People take the time that they take; texts of a template do not.
    bound = (
        nullcontext() if open_terminal else bounded_evaluation("Answering the template's questions")
    )
    with bound:
        walk(interview, policy)
    if policy.missing:
        raise missing_answers(policy.missing)
    return interview.answers()


class _RecordedAnswers(Policy):
    """Takes the recorded answer where it is still one, and says so where it is not."""

    def __init__(
        self,
        project_answers: Mapping[str, Any],
        fallback: Mapping[str, Any],
        open_terminal: Callable[[], Terminal] | None,
    ) -> None:
        self.project_answers = project_answers
        self.fallback = fallback
        self.open_terminal = open_terminal
        self.terminal: Terminal | None = None
        self.missing: list[str] = []

    def answer(self, question: Question, interview: Interview) -> bool:
        """Settle a question; there is no walk that ends before one."""
        # The first refusal is the one to show: it is of the project's own answer.
        refusal: InvalidAnswer | None = None
        for answers in (self.project_answers, self.fallback):
            if question.name not in answers:
                continue
            try:
                interview.settle(question, answers[question.name])
                return True
            except InvalidAnswer as error:
                refusal = refusal or error
        if self.open_terminal is not None:
            self._ask(question, interview, refusal, self.open_terminal)
        elif refusal is not None:
            raise self._outdated_answer(question, refusal)
        elif not interview.settle_default(question):
            self.missing.append(question.name)
        return True

    def _ask(
        self,
        question: Question,
        interview: Interview,
        refusal: InvalidAnswer | None,
        open_terminal: Callable[[], Terminal],
    ) -> None:
        if self.terminal is None:
            self.terminal = open_terminal()
            self.terminal.show("The new version asks:")
        if refusal is not None:
            self.terminal.show(self._outdated_answer(question, refusal).message)
        default = interview.default(question)
        answer = put(question, interview, default, self.terminal, can_go_back=False)
        interview.settle(question, answer)

    def _outdated_answer(self, question: Question, refusal: InvalidAnswer) -> AnswersError:
        whose = self.project_answers if question.name in self.project_answers else self.fallback
        value = "its answer" if question.secret else f'"{as_text(whose[question.name], "str")}"'
        return AnswersError(
            f"The new version does not take {value}, which the project answers to "
            f'"{question.name}": {refusal.reason}',
            hint=f"say what it is from now on: --data {question.name}=VALUE",
        )
