"""What a user can mend: one sentence, and a hint that says what to do."""


class ProjectError(Exception):
    """An expected failure: the command shows it as two lines, never as a traceback."""

    def __init__(self, message: str, hint: str = "", exit_status: int = 1) -> None:
        super().__init__(message)
        self.hint, self.exit_status = hint, exit_status
