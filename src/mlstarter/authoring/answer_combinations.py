"""Sets of answers that try a template: the defaults, every choice, every pair of choices.

Most faults in templates come from one answer or from two together; covering all pairs needs a few
dozen sets where all combinations need thousands (Kuhn, Wallace and Gallo, "Software fault
interactions and implications for software testing", IEEE TSE 30(6), 2004).
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from typing import Any

from mlstarter.errors import TemplateError
from mlstarter.questions import Answers, InvalidAnswer, Question, Questionnaire
from mlstarter.questions.interview import Interview

# What a text may hold that a careless template breaks on: quotes, a letter beyond ASCII.
ODD_TEXT = 'Zoë\'s "own" thing'
LIMIT = 200  # sets at most; a template with more choices is sampled evenly


def plainer(questionnaire: Questionnaire, answers: Answers) -> Answers:
    """Return odd answers without what no file name can hold, for templates that name files so."""
    values = {
        name: value.replace('"', "") if isinstance(value, str) else value
        for name, value in answers.applicable.items()
    }
    return fit(questionnaire, values)


def answer_sets(questionnaire: Questionnaire, *, odd: bool = False) -> list[Answers]:
    """Return complete answers: the defaults first, then sets that cover every pair of values.

    Args:
        questionnaire: the template's questions.
        odd: try texts with quotes and letters beyond ASCII too, where their question takes them.
    """
    values = {
        name: candidates
        for name, candidates in _values(questionnaire, odd=odd).items()
        if candidates
    }
    sets = [{}, *_pairwise(values)]
    if len(sets) > LIMIT:
        sets = sets[:: -(-len(sets) // LIMIT)]
    results: list[Answers] = []
    for preferences in sets:
        answers = fit(questionnaire, preferences)
        if not any(dict(answers) == dict(other) for other in results):
            results.append(answers)
    return results


def fit(questionnaire: Questionnaire, preferences: Mapping[str, Any]) -> Answers:
    """Return complete answers nearest to ``preferences``.

    What does not apply or is not valid gives way to the default; a question without a default
    takes ``example``, ``1`` or whatever its type has.
    """
    interview = Interview(questionnaire, {})
    for question in questionnaire.questions:
        if not interview.applies(question):
            interview.hide(question)
            continue
        # An ellipsis stands for the default, whatever the answers before it make of that.
        if preferences.get(question.name, ...) is not ...:
            try:
                interview.settle(question, preferences[question.name])
                continue
            except InvalidAnswer:
                pass
        try:
            if interview.settle_default(question):
                continue
        except (InvalidAnswer, TemplateError):
            pass  # not valid by itself, or made of what only the template's own program gives
        interview.values[question.name] = _stand_in(interview, question)
    return interview.answers()


def describe(answers: Answers, defaults: Answers) -> str:
    """Return what makes a set of answers special, as flags of the command line."""
    differing = {k: v for k, v in answers.applicable.items() if defaults.get(k, ...) != v}
    return " ".join(f"--data {name}={value}" for name, value in differing.items()) or "the defaults"


def _values(questionnaire: Questionnaire, *, odd: bool) -> dict[str, list[Any]]:
    """Return the values to try for each question, found by walking through the defaults."""
    values: dict[str, list[Any]] = {}
    interview = Interview(questionnaire, {})
    for question in questionnaire.questions:
        # A condition that leaves no way to be asked is for the linter; its values are tried.
        try:
            choices = [choice.value for choice in interview.choices(question) if not choice.refused]
            kind = interview.type_name(question)
        except Exception:
            choices, kind = [], "str"
        if question.when is False:
            interview.hide(question)
            continue
        if choices and question.multiselect:
            values[question.name] = [[], choices, *([choice] for choice in choices)]
        elif choices:
            values[question.name] = choices
        elif kind == "bool":
            values[question.name] = [True, False]
        elif odd and kind == "str" and not question.secret:
            values[question.name] = [..., ODD_TEXT]
        try:
            interview.settle_default(question, validate=False)
        except TemplateError:
            interview.values[question.name] = _stand_in(interview, question)
    return values


def _pairwise(values: Mapping[str, Sequence[Any]]) -> list[dict[str, Any]]:
    """Return sets in which every two values of different questions meet (greedily, in order)."""
    names = list(values)
    if len(names) < 2:
        return [{name: value} for name in names for value in values[name]]
    open_pairs = {
        (a, i, b, j)
        for a, b in itertools.combinations(range(len(names)), 2)
        for i in range(len(values[names[a]]))
        for j in range(len(values[names[b]]))
    }
    sets: list[dict[str, Any]] = []
    while open_pairs:
        a, i, b, j = min(open_pairs)
        indices = {a: i, b: j}
        for question in range(len(names)):
            if question not in indices:
                indices[question] = _best(
                    question, indices, open_pairs, len(values[names[question]])
                )
        open_pairs -= {
            (a, indices[a], b, indices[b]) for a, b in itertools.combinations(range(len(names)), 2)
        }
        sets.append(
            {names[question]: values[names[question]][i] for question, i in indices.items()}
        )
    return sets


def _best(
    question: int,
    indices: Mapping[int, int],
    open_pairs: set[tuple[int, int, int, int]],
    count: int,
) -> int:
    """Return the value of ``question`` that meets most values it has not met yet."""

    def gain(value: int) -> int:
        return sum(
            ((question, value, other, i) if question < other else (other, i, question, value))
            in open_pairs
            for other, i in indices.items()
        )

    return max(range(count), key=gain)


def _stand_in(interview: Interview, question: Question) -> Any:
    choices = interview.choices(question)
    if choices:
        return choices[0].value
    return {"int": 1, "float": 1.0, "bool": False, "yaml": None, "json": None}.get(
        interview.type_name(question), "example"
    )
