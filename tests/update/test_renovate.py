"""Renovate's copier manager finds newer versions; runs where renovate is installed."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from mlstarter import questions, sources
from mlstarter.new import create
from tests.update.story import Template, commit, git, update

pytestmark = [pytest.mark.usefixtures("identity"), pytest.mark.slow]


@pytest.mark.skipif(shutil.which("renovate") is None, reason="needs npm's renovate on PATH")
def test_renovate_finds_the_newer_version_before_and_after_an_update(tmp_path: Path) -> None:
    template = (
        Template(tmp_path / "t").release("1.0.0", {"a": "a\n"}).release("1.1.0", {"a": "b\n"})
    )
    git(tmp_path, "clone", "-q", "--bare", str(template.folder), "t.git")
    release = sources.resolve(f"file://{tmp_path}/t.git", "1.0.0")
    answers = questions.complete(questions.load(release), {})
    folder = create.create(tmp_path / "p", release, answers).path
    commit(folder, "Renovate", {"renovate.json": '{"enabledManagers": ["copier"]}'})
    assert '"newVersion": "1.1.0"' in lookup(folder)
    update(folder)
    assert '"newVersion"' not in lookup(folder)


def lookup(folder: Path) -> str:
    process = subprocess.run(
        ["renovate", "--platform=local", "--dry-run=lookup"],
        cwd=folder, env={**os.environ, "LOG_LEVEL": "debug"}, capture_output=True, text=True,
        check=False, timeout=300,
    )  # fmt: skip
    assert '"packageFile": ".copier-answers.yml"' in process.stdout
    return process.stdout
