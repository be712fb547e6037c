"""Ask a questionnaire in a terminal, with going back and a review before anything is done.

The state is two things: the drafts (what was answered) and the trail (in which order it was
asked). Every step starts from the first question: those that are answered are settled, the
first that is not is asked. Going back takes the last one off the trail. So an answer that
changes what applies, or what is valid, is followed by exactly the questions it raises.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from mlstarter.data.kaggle import settle_addresses
from mlstarter.errors import AnswersError
from mlstarter.questions.complete import refuse_unknown
from mlstarter.questions.interview import Interview
from mlstarter.questions.model import (
    TYPE,
    Answers,
    Choice,
    InvalidAnswer,
    Question,
    Questionnaire,
)
from mlstarter.questions.presets import Preset, preset_answers
from mlstarter.questions.prompt import put, review
from mlstarter.questions.terminal import GoBack, Terminal

EVERYTHING, PRESET, LAST, OWN = "everything", "preset", "last", "own"
# The question that a template has which takes a file of the user's own.
OWN_DATA = "data_path"
# What a new project needs a new answer to, whatever set of answers it starts from.
ALWAYS_ASKED = ("project_name",)


class OtherType(Exception):
    """The user chose a project type for which another template stands."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name


class OwnData(Exception):
    """The user wants to start from data of their own, which are to be looked at first."""


def ask(
    questionnaire: Questionnaire,
    given: Mapping[str, Any],
    terminal: Terminal,
    *,
    presets: Sequence[Preset] = (),
    chosen: Preset | Mapping[str, Any] | None = None,
    last: Mapping[str, Any] | None = None,
    remembered: Mapping[str, Any] | None = None,
    others: Mapping[str, str] | None = None,
) -> Answers:
    """Ask whatever ``given`` leaves open and return the answers the user agreed to.

    Args:
        questionnaire: the template's questions.
        given: answers from flags and files; they are not asked.
        terminal: where to ask.
        presets: the sets of answers to choose from, first of all.
        chosen: the answers to start from: a preset that a flag named, or what was proposed over
            the user's own data.
        last: the user's last answers to this template.
        remembered: what takes the place of the template's defaults.
        others: project types of other templates, offered beside this one's: name -> title.

    Raises AnswersError for a value in ``given`` that cannot be; OtherType when one of ``others``
    is chosen; OwnData when the user wants to start from data; KeyboardInterrupt and EOFError when
    the user stops.
    """
    refuse_unknown(questionnaire, given)
    offered = _with_others(questionnaire, others or {})
    conversation = Conversation(offered, given, terminal, remembered or {})
    conversation.others = frozenset(others or {})
    conversation.sets = (list(presets), dict(last or {}))
    if isinstance(chosen, Preset):
        chosen = preset_answers(chosen, questionnaire.names)
    return conversation.run(chosen)


def _with_others(questionnaire: Questionnaire, others: Mapping[str, str]) -> Questionnaire:
    """Return the questionnaire with more choices in the question for the project type."""
    if not others or TYPE not in questionnaire:
        return questionnaire
    more = [Choice(title, name) for name, title in others.items()]
    return replace(
        questionnaire,
        questions=tuple(
            replace(question, choices=[*Interview(questionnaire, {}).choices(question), *more])
            if question.name == TYPE
            else question
            for question in questionnaire.questions
        ),
    )


