"""What a question, an answer and a whole questionnaire are.

A question keeps the template's own words: texts, defaults, choices and conditions may be Jinja
and are only rendered once the answers before them are known (``interview.py``).
The format is Copier's: https://copier.readthedocs.io/en/stable/configuring/#questions
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING, Any, Final

from jinja2 import UndefinedError

from mlstarter.engines.chance import new_seed
from mlstarter.errors import AnswersError

if TYPE_CHECKING:
    from jinja2 import Template
    from jinja2.sandbox import SandboxedEnvironment


class _Missing(Enum):
    MISSING = "missing"


MISSING: Final = _Missing.MISSING
"""No value: what a question without a default has until it is answered."""

TYPE: Final = "project_type"
"""The question whose answer is the project type, where a template has several."""


class Verbatim:
    """A default that is taken as it stands, never rendered."""

    def __init__(self, value: Any) -> None:
        self.value = value


class NoDefault(UndefinedError):
    """Raised by a text that says that there is no default (Copier's ``UNSET``)."""


class InvalidAnswer(AnswersError):
    """A value that its question does not take.

    ``reason`` alone is what a prompt shows, which stands beside the value anyway.
    """

    def __init__(self, name: str, value: str, reason: str, *, hint: str | None = None) -> None:
        end = "" if reason.endswith((".", "!", "?")) else "."
        super().__init__(f'The answer to "{name}" cannot be {value}: {reason}{end}', hint=hint)
        self.name = name
        self.reason = f"{reason[:1].upper()}{reason[1:]}{end}"


@dataclass(frozen=True, slots=True)
class Choice:
    """One of the answers to choose from: what is shown, what it means.

    ``refusal`` says why it cannot be chosen with the answers given so far; empty where it can.
    ``description`` is shown while the cursor is on it.
    """

    title: str
    value: Any
    refusal: str = ""
    description: str = ""


@dataclass(frozen=True, slots=True)
class Question:
    """One question as the template states it. Strings may be Jinja."""

    name: str
    type: str = "yaml"
    help: str = ""
    default: Any = MISSING
    choices: Any = ()
    multiselect: bool = False
    multiline: str | bool = False
    placeholder: str = ""
    secret: bool = False
    validator: str = ""
    when: str | bool = True


@dataclass(frozen=True)
class Questionnaire:
    """The questions of one template, in order, and the environment that renders their texts.

    ``namespace`` is the variable that holds the answers (``cookiecutter`` for templates of
    that engine), or None where each answer is a variable of its own (Copier); ``variables`` are
    what a text can read beside them. ``compiled_texts``
    keeps the texts that were rendered once: compiling costs more than rendering. ``seed`` is what
    chance in them is drawn from (None: another one each time they are answered).
    """

    questions: tuple[Question, ...]
    environment: SandboxedEnvironment
    namespace: str | None = None
    variables: Mapping[str, Any] = field(default_factory=dict, compare=False, repr=False)
    compiled_texts: dict[str, Template] = field(default_factory=dict, compare=False, repr=False)
    seed: str | None = field(default=None, compare=False, repr=False)

    @property
    def names(self) -> list[str]:
        """The questions' names, in order."""
        return [question.name for question in self.questions]

    def __getitem__(self, name: str) -> Question:
        """Return the question called ``name``; raises KeyError."""
        for question in self.questions:
            if question.name == name:
                return question
        raise KeyError(name)

    def __contains__(self, name: object) -> bool:
        """Say whether there is a question called ``name``."""
        return any(question.name == name for question in self.questions)


@dataclass(frozen=True)
class Answers(Mapping[str, Any]):
    """Every value that a render needs, by question, in the template's order.

    ``hidden_names`` are the questions that do not apply: they are rendered with their default and
    never recorded. ``secrets`` names those that are used once and written nowhere. ``seed`` is what
    a render draws its chance from; ``used_chance`` says that a question did.
    """

    by_name: Mapping[str, Any]
    hidden_names: frozenset[str] = field(default_factory=frozenset)
    secrets: frozenset[str] = field(default_factory=frozenset)
    seed: str = field(default_factory=new_seed, compare=False, repr=False)
    used_chance: bool = field(default=False, compare=False)

    def __getitem__(self, name: str) -> Any:
        """Return the value for the question ``name``; raises KeyError."""
        return self.by_name[name]

    def __iter__(self) -> Iterator[str]:
        """Iterate over the names, in the template's order."""
        return iter(self.by_name)

    def __len__(self) -> int:
        """Return the number of values, hidden ones included."""
        return len(self.by_name)

    @property
    def applicable(self) -> dict[str, Any]:
        """The answers to questions that apply, secrets included: what an engine is given."""
        return {
            name: value for name, value in self.by_name.items() if name not in self.hidden_names
        }

    @property
    def for_record(self) -> dict[str, Any]:
        """What the answers file holds: the answers that apply, without the secrets."""
        return {n: v for n, v in self.applicable.items() if n not in self.secrets}
