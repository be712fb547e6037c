"""Answer a questionnaire without a terminal: from flags, files, presets and defaults."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mlstarter.bounds import bounded_evaluation
from mlstarter.errors import AnswersError
from mlstarter.questions.interview import Interview
from mlstarter.questions.model import Answers, Questionnaire
from mlstarter.suggest import did_you_mean


def complete(
    questionnaire: Questionnaire,
    given: Mapping[str, Any],
    *,
    offered: Mapping[str, Any] | None = None,
    defaults: bool = True,
) -> Answers:
    """Answer every question from ``given``, then ``offered``, then the template's defaults.

    With ``defaults=False`` a question that neither ``given`` nor ``offered`` answers is missing,
    even where the template has a default. Raises AnswersError for a name that is no question,
    a value that is not valid or whose question does not apply, and for missing answers,
    naming the flag.
    """
    refuse_unknown(questionnaire, given)
    with bounded_evaluation("Answering the template's questions"):
        return _completed(Interview(questionnaire, given, offered), defaults=defaults)


def _completed(interview: Interview, *, defaults: bool) -> Answers:
    questionnaire, given = interview.questionnaire, interview.given
    missing: list[str] = []
    for question in questionnaire.questions:
        if not interview.applies(question):
            if question.name in given:
                raise AnswersError(
                    f'"{question.name}" does not apply with the other answers that were given.',
                    hint=f"leave out --data {question.name}=..., or change what it depends on",
                )
            interview.hide(question)
        elif question.name in given:
            interview.settle(question, given[question.name])
        elif not _settle_unasked(interview, question.name, defaults=defaults):
            missing.append(question.name)
            interview.settle_default(question, validate=False)
    if missing:
        flags = " ".join(f"--data {name}=VALUE" for name in missing)
        names = ", ".join(missing)
        raise AnswersError(
            f"{'An answer is' if len(missing) == 1 else 'Answers are'} missing: {names}.",
            hint=f"give {flags}" + ("" if defaults else ", or take every default with --yes"),
        )
    return interview.answers()


def _settle_unasked(interview: Interview, name: str, *, defaults: bool) -> bool:
    if not defaults and name not in interview.offered:
        return False
    return interview.settle_default(interview.questionnaire[name])


def refuse_unknown(questionnaire: Questionnaire, given: Mapping[str, Any]) -> None:
    """Raise AnswersError for a name in ``given`` that is no question, with the nearest one."""
    for name in given:
        if name not in questionnaire:
            raise AnswersError(
                f'There is no question called "{name}".',
                hint=did_you_mean(name, questionnaire.names)
                or "`mlstarter list questions` shows them all",
            )
