"""What tests of a class do as its students: commits of theirs, records with other values."""

from __future__ import annotations

from tests.cohort.conftest import Classroom, document_of, git

BRANCH = "mlstarter/update-2.0.0"
RECORD = ".copier-answers.yml"


def push(classroom: Classroom, student: str, *, squash: bool = False) -> None:
    """Commit and push what lies in a student's clone, as a history of its own with ``squash``."""
    clone = classroom.clone(student)
    if squash:
        git(clone, "checkout", "--quiet", "--orphan", "squashed")
    git(clone, "add", "--all", "--force")
    git(clone, "commit", "--quiet", "-m", "Work")
    git(clone, "push", "--quiet", "--force", "origin", "HEAD:main")


def state(record: str, **values: str) -> str:
    """Return a record with other values of ``_src_path`` or ``_commit``."""
    lines = [
        f"{line.partition(':')[0]}: {values[line.partition(':')[0]]}"
        if line.partition(":")[0] in values
        else line
        for line in record.splitlines()
    ]
    return "\n".join(lines) + "\n"


def rows_of(output: str) -> dict[str, dict[str, object]]:
    return {row["student_id"]: row for row in document_of(output)["students"]}
