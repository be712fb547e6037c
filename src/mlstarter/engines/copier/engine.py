"""The engine of Copier templates: https://copier.readthedocs.io/"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

from mlstarter.engines.copier.config import CopierConfig, load_config
from mlstarter.engines.copier.record import CopierAnswersFile
from mlstarter.engines.machine_reads import copier_reads
from mlstarter.engines.protocol import (
    MigrationCommand,
    MigrationStep,
    Moment,
    UpdateExemptions,
    one_line,
)
from mlstarter.engines.record import RecordFormat
from mlstarter.errors import TemplateError
from mlstarter.escape import shell_word

if TYPE_CHECKING:
    from mlstarter.engines.copier.quick_renderer import QuickRenderer
    from mlstarter.engines.result import Render
    from mlstarter.questions import Answers, Questionnaire
    from mlstarter.sources.template import Template


class CopierEngine:
    """One Copier template."""

    record_format: RecordFormat = CopierAnswersFile()
    inner_templates: Mapping[str, tuple[str, str]] = {}

    def __init__(self, template: Template) -> None:
        self.template = template

    @cached_property
    def config(self) -> CopierConfig:
        """What ``copier.yml`` says; without its tasks where only the texts are wanted."""
        config = load_config(self.template.root, is_builtin=self.template.is_builtin)
        return config.without("tasks") if self.template.texts_only else config

    @property
    def commands(self) -> tuple[str, ...]:
        """The tasks, one description each."""
        return tuple(f"task {one_line(task)}" for task in self.config.settings.get("tasks") or ())

    @cached_property
    def reads(self) -> tuple[str, ...]:
        """What the texts read beyond the template, with the file."""
        return () if self.template.is_builtin else copier_reads(self.config)

    @property
    def code(self) -> tuple[str, ...]:
        """What needs trust."""
        extensions = (f"Jinja extension {name}" for name in self.config.foreign_extensions)
        return (*self.commands, *extensions, *self.reads)

    @property
    def has_migrations(self) -> bool:
        """Whether the template brings projects along by commands."""
        return bool(self.config.settings.get("migrations"))

    @cached_property
    def questionnaire(self) -> Questionnaire:
        """The questions, in the order in which they are asked."""
        from mlstarter.engines.copier.questions import copier_questionnaire

        return copier_questionnaire(self.config, is_trusted=self.template.is_trusted)

    def texts(self) -> Iterator[tuple[str, str]]:
        """Yield each text that is rendered with the path of its file."""
        from mlstarter.engines.texts import texts_below

        suffix = self.config.suffix
        return texts_below(self.template.root, lambda path: path.endswith(suffix))

    def folder_name(self, answers: Mapping[str, Any]) -> str:  # noqa: ARG002 - never named
        """Return "": a Copier template leaves the name to who uses it."""
        return ""

    @cached_property
    def only_copier_renders(self) -> str | None:
        """What of the template the renderer of this process leaves to Copier itself, or None."""
        if self.template.is_builtin and not self.template.is_trusted:
            return None
        from mlstarter.engines.copier.coverage import beyond_quick_renderer

        return beyond_quick_renderer(self.config, is_trusted=self.template.is_trusted)

    @cached_property
    def quick_renderer(self) -> QuickRenderer:
        """The renderer of this process, which keeps what it compiled and read."""
        from mlstarter.engines.copier.quick_renderer import QuickRenderer

        return QuickRenderer(self.template, self.config, is_trusted=self.template.is_trusted)

    def render(self, answers: Mapping[str, Any], folder_name: str) -> Render:
        """Return the project of complete answers."""
        from mlstarter.engines.result import Render

        if self.only_copier_renders is not None:
            from mlstarter.engines.copier.run_copy import render_with_copier

            return render_with_copier(self, answers, folder_name)
        from mlstarter.engines.template_text import TextError

        try:
            return Render(self.quick_renderer.render(answers, folder_name))
        except TextError as error:
            source = self.template.source
            raise TemplateError(
                f"The template {source} cannot be rendered: {error.fault} ({error.place}).",
                hint="tell its author; Copier alone says the same: copier copy "
                f"{shell_word(source)} somewhere",
            ) from error

    def message(self, answers: Mapping[str, Any], moment: Moment, folder: str) -> tuple[str, ...]:
        """Return the lines that the author shows at a moment."""
        text = self.config.settings.get(f"message_{moment}")
        if not text:
            return ()
        from mlstarter.engines.copier.messages import render_message

        return render_message(text, self.questionnaire, answers, moment, folder)

    def exemptions(self, answers: Answers) -> UpdateExemptions | None:
        """Return what an update must leave alone."""
        from mlstarter.engines.copier.exemptions import update_exemptions

        return update_exemptions(self.config, self.questionnaire, answers)

    def migrations(self, version: str | None) -> Sequence[MigrationStep]:
        """Return the steps for a project of ``version``."""
        from mlstarter.engines.copier.migrations import migration_steps

        return tuple(migration_steps(self.template, self.config, version))

    def migration_commands(
        self, steps: Iterable[MigrationStep], answers: Mapping[str, Any], folder_name: str
    ) -> list[MigrationCommand]:
        """Return the commands of those steps that apply to a project."""
        from mlstarter.engines.copier.migrations import migration_commands

        return migration_commands(self.template, self.config, steps, answers, folder_name)
