"""Migrations of a Copier template: commands that bring a project along to a newer version.

They run in a copy of the project, and what they change becomes part of the merge: the preview shows
it, ``git merge --abort`` drops it and ``--undo`` takes it back. Which ones run, and with which
variables, is Copier's rule: https://copier.readthedocs.io/en/stable/configuring/#migrations
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from jinja2 import Environment
from jinja2 import TemplateError as JinjaError

from mlstarter.changelog import parse_version
from mlstarter.engines import require_trust
from mlstarter.engines.jinja import environment
from mlstarter.engines.path_safety import check
from mlstarter.engines.result import read_rendered
from mlstarter.errors import TemplateError
from mlstarter.files import write_tree
from mlstarter.git.process import Git
from mlstarter.project import Project, Record, read_record
from mlstarter.questions.values import to_bool
from mlstarter.sources import Template
from mlstarter.sources.template import command_of
from mlstarter.tree import Tree
from mlstarter.update.merge.plan import Edits, files_of
from mlstarter.update.merge.three_way import parse_listing

Stage = Literal["before", "after"]
STAGES: tuple[Stage, ...] = ("before", "after")


@dataclass(frozen=True, slots=True)
class Step:
    """One command as the template states it; ``variables`` are ``_version_from`` and so on."""

    stage: Stage
    command: str | Sequence[Any]
    when: str | bool
    folder: str
    variables: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Command:
    """A step ready to run: a line for the shell or words, its folder, its environment variables."""

    command: str | list[str]
    folder: str
    env: Mapping[str, str]

    def __str__(self) -> str:
        """Return it as one line."""
        return command_of(self.command)


class Migration:
    """What a template runs on the way from a project's version to its own.

    ``edits`` is what the commands before the merge changed in the project, ``ran`` names the
    commands that were run.
    """

    def __init__(
        self, project: Project, ours: str, template: Template, record: Record, trust: bool
    ) -> None:
        """Find the steps.

        Raises:
            NeedsTrust: there are some, and the template is not trusted.
        """
        self.project, self.ours, self.template, self.record = project, ours, template, record
        self.name = project.folder.name.removesuffix(".git")
        self.steps = list(steps_between(template, record.version))
        self.edits: Edits = {}
        self.ran: list[str] = []
        if self.steps:
            code = dict.fromkeys(f"migration {command_of(step.command)}" for step in self.steps)
            require_trust(template, trust, list(code))

    def before(self) -> Record:
        """Run what comes before the merge; return the project's record as it is then."""
        commands = self._commands("before", self.record.answers)
        if not commands:
            return self.record
        git = self.project.repository.git
        where = f"{self.ours}:{self.project.prefix}"
        listed = parse_listing(git.fields("ls-tree", "-r", "-z", "--full-tree", where))
        files = files_of(git, listed)
        self.edits = self._run(commands, files)
        edited = self.edits.get(self.record.path)
        if edited is None:
            return self.record
        found = read_record({self.record.path: edited.data}.get, (self.record.path,))
        return found or self.record

    def after(self, answers: Mapping[str, Any]) -> Callable[[Tree], Edits] | None:
        """Return what to do with the files of a clean merge, None for nothing."""
        commands = self._commands("after", answers)
        return (lambda files: self._run(commands, files)) if commands else None

    def waiting(self, answers: Mapping[str, Any]) -> tuple[str, ...]:
        """Return the commands that can only run when the merge is done."""
        return tuple(map(str, self._commands("after", answers)))

    def _run(self, commands: Sequence[Command], files: Tree) -> Edits:
        self.ran += map(str, commands)
        return run_in_copy(commands, files, self.name)

    def _commands(self, stage: Stage, answers: Mapping[str, Any]) -> list[Command]:
        steps = [step for step in self.steps if step.stage == stage]
        if not steps:
            return []
        config = self.template.config
        env = environment(config, config.extensions, trusted=True)
        context = {
            **answers,
            "_copier_answers": dict(answers),
            "_folder_name": self.name,
            "_copier_python": sys.executable,
            "_copier_phase": "migrate",
        }
        try:
            found = [_ready(step, env, context) for step in steps]
        except (JinjaError, ArithmeticError, LookupError, TypeError, ValueError) as error:
            raise TemplateError(
                f"A migration of the template {self.template.source} cannot be read: {error}.",
                hint="tell the template's author",
            ) from error
        return [command for command in found if command is not None]


