"""The guide's script for multi-gitter, run as multi-gitter would: it is not to be had here.

What multi-gitter does around a script (internal/multigitter/run.go, internal/git/cmdgit/git.go):
clone, a branch, the script; a status other than 0 leaves the repository out; no changes in
`git status` are "no change"; else `git add .`, one commit, a push.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from mlstarter.cli import run
from tests.cohort.conftest import Classroom, git

GUIDE = Path(__file__).parents[2] / "docs" / "instructors.md"
BRANCH = "mlstarter/update"


@pytest.fixture
def script(tmp_path: Path) -> Path:
    match = re.search(r"^    (#!/bin/sh\n(?:    .*\n)+)", GUIDE.read_text(), re.MULTILINE)
    assert match is not None
    path = tmp_path / "update.sh"
    path.write_text(match[1].replace("\n    ", "\n"))
    path.chmod(0o755)
    return path


def run_as_multi_gitter(classroom: Classroom, student: str, script: Path, into: Path) -> str:
    git(into.parent, "clone", "--quiet", str(classroom.repository(student)), str(into))
    git(into, "checkout", "--quiet", "-b", BRANCH)
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    process = subprocess.run(
        [script], cwd=into, env={**os.environ, "PATH": path}, check=False, capture_output=True
    )
    if process.returncode != 0:
        return f"exit status {process.returncode}"
    if not git(into, "status", "-s"):
        return "no change"
    git(into, "add", ".")
    git(into, "commit", "--quiet", "--no-verify", "-m", "Update the template")
    git(into, "push", "--quiet", "origin", BRANCH)
    return "pushed"


@pytest.mark.slow
def test_the_scripts_result_is_what_multi_gitter_takes_for_changes(
    ready: Classroom, script: Path, tmp_path: Path
) -> None:
    clone = ready.work("s0001", **{"notes.md": "mine\n"})

    assert run_as_multi_gitter(ready, "s0001", script, tmp_path / "a") == "pushed"

    assert "step_5 = 55" in ready.read("s0001", "train.py", BRANCH)
    assert ready.read("s0001", "new.py", BRANCH) == "fresh = True"
    assert ready.read("s0001", "notes.md", BRANCH) == "mine"
    # The pull request is merged; the next update renders its base and loses nothing.
    git(clone, "pull", "--quiet", "origin", BRANCH)
    git(clone, "push", "--quiet", "origin", "main")
    assert run_as_multi_gitter(ready, "s0001", script, tmp_path / "b") == "no change"
    ready.template.release("3.0.0", **{"third.py": "x = 3\n"})
    assert run(["update", str(clone), "--yes"]) == 0
    assert (clone / "third.py").read_text() == "x = 3\n"
    assert (clone / "notes.md").read_text() == "mine\n"
    assert 'student_id = "s0001"' in (clone / ".mlstarter.toml").read_text()


@pytest.mark.slow
def test_a_project_with_a_conflict_is_left_out(
    ready: Classroom, script: Path, tmp_path: Path
) -> None:
    mine = ready.read("s0002", "train.py").replace("step_5 = 5\n", "step_5 = 'mine'\n") + "\n"
    ready.work("s0002", **{"train.py": mine})
    before = ready.refs("s0002")
    assert run_as_multi_gitter(ready, "s0002", script, tmp_path / "c") == "exit status 3"
    assert ready.refs("s0002") == before
