"""Migrations of a template: commands that bring a project along to a newer version.

They run in a copy of the project, and what they change becomes part of the merge: the preview shows
it, ``git merge --abort`` drops it and ``--undo`` takes it back. Which ones run, and with which
variables, is the engine's rule.
"""

from __future__ import annotations

import os
import subprocess
import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from mlstarter import engines
from mlstarter.engines import Record
from mlstarter.engines.path_safety import check
from mlstarter.engines.protocol import MigrationCommand, Stage
from mlstarter.engines.result import read_rendered
from mlstarter.errors import TemplateError
from mlstarter.files import write_tree
from mlstarter.git.process import Git
from mlstarter.project import Project, read_record
from mlstarter.sources import Template
from mlstarter.tree import Tree
from mlstarter.update.merge.plan import Edits, files_of
from mlstarter.update.merge.three_way import parse_listing


class Migration:
    """What a template runs on the way from a project's version to its own.

    ``edits`` is what the commands before the merge changed in the project, ``ran`` names the
    commands that were run.
    """

    def __init__(self, project: Project, ours: str, template: Template, record: Record) -> None:
        """Find the steps.

        Raises:
            NeedsTrust: there are some, and the template is not trusted.
        """
        self.project, self.ours, self.record = project, ours, record
        self.engine = engines.of(template)
        self.name = project.folder.name.removesuffix(".git")
        self.steps = self.engine.migrations(record.version)
        self.edits: Edits = {}
        self.ran: list[str] = []
        if self.steps:
            engines.require_trust(self.engine, dict.fromkeys(map(str, self.steps)))

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

    def _run(self, commands: Sequence[MigrationCommand], files: Tree) -> Edits:
        self.ran += map(str, commands)
        return run_in_copy(commands, files, self.name)

    def _commands(self, stage: Stage, answers: Mapping[str, Any]) -> list[MigrationCommand]:
        steps = [step for step in self.steps if step.stage == stage]
        return self.engine.migration_commands(steps, answers, self.name) if steps else []


def run_in_copy(commands: Sequence[MigrationCommand], files: Tree, folder_name: str) -> Edits:
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