def steps_between(template: Template, old: str | None) -> Iterator[Step]:
    """Yield a template's steps for a project of version ``old``; none unless it is older.

    Raises:
        TemplateError: an entry names a version that is none.
    """
    here, there = parse_version(old), parse_version(template.version)
    if template.engine != "copier" or here is None or there is None or there <= here:
        return
    for stated in template.config.settings.get("migrations") or ():
        entry = dict(stated) if isinstance(stated, Mapping) else {"command": stated}
        variables = {
            "_version_from": old,
            "_version_to": template.version,
            "_version_pep440_from": here,
            "_version_pep440_to": there,
        }
        if "version" in entry:
            name = str(entry["version"])
            current = parse_version(name)
            if current is None:
                raise TemplateError(
                    f'A migration of the template is for the version "{name}", which is none.',
                    hint="tell the template's author",
                )
            if not here < current <= there:
                continue
            variables |= {"_version_current": name, "_version_pep440_current": current}
        yield from _steps(entry, variables)


def _steps(entry: Mapping[str, Any], variables: Mapping[str, Any]) -> Iterator[Step]:
    for stage in STAGES:
        stated = {**variables, "_stage": stage, "_copier_operation": "update"}
        if entry.keys() & set(STAGES):  # as Copier had them before version 9.3
            for command in entry.get(stage) or ():
                yield Step(stage, command, True, ".", stated)
        else:
            when = entry.get("when", stage == "after")
            folder = str(entry.get("working_directory", "."))
            yield Step(stage, entry.get("command", ""), when, folder, stated)


def _ready(step: Step, env: Environment, answers: Mapping[str, Any]) -> Command | None:
    """Return a step's command with its texts rendered, None where it does not apply."""

    def text(source: Any) -> str:
        return env.from_string(str(source)).render(**answers, **step.variables)

    if not to_bool(text(step.when)):
        return None
    return Command(
        text(step.command) if isinstance(step.command, str) else [text(w) for w in step.command],
        text(step.folder),
        {name[1:].upper(): str(value) for name, value in step.variables.items()},
    )


def run_in_copy(commands: Sequence[Command], files: Tree, folder_name: str) -> Edits:
    """Run commands in a copy of a project's files and return what they changed.

    The copy is a repository with everything staged, for commands that call git. New files that
    its ``.gitignore`` names are left out.

    Raises:
        TemplateError: a command failed, or wrote where no template may.
    """
    with tempfile.TemporaryDirectory(prefix="mlstarter-migration-") as work:
        folder = Path(work) / folder_name
        folder.mkdir()
        write_tree(files, folder)
        git = Git(folder)
        git.run("init", "--quiet", "--template=")
        git.run("add", "--all", "--force")
        for command in commands:
            done = subprocess.run(
                command.command,
                shell=isinstance(command.command, str),
                cwd=folder / command.folder,
                env={**os.environ, **command.env},
                stdout=2,  # what it prints is for people; our stdout carries the result
                check=False,
            )
            if done.returncode:
                raise TemplateError(
                    f"The template's migration `{command}` failed with exit status "
                    f"{done.returncode}.",
                    hint="nothing was changed; what it printed stands above",
                )
        found = read_rendered(folder)
    after = {**found.tree, **{p: e for p, e in found.ignored.items() if p in files}}
    changed = {path: entry for path, entry in after.items() if files.get(path) != entry}
    check(changed)
    return {**changed, **dict.fromkeys(files.keys() - after.keys())}
