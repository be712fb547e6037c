"""The state of answering a questionnaire: what applies, what is offered, what is valid.

Both ways of answering, flags and prompts, go through this one class, so that they agree.
Questions are settled in the template's order, because a later one may depend on any before it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from typing import TYPE_CHECKING, Any

from mlstarter.bounds import bounded_evaluation, is_limited
from mlstarter.engines.chance import Chance, drawing, new_seed
from mlstarter.errors import MlstarterError, TemplateError
from mlstarter.escape import shorten
from mlstarter.questions.model import (
    MISSING,
    Answers,
    Choice,
    InvalidAnswer,
    NoDefault,
    Question,
    Questionnaire,
    Verbatim,
)
from mlstarter.questions.values import CASTS, as_list, as_text, cast, to_bool
from mlstarter.suggest import did_you_mean, listing

if TYPE_CHECKING:
    from jinja2 import Environment


class Interview:
    """One pass through a questionnaire.

    ``inputs`` are the user's own values. ``suggestions`` take the place of the template's defaults
    (a preset, remembered answers); one of them that is not valid is passed over.
    """

    def __init__(
        self,
        questionnaire: Questionnaire,
        inputs: Mapping[str, Any],
        suggestions: Mapping[str, Any] | None = None,
    ) -> None:
        self.questionnaire = questionnaire
        self.inputs = inputs
        self.suggestions = suggestions or {}
        self.values: dict[str, Any] = {}
        self.hidden_names: set[str] = set()
        self.seed = questionnaire.seed or new_seed()
        self.used_chance = False
        self._templates = questionnaire.compiled_texts
        self._marks = _marks_of_jinja(questionnaire.environment)

    def applies(self, question: Question) -> bool:
        """Say whether the question is asked, given the answers before it."""
        return to_bool(self.render(question.when, question))

    def help(self, question: Question) -> str:
        """Return the question's text, or its name where the template has none."""
        return str(self.render(question.help, question)).strip() or question.name

    def placeholder(self, question: Question) -> str:
        """Return the grey example shown in an empty field."""
        return str(self.render(question.placeholder, question))

    def multiline(self, question: Question) -> bool:
        """Say whether the answer may take several lines."""
        return to_bool(self.render(question.multiline, question))

    def type_name(self, question: Question) -> str:
        """Return the question's type; raises TemplateError for one that does not exist."""
        name = str(self.render(question.type, question))
        if name not in CASTS:
            raise TemplateError(
                f'The template\'s question "{question.name}" has the unknown type "{name}".',
                hint=did_you_mean(name, CASTS) or f"types are {listing(CASTS)}",
            )
        return name

    def choices(self, question: Question) -> list[Choice]:
        """Return the answers to choose from, an empty list for a free one."""
        source = question.choices
        if isinstance(source, str):
            source = self._choices_in(question, source)
        entries = list(source.items()) if isinstance(source, Mapping) else list(source)
        return [self._choice(question, entry) for entry in entries]

    def _choices_in(self, question: Question, text: str) -> Any:
        """Return the list or mapping of choices that a text renders to."""
        try:
            choices = cast(self.render(text, question), "yaml") or []
        except ValueError:
            choices = None
        if not isinstance(choices, Mapping | list | tuple):
            raise TemplateError(
                f'The choices of the template\'s question "{question.name}" are not a list.',
                hint="tell the template's author",
            )
        return choices

    def _choice(self, question: Question, entry: Any) -> Choice:
        if isinstance(entry, Choice):
            return entry
        if not isinstance(entry, list | tuple):
            title = value = entry
        elif len(entry) == 2:
            title, value = entry
        else:
            raise TemplateError(
                f'A choice of the template\'s question "{question.name}" is not a pair.',
                hint="tell the template's author",
            )
        refusal = ""
        if isinstance(value, Mapping) and isinstance(entry, list | tuple):
            refusal = str(self.render(value.get("validator", ""), question)).strip()
            value = value.get("value", title)
        try:
            value = self._cast(question, self.render(value, question))
        except ValueError as error:
            raise TemplateError(
                f'A choice of the template\'s question "{question.name}" is not of its type: '
                f"{error}.",
                hint="tell the template's author",
            ) from error
        return Choice(str(self.render(title, question)), value, refusal)

    def default(self, question: Question) -> Any:
        """Return the value that an untouched question has, or MISSING."""
        if question.name in self.suggestions:
            try:
                return self.check(question, self.suggestions[question.name])
            except InvalidAnswer:
                pass  # a preset or a memory may be of another version: nobody said it of this one
        source = question.default
        if isinstance(source, Verbatim):
            return source.value
        if source is MISSING:
            return MISSING
        try:
            value = self.render(source, question)
        except NoDefault:
            return MISSING
        if source is None and self.type_name(question) not in {"json", "yaml"}:
            return MISSING
        return value

    def settle_default(self, question: Question, *, validate: bool = True) -> bool:
        """Take the default as the answer; return False where there is none.

        A question that does not apply is not validated, as in Copier.
        """
        value = self.default(question)
        if value is MISSING:
            return False
        if validate:
            self.values[question.name] = self.check(question, value)
        else:
            try:
                self.values[question.name] = self._parse(question, value)
            except ValueError:
                self.values[question.name] = value
        return True

    def settle(self, question: Question, raw: Any) -> None:
        """Record an answer; raises InvalidAnswer with the sentence to show."""
        self.values[question.name] = self.check(question, raw)

    def hide(self, question: Question) -> None:
        """Record that a question does not apply; its default is still rendered."""
        self.hidden_names.add(question.name)
        self.settle_default(question, validate=False)

    def check(self, question: Question, raw: Any) -> Any:
        """Return the value that ``raw`` stands for, or raise InvalidAnswer."""
        value_text = "that" if question.secret else f'"{shorten(as_text(raw, "str"))}"'
        try:
            value = self._parse(question, raw)
        except ValueError as error:
            raise InvalidAnswer(
                question.name, value_text, str(error), hint=self._hint(question, raw)
            ) from error
        complaint = str(self.render(question.validator, question, {question.name: value})).strip()
        if complaint:
            hint = f"give another one with --data {question.name}=VALUE"
            raise InvalidAnswer(question.name, value_text, " ".join(complaint.split()), hint=hint)
        return value

    def _hint(self, question: Question, raw: Any) -> str:
        values = [as_text(choice.value, "str") for choice in self.choices(question)]
        if isinstance(raw, str) and (near := did_you_mean(raw, values)):
            return near
        return f"give another one with --data {question.name}=VALUE"

    def _parse(self, question: Question, raw: Any) -> Any:
        choices = self.choices(question)
        if not question.multiselect:
            return self._one(question, raw, choices)
        values = [self._one(question, item, choices) for item in as_list(raw)]
        if not choices:
            return values
        return [choice.value for choice in choices if choice.value in values]

    def _one(self, question: Question, raw: Any, choices: Sequence[Choice]) -> Any:
        value = self._cast(question, raw)
        if not choices:
            return value
        for choice in choices:
            if choice.value == value:
                if choice.refusal:
                    raise ValueError(choice.refusal.rstrip("."))
                return value
        open_to = [as_text(choice.value, "str") for choice in choices if not choice.refusal]
        raise ValueError(f"choose {listing(open_to)}")

    def _cast(self, question: Question, value: Any) -> Any:
        return cast(value, self.type_name(question))

    def render(self, text: Any, question: Question, extra: Mapping[str, Any] | None = None) -> Any:
        """Render a text of the template with the answers so far.

        Lists are rendered item by item; anything else that is not a string is returned as it
        is. Raises TemplateError where the template's Jinja is wrong.
        """
        if not isinstance(text, str):
            return self._render_parts(text, question, extra)
        # Most choices and types hold nothing to render.
        for mark in self._marks:
            if mark in text:
                break
        else:
            return text
        try:
            return self._render_text(text, question.name, extra or {})
        except (NoDefault, MlstarterError, MemoryError):
            raise
        except Exception as error:
            # A text of a template may raise anything.
            raise TemplateError(
                f'The template\'s question "{question.name}" cannot be rendered: {error}.',
                hint="its author must mend it; filters of its own need --trust",
            ) from error

    def _render_parts(self, value: Any, question: Question, extra: Mapping[str, Any] | None) -> Any:
        """Render what a list or mapping holds; return any other value as it is."""
        if isinstance(value, list):
            return [self.render(item, question, extra) for item in value]
        # Copier leaves mappings as they stand; Cookiecutter renders their keys and values.
        if self.questionnaire.namespace is not None and isinstance(value, Mapping):
            return {
                self.render(key, question, extra): self.render(part, question, extra)
                for key, part in value.items()
            }
        return value

    def _render_text(self, text: str, name: str, extra: Mapping[str, Any]) -> str:
        # Each text anew from the seed: however often it is shown, it draws the same.
        chance = Chance(self.seed, f"{name}\0{text}")
        # Entering a block costs as much as a short text, and `complete` is one already.
        bound = (
            nullcontext()
            if is_limited()
            else bounded_evaluation(f'The template\'s question "{name}"')
        )
        with bound, drawing(chance):
            if text not in self._templates:
                self._templates[text] = self.questionnaire.environment.from_string(text)
            result = self._templates[text].render(self._context(extra))
        self.used_chance |= chance.was_used
        return result

    def _context(self, extra: Mapping[str, Any]) -> dict[str, Any]:
        answers = {**self.suggestions, **self.inputs, **self.values, **extra}
        if self.questionnaire.namespace is not None:
            return {self.questionnaire.namespace: answers}
        return {**self.questionnaire.variables, **answers}

    def answers(self) -> Answers:
        """Return what was settled, in the template's order."""
        secrets = {question.name for question in self.questionnaire.questions if question.secret}
        return Answers(
            dict(self.values),
            frozenset(self.hidden_names),
            frozenset(secrets),
            self.seed,
            self.used_chance,
        )


def _marks_of_jinja(env: Environment) -> tuple[str, ...]:
    """Return what a text holds one of where it holds anything to render."""
    starts = (env.variable_start_string, env.block_start_string, env.comment_start_string)
    prefixes = (env.line_statement_prefix, env.line_comment_prefix)
    return (*starts, *filter(None, prefixes))
