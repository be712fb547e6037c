"""The one error that this project raises on purpose: what went wrong, and what to do about it."""

from __future__ import annotations


class ProjectError(Exception):
    """Something that the user can mend. The command line prints it as two lines.

    ``message`` says what and where in one sentence, ``hint`` what to do; ``status`` is the exit
    status of the command.
    """

    def __init__(self, message: str, hint: str = "", status: int = 1) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.status = status
