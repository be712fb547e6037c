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
from mlstarter.escape import shell_word
from mlstarter.questions import Answers, InvalidAnswer, Question, Questionnaire
from mlstarter.questions.interview import Interview
from mlstarter.questions.walk import Policy, walk

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
    values = {name: tries for name, tries in _values(questionnaire, odd=odd).items() if tries}
    combinations = [{}, *_pairwise(values)]
    if len(combinations) > LIMIT:
        combinations = combinations[:: -(-len(combinations) // LIMIT)]
    sets: list[Answers] = []
    for combination in combinations:
        answers = fit(questionnaire, combination)
        if not any(dict(answers) == dict(other) for other in sets):
            sets.append(answers)
    return sets


def fit(questionnaire: Questionnaire, values: Mapping[str, Any]) -> Answers:
    """Return complete answers nearest to ``values``.

    What does not apply or is not valid gives way to the default; a question without a default
    takes ``example``, ``1`` or whatever its type has.
    """
    interview = Interview(questionnaire, {})
    walk(interview, _Nearest(values))
    return interview.answers()


class _Nearest(Policy):
    """Takes the value tried, else the default, else one that the type has."""

    def __init__(self, values: Mapping[str, Any]) -> None:
        self.values = values

    def answer(self, question: Question, interview: Interview) -> bool:
        """Settle a question, whatever it takes."""
        # An ellipsis stands for the default, whatever the answers before it make of that.
        if self.values.get(question.name, ...) is not ...:
            try:
                interview.settle(question, self.values[question.name])
                return True
            except InvalidAnswer:
                pass
        try:
            if interview.settle_default(question):
                return True
        except (InvalidAnswer, TemplateError):
            pass  # not valid by itself, or made of what only the template's own program gives
        interview.values[question.name] = _stand_in(interview, question)
        return True


def describe(answers: Answers, defaults: Answers) -> str:
    """Return what makes a set of answers special, as flags of the command line."""
    differing = {k: v for k, v in answers.applicable.items() if defaults.get(k, ...) != v}
    return (
        " ".join(f"--data {shell_word(f'{name}={value}')}" for name, value in differing.items())
        or "the defaults"
    )


def _values(questionnaire: Questionnaire, *, odd: bool) -> dict[str, list[Any]]:
    """Return the values to try for each question, collected on a walk through the defaults."""
    policy = _Collection(odd=odd)
    walk(Interview(questionnaire, {}), policy)
    return policy.values


class _Collection(Policy):
    """Collects what may be answered to each question, also to one that the defaults hide."""

    def __init__(self, *, odd: bool) -> None:
        self.odd = odd
        self.values: dict[str, list[Any]] = {}

    def answer(self, question: Question, interview: Interview) -> bool:
        """Collect the values of a question, and go on with its default."""
        # What cannot be rendered with the defaults is for the linter; it is answered as a text.
        try:
            choices = [choice.value for choice in interview.choices(question) if not choice.refusal]
            kind = interview.type_name(question)
        except TemplateError:
            choices, kind = [], "str"
        if choices and question.multiselect:
            self.values[question.name] = [[], choices, *([choice] for choice in choices)]
        elif choices:
            self.values[question.name] = choices
        elif kind == "bool":
            self.values[question.name] = [True, False]
        elif self.odd and kind == "str" and not question.secret:
            self.values[question.name] = [..., ODD_TEXT]
        try:
            interview.settle_default(question, validate=False)
        except TemplateError:
            interview.values[question.name] = _stand_in(interview, question)
        return True

    def leave_out(self, question: Question, interview: Interview) -> None:
        """Collect the values of a question that other answers bring up; one is never asked."""
        if question.when is False:
            interview.hide(question)
        else:
            self.answer(question, interview)


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
