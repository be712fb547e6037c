"""What a user can mend: one sentence, one hint, one exit status."""

from __future__ import annotations


class ProjectError(Exception):
    """An expected failure; `cli` shows it as an ``error:`` and a ``hint:`` line, never a traceback."""

    exit_status = 1

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.hint = hint