class Conversation:
    """One dialogue, from the first question to the agreement."""

    def __init__(
        self,
        questionnaire: Questionnaire,
        given: Mapping[str, Any],
        terminal: Terminal,
        remembered: Mapping[str, Any],
    ) -> None:
        self.questionnaire = questionnaire
        self.given = given
        self.terminal = terminal
        self.remembered = remembered
        self.sets: tuple[list[Preset], dict[str, Any]] = ([], {})
        self.others: frozenset[str] = frozenset()
        self.offered: dict[str, Any] = dict(remembered)
        self.quick = False
        self.drafts: dict[str, Any] = {}
        self.earlier: dict[str, Any] = {}
        self.trail: list[str] = []

    def run(self, start: Mapping[str, Any] | None) -> Answers:
        """Ask until the user agrees to the review; ``start`` is a set of answers to begin with."""
        self.terminal.show(self.terminal.keys)
        has_start = start is None and self._start()
        if start is not None:
            self._take_set(start)
        while True:
            interview = self._interview()
            try:
                question = self._walk(interview)
                can_go_back = bool(self.trail) or has_start
                if question is not None:
                    self._put(question, interview, can_go_back=can_go_back)
                elif self._agrees(interview, can_go_back=can_go_back):
                    return interview.answers()
            except GoBack:
                if self.trail:
                    name = self.trail.pop()
                    self.earlier[name] = self.drafts.pop(name, None)
                else:
                    self._start()

    def _interview(self) -> Interview:
        return Interview(self.questionnaire, self.given, self.offered)

    def _start(self) -> bool:
        """Ask what to start from; return False where there is nothing to choose."""
        presets, last = self.sets
        options = [Choice("Choose everything", EVERYTHING)]
        if presets:
            options.insert(0, Choice(f"A preset ({len(presets)} ready sets of answers)", PRESET))
        if OWN_DATA in self.questionnaire and OWN_DATA not in self.given:
            options.append(Choice("Data of my own (a file or a folder)", OWN))
        if last:
            options.append(Choice("My last answers", LAST))
        if len(options) == 1:
            return False
        self.drafts.clear()
        while True:
            way = self.terminal.select("Start from", options, None, can_go_back=False)
            self.offered, self.quick = dict(self.remembered), False
            if way == OWN:
                raise OwnData
            if way == LAST:
                self._take_set({n: v for n, v in last.items() if n not in ALWAYS_ASKED})
            if way != PRESET or self._take_preset(presets):
                return True

    def _take_preset(self, presets: Sequence[Preset]) -> bool:
        choices = [
            Choice(_preset_title(preset), preset, description=preset.description)
            for preset in presets
        ]
        try:
            preset = self.terminal.select("Which preset?", choices, None, can_go_back=True)
        except GoBack:
            return False
        self._take_set(preset_answers(preset, self.questionnaire.names))
        return True

    def _take_set(self, answers: Mapping[str, Any]) -> None:
        self.offered = {**self.remembered, **answers}
        self.quick = True

    def _walk(self, interview: Interview) -> Question | None:
        """Settle what is answered; return the first question that is not, or None."""
        for question in self.questionnaire.questions:
            if not interview.applies(question):
                if question.name in self.given:
                    raise AnswersError(
                        f'"{question.name}" does not apply with the other answers.',
                        hint=f"leave out --data {question.name}=...",
                    )
                interview.hide(question)
            elif question.name in self.given:
                interview.settle(question, self.given[question.name])
            elif not self._settle(question, interview):
                return question
        return None

    def _settle(self, question: Question, interview: Interview) -> bool:
        try:
            if question.name in self.drafts:
                interview.settle(question, self.drafts[question.name])
                return True
            if (self.quick and question.name not in ALWAYS_ASKED) or _is_settled(
                question, interview
            ):
                return interview.settle_default(question)
        except InvalidAnswer:
            # Another answer made this one impossible: it is asked again.
            self.drafts.pop(question.name, None)
        return False

    def _put(self, question: Question, interview: Interview, *, can_go_back: bool) -> None:
        """Ask one question and keep its answer as a draft."""
        before = self.earlier.get(question.name)
        default = interview.default(question) if before is None else before
        answer = put(
            question,
            interview,
            default,
            self.terminal,
            can_go_back=can_go_back,
            editing=before is not None,
        )
        if question.name == TYPE and answer in self.others:
            raise OtherType(answer)
        drafts = {question.name: answer}
        settle_addresses(drafts)
        if question.name not in drafts:  # the page of a competition, where a dataset was asked for
            drafts[question.name] = ""
        self.drafts |= drafts
        if question.name in self.trail:
            self.trail.remove(question.name)
        self.trail.append(question.name)

    def _agrees(self, interview: Interview, *, can_go_back: bool) -> bool:
        """Show every answer; return True for yes, or ask the one whose number was typed."""
        shown = [
            question
            for question in self.questionnaire.questions
            if question.name not in interview.hidden
        ]
        self.terminal.show(review(shown, interview))

        def complaint(typed: str) -> str | None:
            word = typed.strip()
            if not word or (word.isdigit() and 1 <= int(word) <= len(shown)):
                return None
            return f"Press Enter, or type a number from 1 to {len(shown)}."

        typed = self.terminal.text(
            "Enter to create it, or the number of an answer to change:",
            "",
            complaint,
            can_go_back=can_go_back,
        ).strip()
        if not typed:
            return True
        self._change(shown[int(typed) - 1], interview)
        return False

    def _change(self, question: Question, interview: Interview) -> None:
        if question.name in self.given:
            self.terminal.show(f"{question.name} was given on the command line; it stays.")
            return
        current = interview.values[question.name]
        # Everything that stands in the review was seen: it is not asked again.
        before = {name: value for name, value in interview.values.items() if name in self.drafts}
        try:
            answer = put(
                question, interview, current, self.terminal, can_go_back=True, editing=True
            )
        except GoBack:
            return
        if question.name == TYPE and answer in self.others:
            raise OtherType(answer)
        self.drafts = {**before, question.name: answer}


def _is_settled(question: Question, interview: Interview) -> bool:
    """Say whether there is nothing to choose: a single choice, which is the default too."""
    choices = interview.choices(question)
    return len(choices) == 1 and choices[0].value == interview.default(question)


def _preset_title(preset: Preset) -> str:
    return f"{preset.type}: {preset.title}" if preset.type else preset.title
