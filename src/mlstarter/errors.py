"""Every error that a user can cause, as one small hierarchy.

Functions raise these; only ``cli.main`` turns them into text and an exit status. Each carries
one sentence that says what is wrong and where, and a hint: the command or the change that mends
it.
"""

from __future__ import annotations

from enum import IntEnum

# No name of a package index: anybody could register "mlstarter" there.
UPGRADE = "in mlstarter's clone: git pull && pipx install --force '.[data]'"


class ExitStatus(IntEnum):
    """What a command ends with; docs/cli.md tells users."""

    DONE = 0
    FAILED = 1
    WRONG_USAGE = 2
    NEEDS_ATTENTION = 3
    INTERRUPTED = 130


class MlstarterError(Exception):
    """An expected failure, shown as one ``error:`` line and one ``hint:`` line."""

    exit_status: int = ExitStatus.FAILED

    def __init__(self, message: str, *, hint: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class UsageError(MlstarterError):
    """The command was called with something that it cannot take."""

    exit_status = ExitStatus.WRONG_USAGE


class NeedsAttention(MlstarterError):
    """The work is done as far as it can be; what is left needs a person (a conflict, drift)."""

    exit_status = ExitStatus.NEEDS_ATTENTION


class EnvironmentProblem(MlstarterError):
    """Something the machine lacks: git, an identity, write permission, disk space."""


class TemplateError(MlstarterError):
    """A template cannot be reached, read or rendered."""


class NeedsTrust(TemplateError):
    """A template brings code, or reads from this machine, and nobody said that it may."""


class AnswersError(UsageError):
    """An answer is missing, unknown or not valid for its question."""


class ProjectError(MlstarterError):
    """A folder is not a project of ours, or its repository is in the wrong state."""
