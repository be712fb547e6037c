"""What a user can mend: one sentence, and a hint that says what to do."""


class ProjectError(Exception):
    """An expected failure: the command shows it as two lines, never as a traceback."""

    exit_status = 1

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.hint = hint
