"""One version of one template, as a value that every other part of mlstarter takes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

from mlstarter.errors import TemplateError
from mlstarter.sources.cookiecutter_json import CookiecutterConfig, load_cookiecutter_json
from mlstarter.sources.copier_yml import CopierConfig, config_file, load_config
from mlstarter.sources.machine_reads import cookiecutter_reads, copier_reads

Engine = Literal["copier", "cookiecutter"]


@dataclass(frozen=True)
class Template:
    """A template at one version, readable in the folder ``root``.

    ``source`` is what a project records: a public URL, a folder's absolute path, either with
    ``#subdirectory=SUB`` for a template below the root of its repository. ``version`` is what it
    records beside it: a tag, ``git describe`` where the commit has none, or None for a folder
    that is not under git. ``sources.resolve(source, version)`` gives the same template again.
    ``commit`` is the full id of the commit, where there is one.
    """

    source: str
    version: str | None
    root: Path
    engine: Engine
    commit: str | None = None

    @cached_property
    def config(self) -> CopierConfig:
        """The questions and settings of a Copier template."""
        return load_config(self.root)

    @cached_property
    def cookiecutter(self) -> CookiecutterConfig:
        """The variables of a Cookiecutter template."""
        return load_cookiecutter_json(self.root)

    @cached_property
    def commands(self) -> tuple[str, ...]:
        """The tasks or hooks, one description each."""
        if self.engine == "cookiecutter":
            return tuple(f"hook {hook}" for hook in self.cookiecutter.hooks)
        tasks = self.config.settings.get("tasks") or ()
        return tuple(f"task {command_of(task)}" for task in tasks)

    @cached_property
    def reads(self) -> tuple[str, ...]:
        """What the texts read beyond the template (clock, files, environment), with the file."""
        if self.engine == "cookiecutter":
            return cookiecutter_reads(self.cookiecutter)
        return copier_reads(self.config)

    @cached_property
    def code(self) -> tuple[str, ...]:
        """What needs trust: commands and Jinja extensions that would run, and what is read.

        One description each, the command or file included; empty for a template that only
        consists of texts about its answers.
        """
        if self.engine == "cookiecutter":
            extensions = self.cookiecutter.extensions
        else:
            extensions = self.config.foreign_extensions
        return (*self.commands, *(f"Jinja extension {name}" for name in extensions), *self.reads)

    def without_code(self) -> Template:
        """Return the template without its tasks or hooks: what its texts alone make."""
        plain = Template(self.source, self.version, self.root, self.engine, self.commit)
        if self.engine == "copier":
            settings = {k: v for k, v in self.config.settings.items() if k != "tasks"}
            plain.__dict__["config"] = CopierConfig(self.root, settings, self.config.questions)
        plain.__dict__["reads"] = self.reads
        plain.__dict__["code"] = self.code[len(self.commands) :]
        return plain


def command_of(task: Any) -> str:
    """Return the command of a Copier task as one line."""
    command = task.get("command", "") if isinstance(task, Mapping) else task
    line = " ".join(map(str, command)) if isinstance(command, list) else str(command)
    return " ".join(line.split())


def engine_of(root: Path, source: str) -> Engine:
    """Tell a Copier template from a Cookiecutter one by its files.

    Raises:
        TemplateError: the folder holds neither.
    """
    if config_file(root) is not None:
        return "copier"
    if (root / "cookiecutter.json").is_file():
        return "cookiecutter"
    raise TemplateError(
        f"There is no template in {source}: it has neither copier.yml nor cookiecutter.json.",
        hint="name the folder inside it with --directory SUB",
    )
