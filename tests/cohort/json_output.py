"""What verbs of `cohort` print with --json, as tests look at it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.cohort.conftest import Classroom, document_of


def rows_of(
    classroom: Classroom, capsys: pytest.CaptureFixture[str], verb: str, *more: str | Path
) -> tuple[int, dict[str, Any]]:
    """Return the exit status of a verb and the rows of its ``--json`` by student."""
    capsys.readouterr()
    status = classroom.call(verb, "--json", *more)
    report = document_of(capsys.readouterr().out)
    rows = {row["student_id"]: row for row in report["students"]}
    return status, rows | {"failures": report.get("failures", [])}


def problems_of(
    classroom: Classroom, capsys: pytest.CaptureFixture[str], text: str, *more: str
) -> list[tuple[int, str]]:
    """Return the problems of a roster by line; `cohort check` writes nothing."""
    classroom.roster.write_bytes(text.encode())
    before = set(classroom.folder.rglob("*"))
    status = classroom.call("check", "--json", *more)
    table = document_of(capsys.readouterr().out)
    problems = [(row["line"], row["message"]) for row in table["problems"]]
    assert status == (3 if problems else 0)
    assert set(classroom.folder.rglob("*")) == before
    return problems
