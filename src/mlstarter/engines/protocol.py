"""What an engine is: everything that depends on the program that a template was written for."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, Protocol

from mlstarter.engines.record import RecordFormat

if TYPE_CHECKING:
    from mlstarter.engines.result import Render
    from mlstarter.questions import Answers, Questionnaire
    from mlstarter.sources.template import Template

Moment = Literal["before_copy", "after_copy", "before_update", "after_update"]
MigrationStage = Literal["before", "after"]
PathTest = Callable[[str], bool]


@dataclass(frozen=True, slots=True)
class MigrationStep:
    """A command that brings a project along to a newer version, as the template states it.

    ``stage`` is on which side of the merge it runs; ``variables`` are ``_version_from`` and so on.
    """

    stage: MigrationStage
    command: str | Sequence[Any]
    when: str | bool
    folder: str
    variables: Mapping[str, Any]

    def __str__(self) -> str:
        """Return the command as one line, as it is written."""
        return one_line(self.command)


@dataclass(frozen=True, slots=True)
class MigrationCommand:
    """A step ready to run: a line for the shell or words, its folder, its environment variables."""

    command: str | list[str]
    folder: str
    env: Mapping[str, str]

    def __str__(self) -> str:
        """Return the command as one line."""
        return one_line(self.command)


@dataclass(frozen=True, slots=True)
class UpdateExemptions:
    """The files that a template's settings keep an update from changing.

    ``excludes`` says it of a path in any case, ``skips`` of one that the project has.
    """

    excludes: PathTest
    skips: PathTest


class Engine(Protocol):
    """One template as its engine sees it. What is read of the template is read once.

    ``engines.of(template)`` chooses the engine, and nothing else does.
    """

    template: Template

    @property
    def record_format(self) -> RecordFormat:
        """The form of the record that its projects keep."""

    @property
    def commands(self) -> tuple[str, ...]:
        """The tasks or hooks, one description each."""

    @property
    def code(self) -> tuple[str, ...]:
        """What needs trust: commands and Jinja extensions that would run, and what is read.

        One description each, the command or file included; empty for a template that only
        consists of texts about its answers.
        """

    @property
    def reads(self) -> tuple[str, ...]:
        """What the texts read beyond the template (clock, files, environment), with the file."""

    @property
    def inner_templates(self) -> Mapping[str, tuple[str, str]]:
        """The templates to choose from, name -> (title, folder), for a template of templates."""

    @property
    def has_migrations(self) -> bool:
        """Whether the template brings projects along by commands."""

    @property
    def questionnaire(self) -> Questionnaire:
        """The questions, in the order in which they are asked.

        Raises:
            TemplateError: they are not understood.
        """

    def texts(self) -> Iterator[tuple[str, str]]:
        """Yield each text that is rendered with the path of its file; paths are texts too."""

    def folder_name(self, answers: Mapping[str, Any]) -> str:
        """Return the name that the template gives to the project's folder, "" where it gives none.

        Raises:
            UnsafePath: it names no folder in which a project may lie.
        """

    def render(self, answers: Mapping[str, Any], folder_name: str) -> Render:
        """Return the project of complete answers; ``engines.render`` is what others call.

        Raises:
            TemplateError: the template is wrong, or would write where it may not.
        """

    def message(self, answers: Mapping[str, Any], moment: Moment, folder: str) -> tuple[str, ...]:
        """Return the lines that the author shows at a moment, none where there are none.

        One that cannot be rendered is a line that says so: it must not end what is being done.

        Args:
            answers: the answers so far; none before they are asked for.
            moment: when it is shown.
            folder: the project's folder as the user knows it.
        """

    def exemptions(self, answers: Answers) -> UpdateExemptions | None:
        """Return what an update must leave alone, None for nothing."""

    def migrations(self, version: str | None) -> Sequence[MigrationStep]:
        """Return the steps for a project of ``version``, none unless it is older.

        Raises:
            TemplateError: a step is not understood.
        """

    def migration_commands(
        self, steps: Iterable[MigrationStep], answers: Mapping[str, Any], folder_name: str
    ) -> list[MigrationCommand]:
        """Return the commands of those steps that apply to a project.

        Raises:
            TemplateError: a text of a step cannot be rendered.
        """


def one_line(command: Any) -> str:
    """Return the command of a task or migration as one line."""
    plain = command.get("command", "") if isinstance(command, Mapping) else command
    line = " ".join(map(str, plain)) if isinstance(plain, list) else str(plain)
    return " ".join(line.split())
