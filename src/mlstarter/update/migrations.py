"""Migrations of a template: commands that bring a project along to a newer version.

They run in a copy of the project, and what they change becomes part of the merge: the preview shows
it, ``git merge --abort`` drops it and ``--undo`` takes it back. Which ones run, and with which
variables, is the engine's rule.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from mlstarter import engines
from mlstarter.engines import Record
from mlstarter.engines.path_safety import check
from mlstarter.engines.protocol import MigrationCommand, MigrationStage
from mlstarter.engines.result import read_rendered
from mlstarter.errors import TemplateError
from mlstarter.files import TemporaryFolder, write_tree
from mlstarter.git.process import Git
from mlstarter.programs import run_program
from mlstarter.project import read_record
from mlstarter.tree import Tree
from mlstarter.update.merge.plan import Edits
from mlstarter.update.merge.planner import files_of
from mlstarter.update.merge.three_way import parse_listing
from mlstarter.update.preparation import Preparation


class Migration:
    """What a template runs on the way from a project's version to its own.

    ``edits`` is what the commands before the merge changed in the project, ``commands_run``
    names those that were run.
    """

    def __init__(self, preparation: Preparation) -> None:
        """Find the steps.

        Raises:
            NeedsTrust: there are some, and the template is not trusted.
        """
        self.preparation = preparation
        self.engine = preparation.engine
        self.steps = self.engine.migrations(preparation.record.version)
        self.edits: Edits = {}
        self.commands_run: list[str] = []
        if self.steps:
            engines.require_trust(self.engine, dict.fromkeys(map(str, self.steps)))

    def before(self) -> Record:
        """Run what comes before the merge; return the project's record as it is then."""
        record, project = self.preparation.record, self.preparation.project
        commands = self._commands("before", record.answers)
        if not commands:
            return record
        git = project.repository.git
        where = f"{self.preparation.ours}:{project.prefix}"
        listing = parse_listing(git.fields("ls-tree", "-r", "-z", "--full-tree", where))
        self.edits = self._run(commands, files_of(git, listing))
        edit = self.edits.get(record.path)
        if edit is None:
            return record
        return read_record({record.path: edit.data}.get, (record.path,)) or record

    def after(self, answers: Mapping[str, Any]) -> Callable[[Tree], Edits] | None:
        """Return what to do with the files of a clean merge, None for nothing."""
        commands = self._commands("after", answers)
        return (lambda files: self._run(commands, files)) if commands else None

    def waiting(self, answers: Mapping[str, Any]) -> tuple[str, ...]:
        """Return the commands that can only run when the merge is done."""
        return tuple(map(str, self._commands("after", answers)))

    def _run(self, commands: Sequence[MigrationCommand], files: Tree) -> Edits:
        self.commands_run += map(str, commands)
        return run_in_copy(commands, files, self.preparation.folder_name)

    def _commands(
        self, stage: MigrationStage, answers: Mapping[str, Any]
    ) -> list[MigrationCommand]:
        steps = [step for step in self.steps if step.stage == stage]
        name = self.preparation.folder_name
        return self.engine.migration_commands(steps, answers, name) if steps else []


def run_in_copy(commands: Sequence[MigrationCommand], files: Tree, folder_name: str) -> Edits:
    """Run commands in a copy of a project's files and return what they changed.

    The copy is a repository with everything staged, for commands that call git. New files that
    its ``.gitignore`` names are left out.

    Raises:
        TemplateError: a command failed, or wrote where no template may.
    """
    with TemporaryFolder(prefix="mlstarter-migration-") as work:
        folder = Path(work) / folder_name
        folder.mkdir()
        write_tree(files, folder)
        git = Git(folder)
        git.run("init", "--quiet", "--template=")
        git.run("add", "--all", "--force")
        for command in commands:
            process = run_program(
                command.command,
                shell=isinstance(command.command, str),
                cwd=folder / command.folder,
                env={**os.environ, **command.env},
                stdout=2,  # what it prints is for people; our stdout carries the result
            )
            if process.returncode:
                raise TemplateError(
                    f"The template's migration `{command}` failed with exit status "
                    f"{process.returncode}.",
                    hint="nothing was changed; what it printed stands above",
                )
        result = read_rendered(folder)
    after = {**result.tree, **{p: e for p, e in result.ignored_files.items() if p in files}}
    edits = {path: entry for path, entry in after.items() if files.get(path) != entry}
    check(edits)
    return {**edits, **dict.fromkeys(files.keys() - after.keys())}
