"""Renovate's copier manager sees a student's project; runs where renovate is installed."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.cohort.conftest import Classroom, git


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("renovate") is None, reason="needs npm's renovate on PATH")
def test_renovate_finds_the_newer_version_for_a_student(
    classroom: Classroom, tmp_path: Path
) -> None:
    classroom.template.release("1.1.0", **{"new.py": "fresh = True\n"})
    git(tmp_path, "clone", "--quiet", "--bare", str(classroom.template.root), "t.git")
    classroom.extra = ("--template", f"file://{tmp_path}/t.git", "--ref", "1.0.0")
    assert classroom.call("create", "--only", "s0001") == 0
    clone = classroom.clone("s0001")
    (clone / "renovate.json").write_text('{"enabledManagers": ["copier"]}')
    git(clone, "add", "--all")
    git(clone, "commit", "--quiet", "-m", "Renovate")
    process = subprocess.run(
        ["renovate", "--platform=local", "--dry-run=lookup"],
        cwd=clone,
        env={**os.environ, "LOG_LEVEL": "debug"},
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert '"packageFile": ".copier-answers.yml"' in process.stdout
    assert '"newVersion": "1.1.0"' in process.stdout
