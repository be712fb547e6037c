"""What an update costs a class: the git processes for one more student, which are most of it."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from tests.cohort.conftest import Classroom

# 22 at 346b0f7; `python -m benchmarks.cohort` measures the CPU.
MOST = 17


@pytest.mark.slow
def test_one_more_student_starts_few_git_processes(
    classroom: Classroom, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    classroom.enrol(4)
    assert classroom.call("create") == 0
    for student in classroom.students:
        classroom.work(student, **{"notes.md": "mine\n"})
    classroom.template.release("1.1.0", Makefile="all:\n\tpython3 train.py\n")
    log = tmp_path / "processes"
    shim = tmp_path / "bin" / "git"
    shim.parent.mkdir()
    shim.write_text(f'#!/bin/sh\necho "$1" >> "{log}"\nexec "{shutil.which("git")}" "$@"\n')
    shim.chmod(0o755)
    monkeypatch.setenv("PATH", f"{shim.parent}{os.pathsep}{os.environ['PATH']}")
    counts = []
    for students in (classroom.students[:1], classroom.students[1:]):
        log.unlink(missing_ok=True)
        assert classroom.call("update", "--to", "1.1.0", "--only", ",".join(students)) == 0
        counts.append(len(log.read_text().splitlines()))
    one, three = counts
    assert (three - one) / 2 <= MOST
