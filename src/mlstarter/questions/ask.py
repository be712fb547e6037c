"""Ask a questionnaire in a terminal, with going back and a review before anything is done.

The state is two things: the drafts (what was answered) and the trail (in which order it was
asked). Every step starts from the first question: those that are answered are settled, the
first that is not is asked. Going back takes the last one off the trail. So an answer that
changes what applies, or what is valid, is followed by exactly the questions it raises.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from mlstarter.data.kaggle import settle_addresses
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
from mlstarter.questions.terminal import BACK, Back, Terminal
from mlstarter.questions.walk import Policy, refuse_unknown, walk

EVERYTHING, PRESET, LAST, OWN = "everything", "preset", "last", "own"
# The question that a template has which takes a file of the user's own.
OWN_DATA = "data_path"
# What a new project needs a new answer to, whatever set of answers it starts from.
ALWAYS_ASKED = ("project_name",)


@dataclass(frozen=True, slots=True)
class OtherType:
    """The user chose a project type for which another template stands."""

    name: str


@dataclass(frozen=True, slots=True)
class StartFromData:
    """The user wants to start from data of their own, which are to be looked at first."""


DialogueOutcome = Answers | OtherType | StartFromData


@dataclass(frozen=True)
class Starts:
    """What a dialogue may start from.

    ``presets`` are the sets of answers to choose from, ``last`` the user's last answers to this
    template, ``remembered_answers`` what takes the place of the template's defaults in any case.
    """

    presets: Sequence[Preset] = ()
    last: Mapping[str, Any] = field(default_factory=dict)
    remembered_answers: Mapping[str, Any] = field(default_factory=dict)


def ask(
    questionnaire: Questionnaire,
    inputs: Mapping[str, Any],
    terminal: Terminal,
    *,
    starts: Starts = Starts(),
    start: Preset | Mapping[str, Any] | None = None,
    other_types: Mapping[str, str] | None = None,
) -> DialogueOutcome:
    """Ask whatever ``inputs`` leave open and return the answers that the user agreed to.

    Args:
        questionnaire: the template's questions.
        inputs: answers from flags and files; they are not asked.
        terminal: where to ask.
        starts: what to choose from, first of all.
        start: the answers to start from without asking: a preset that a flag named, or what was
            proposed over the user's own data.
        other_types: project types of other templates, offered beside this one's: name -> title.

    Returns:
        The answers; OtherType where one of ``other_types`` was chosen, StartFromData where the user
        wants to start from data.

    Raises:
        AnswersError: an input cannot be.
        KeyboardInterrupt, EOFError: the user stops.
    """
    refuse_unknown(questionnaire, inputs)
    others = other_types or {}
    conversation = Conversation(_with_types(questionnaire, others), inputs, terminal, starts)
    conversation.other_types = frozenset(others)
    if isinstance(start, Preset):
        start = preset_answers(start, questionnaire.names)
    return conversation.run(start)


def _with_types(questionnaire: Questionnaire, others: Mapping[str, str]) -> Questionnaire:
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


class Conversation(Policy):
    """One dialogue, from the first question to the agreement."""

    def __init__(
        self,
        questionnaire: Questionnaire,
        inputs: Mapping[str, Any],
        terminal: Terminal,
        starts: Starts,
    ) -> None:
        self.questionnaire = questionnaire
        self.inputs = inputs
        self.terminal = terminal
        self.starts = starts
        self.other_types: frozenset[str] = frozenset()
        self.suggestions: dict[str, Any] = dict(starts.remembered_answers)
        # With a set of answers to start from, only what it leaves open is asked.
        self.quick = False
        self.drafts: dict[str, Any] = {}
        self.earlier: dict[str, Any] = {}
        self.trail: list[str] = []

    def run(self, start: Mapping[str, Any] | None) -> DialogueOutcome:
        """Ask until the user agrees to the review; ``start`` is a set of answers to begin with."""
        self.terminal.show(self.terminal.keys)
        options = self._options() if start is None else []
        if start is not None:
            self._take_set(start)
        elif options and (wish := self._start(options)) is not None:
            return wish
        while True:
            interview = Interview(self.questionnaire, self.inputs, self.suggestions)
            question = walk(interview, self)
            can_go_back = bool(self.trail or options)
            if question is None:
                step = self._review(interview, can_go_back=can_go_back)
            else:
                step = self._ask(question, interview, can_go_back=can_go_back)
            # From the first question the way back leads to where to start from, if that was asked.
            if step is BACK and self.trail:
                name = self.trail.pop()
                self.earlier[name] = self.drafts.pop(name, None)
            elif step is BACK:
                step = self._start(options)
            if step is not None and step is not BACK:
                return step

    def _options(self) -> list[Choice]:
        """Return what there is to start from, nothing where there is no choice."""
        presets = self.starts.presets
        options = [Choice("Choose everything", EVERYTHING)]
        if presets:
            options.insert(0, Choice(f"A preset ({len(presets)} ready sets of answers)", PRESET))
        if OWN_DATA in self.questionnaire and OWN_DATA not in self.inputs:
            options.append(Choice("Data of my own (a file or a folder)", OWN))
        if self.starts.last:
            options.append(Choice("My last answers", LAST))
        return options if len(options) > 1 else []

    def _start(self, options: Sequence[Choice]) -> StartFromData | None:
        """Ask what to start from."""
        # Another start is another dialogue: an answer that nobody sees again must not count.
        self.drafts.clear()
        while True:
            way = self.terminal.select("Start from", options, None, can_go_back=False)
            self.suggestions, self.quick = dict(self.starts.remembered_answers), False
            if way == OWN:
                return StartFromData()
            if way == LAST:
                last = self.starts.last.items()
                self._take_set({name: v for name, v in last if name not in ALWAYS_ASKED})
            if way != PRESET or self._take_preset():
                return None

    def _take_preset(self) -> bool:
        choices = [
            Choice(_preset_title(preset), preset, description=preset.description)
            for preset in self.starts.presets
        ]
        preset = self.terminal.select("Which preset?", choices, None, can_go_back=True)
        if preset is BACK:
            return False
        self._take_set(preset_answers(preset, self.questionnaire.names))
        return True

    def _take_set(self, answers: Mapping[str, Any]) -> None:
        self.suggestions = {**self.starts.remembered_answers, **answers}
        self.quick = True

    def answer(self, question: Question, interview: Interview) -> bool:
        """Settle a question that was answered, or need not be; the walk ends before any other."""
        try:
            if question.name in self.drafts:
                interview.settle(question, self.drafts[question.name])
                return True
            if (self.quick and question.name not in ALWAYS_ASKED) or _has_one_answer(
                question, interview
            ):
                return interview.settle_default(question)
        except InvalidAnswer:
            # Another answer made this one impossible: it is asked again.
            self.drafts.pop(question.name, None)
        return False

    def _ask(
        self, question: Question, interview: Interview, *, can_go_back: bool
    ) -> OtherType | Back | None:
        """Ask one question and keep its answer as a draft."""
        # What was typed before somebody went back is worth more than the default.
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
        if isinstance(answer, Back):
            return answer
        if question.name == TYPE and answer in self.other_types:
            return OtherType(answer)
        drafts = {question.name: answer}
        settle_addresses(drafts)
        if question.name not in drafts:  # the page of a competition, where a dataset was asked for
            drafts[question.name] = ""
        self.drafts |= drafts
        if question.name in self.trail:
            self.trail.remove(question.name)
        self.trail.append(question.name)
        return None

    def _review(self, interview: Interview, *, can_go_back: bool) -> DialogueOutcome | Back | None:
        """Show every answer; return them for yes, or ask the one whose number was typed."""
        questions = [
            question
            for question in self.questionnaire.questions
            if question.name not in interview.hidden_names
        ]
        self.terminal.show(review(questions, interview))

        def complaint(entry: str) -> str | None:
            word = entry.strip()
            if not word or (word.isdecimal() and 1 <= int(word) <= len(questions)):
                return None
            return f"Press Enter, or type a number from 1 to {len(questions)}."

        entry = self.terminal.text(
            "Enter to create it, or the number of an answer to change:",
            "",
            complaint,
            can_go_back=can_go_back,
        )
        if isinstance(entry, Back):
            return entry
        if not entry.strip():
            return interview.answers()
        return self._change(questions[int(entry) - 1], interview)

    def _change(self, question: Question, interview: Interview) -> OtherType | None:
        if question.name in self.inputs:
            self.terminal.show(f"{question.name} was given on the command line; it stays.")
            return None
        current = interview.values[question.name]
        # Everything that stands in the review was seen: it is not asked again.
        before = {name: value for name, value in interview.values.items() if name in self.drafts}
        answer = put(question, interview, current, self.terminal, can_go_back=True, editing=True)
        if isinstance(answer, Back):
            return None
        if question.name == TYPE and answer in self.other_types:
            return OtherType(answer)
        self.drafts = {**before, question.name: answer}
        return None


def _has_one_answer(question: Question, interview: Interview) -> bool:
    """Say whether there is nothing to choose: a single choice, which is the default too."""
    choices = interview.choices(question)
    return len(choices) == 1 and choices[0].value == interview.default(question)


def _preset_title(preset: Preset) -> str:
    return f"{preset.type}: {preset.title}" if preset.type else preset.title
