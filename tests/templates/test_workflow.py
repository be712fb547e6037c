"""The generated workflow does what it says: its steps are run here as they stand in ci.yml."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.templates.projects import Project
from tests.templates.workflow import run_steps, steps

pytestmark = [pytest.mark.e2e, pytest.mark.xdist_group("tabular")]


def test_the_train_job_succeeds_without_the_network_once_set_up(
    tabular_project: Project, machine: dict[str, str], tmp_path: Path
) -> None:
    """`make all` ran the tests; the jobs lint and image are run for every type."""
    result = run_steps(tabular_project, steps(tabular_project.root, "train"), machine, tmp_path)
    assert result.status == 0, result.output
    tabular_project.git("checkout", "--quiet", ".")


def test_the_audit_runs(tabular_project: Project, machine: dict[str, str]) -> None:
    (step,) = steps(tabular_project.root, "audit")
    result = tabular_project.run("bash", "-e", "-c", step.script, check=False, environment=machine)
    assert "Traceback" not in result.output
    assert "constraints.txt" not in result.output.splitlines()[0], result.output


def test_actions_are_pinned_and_nothing_may_write(tabular_project: Project) -> None:
    text = (tabular_project.root / ".github/workflows/ci.yml").read_text("utf-8")
    actions = re.findall(r"uses: (\S+)(.*)", text)
    assert actions
    for action, comment in actions:
        assert re.fullmatch(r"[\w/-]+@[0-9a-f]{40}", action)
        assert re.fullmatch(r" # v\d+\.\d+\.\d+", comment)
    assert "permissions:\n  contents: read\n" in text
    assert "write" not in re.sub(r"#.*", "", text)
