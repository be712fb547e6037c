"""What a user can mend: one sentence, one hint, one exit status."""

from __future__ import annotations


class ProjectError(Exception):
    """An expected failure, shown as an ``error:`` and a ``hint:`` line, never as a traceback."""

    exit_status = 1

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.hint = hint
