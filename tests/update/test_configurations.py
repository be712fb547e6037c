"""Updates under the git configurations of real users."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from mlstarter.project import Project
from mlstarter.update.apply.undo import undo
from tests.update.configurations import CONFIGURATIONS, VARIABLE
from tests.update.story import NEW, OLD, Template, commit, git, update

SAMPLE = ("git for windows", "many files", "careful")
SUITE = ("test_update.py", "test_places.py", "test_kinds.py", "test_refusals.py", "test_command.py")


def as_the_user(folder: Path, *args: str) -> str:
    """Run git with the user's own settings alone."""
    process = subprocess.run(
        ["git", *args], cwd=folder, check=False, capture_output=True, text=True, errors="replace"
    )
    return process.stdout


ALL = [
    pytest.param(name, marks=() if name in SAMPLE else pytest.mark.full) for name in CONFIGURATIONS
]


@pytest.mark.sampled
@pytest.mark.parametrize("where", ["global", "repository"])
@pytest.mark.parametrize("name", ALL)
def test_a_checkout_that_git_calls_clean_is_updated(
    name: str, where: str, dest: Path, template: Template, identity: Path
) -> None:
    template.release("1.0.0", OLD).release("1.1.0", NEW)
    folder = template.new(dest, "1.0.0")
    file = identity if where == "global" else folder / ".git" / "config"
    with file.open("a") as config:
        config.write(CONFIGURATIONS[name])
    as_the_user(folder, "rm", "--quiet", "--cached", "-r", ".")
    as_the_user(folder, "reset", "--quiet", "--hard")
    assert as_the_user(folder, "status", "--porcelain") == ""
    (folder / "mine.txt").write_bytes(b"mine\n")
    commit(folder, "Mine", {})
    before = {path: path.read_bytes() for path in folder.iterdir() if path.is_file()}

    outcome = update(folder)

    assert not outcome.plan.conflicts
    assert as_the_user(folder, "status", "--porcelain") == ""
    assert git(folder, "ls-files", "--eol", "mine.txt").startswith("i/lf")
    endings = {line.split()[1] for line in as_the_user(folder, "ls-files", "--eol").splitlines()}
    crlf = "autocrlf = true" in CONFIGURATIONS[name]
    assert not crlf or "w/crlf" in endings
    assert before[folder / "mine.txt"] == (folder / "mine.txt").read_bytes()

    undo(Project.open(folder).repository)

    assert as_the_user(folder, "status", "--porcelain") == ""
    assert before == {path: path.read_bytes() for path in folder.iterdir() if path.is_file()}


@pytest.mark.full
@pytest.mark.parametrize("name", sorted(CONFIGURATIONS.keys() - {"signing"}))
def test_the_whole_update_suite_under_each(name: str) -> None:
    here = Path(__file__).parent
    process = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-m", "not full"]
        + [str(here / file) for file in SUITE],
        env={**os.environ, VARIABLE: name},
        check=False,
        capture_output=True,
        text=True,
    )
    assert process.returncode == 0, process.stdout[-3000:]
