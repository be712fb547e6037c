"""The engine of Cookiecutter templates: https://cookiecutter.readthedocs.io/"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

from mlstarter.engines.cookiecutter.config import CookiecutterConfig, load_cookiecutter_json
from mlstarter.engines.cookiecutter.record import CruftFile
from mlstarter.engines.machine_reads import cookiecutter_reads
from mlstarter.engines.protocol import MigrationCommand, MigrationStep, Moment, UpdateExemptions
from mlstarter.engines.record import RecordFormat

if TYPE_CHECKING:
    from mlstarter.engines.result import Render
    from mlstarter.questions import Answers, Questionnaire
    from mlstarter.sources.template import Template


class CookiecutterEngine:
    """One Cookiecutter template. It has no messages, no migrations and no exempt files."""

    record_format: RecordFormat = CruftFile()
    has_migrations = False

    def __init__(self, template: Template) -> None:
        self.template = template

    @cached_property
    def config(self) -> CookiecutterConfig:
        """What ``cookiecutter.json`` says."""
        return load_cookiecutter_json(self.template.root)

    @property
    def inner_templates(self) -> Mapping[str, tuple[str, str]]:
        """The templates to choose from, for a template of templates."""
        return self.config.inner_templates

    @property
    def commands(self) -> tuple[str, ...]:
        """The hooks, one description each; none where only the texts are wanted."""
        if self.template.texts_only:
            return ()
        return tuple(f"hook {hook}" for hook in self.config.hooks)

    @cached_property
    def reads(self) -> tuple[str, ...]:
        """What the texts read beyond the template, with the file."""
        return cookiecutter_reads(self.config)

    @property
    def code(self) -> tuple[str, ...]:
        """What needs trust."""
        extensions = (f"Jinja extension {name}" for name in self.config.extensions)
        return (*self.commands, *extensions, *self.reads)

    @cached_property
    def questionnaire(self) -> Questionnaire:
        """The questions, in the order in which they are asked."""
        from mlstarter.engines.cookiecutter.questions import cookiecutter_questionnaire

        return cookiecutter_questionnaire(self.config, is_trusted=self.template.is_trusted)

    def texts(self) -> Iterator[tuple[str, str]]:
        """Yield each text that is rendered with the path of its file."""
        from mlstarter.engines.texts import texts_below

        start = self.template.root / self.config.project_folder
        return texts_below(start, lambda path: not self.config.copies(path))

    def folder_name(self, answers: Mapping[str, Any]) -> str:
        """Return the name that the template gives to the project's folder."""
        from mlstarter.engines.cookiecutter.renderer import folder_name
        from mlstarter.engines.path_safety import checked_path

        name = folder_name(self, answers)
        return checked_path(name) if name else ""

    def render(self, answers: Mapping[str, Any], folder_name: str) -> Render:  # noqa: ARG002 - the template names it
        """Return the project of complete answers."""
        from mlstarter.engines.cookiecutter.renderer import render_cookiecutter

        return render_cookiecutter(self, answers)

    def message(
        self,
        answers: Mapping[str, Any],  # noqa: ARG002 - there is no message to render
        moment: Moment,  # noqa: ARG002
        folder: str,  # noqa: ARG002
    ) -> tuple[str, ...]:
        """Return nothing."""
        return ()

    def exemptions(self, answers: Answers) -> UpdateExemptions | None:  # noqa: ARG002 - none
        """Return None."""
        return None

    def migrations(self, version: str | None) -> Sequence[MigrationStep]:  # noqa: ARG002 - none
        """Return nothing."""
        return ()

    def migration_commands(
        self,
        steps: Iterable[MigrationStep],  # noqa: ARG002 - there are none
        answers: Mapping[str, Any],  # noqa: ARG002
        folder_name: str,  # noqa: ARG002
    ) -> list[MigrationCommand]:
        """Return nothing."""
        return []
