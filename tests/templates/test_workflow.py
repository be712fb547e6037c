"""The generated workflow does what it says: its steps are run here as they stand in ci.yml."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.conftest import Require
from tests.templates.projects import Project
from tests.templates.workflow import jobs, run_steps, runner, steps

pytestmark = [pytest.mark.e2e, pytest.mark.xdist_group("tabular")]


@pytest.fixture(scope="session")
def machine(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    return runner(tmp_path_factory.mktemp("runner"))


def test_every_job_is_run_by_a_test(tabular_project: Project) -> None:
    assert jobs(tabular_project.root) == {"lint", "test", "train", "image", "audit"}


@pytest.mark.parametrize("job", ["lint", "train"])
def test_the_job_succeeds_without_the_network_once_set_up(
    tabular_project: Project, machine: dict[str, str], tmp_path: Path, job: str
) -> None:
    """`make all` set the project up and ran its tests; the other jobs run here."""
    done = run_steps(tabular_project, steps(tabular_project.root, job), machine, tmp_path)
    assert done.status == 0, done.output
    tabular_project.git("checkout", "--quiet", ".")


def test_the_audit_runs(tabular_project: Project, machine: dict[str, str]) -> None:
    (step,) = steps(tabular_project.root, "audit")
    done = tabular_project.run("bash", "-e", "-c", step.script, check=False, environment=machine)
    assert "Traceback" not in done.output
    assert "constraints.txt" not in done.output.splitlines()[0], done.output


@pytest.mark.container
def test_the_image_is_built_started_and_probed(
    tabular_project: Project, machine: dict[str, str], tmp_path: Path, require: Require
) -> None:
    require("docker podman")
    scripts = steps(tabular_project.root, "image")
    built = tabular_project.run(
        "bash", "-e", "-c", scripts[0].script, check=False, environment=machine
    )
    assert built.status == 0, built.output
    probed = run_steps(tabular_project, scripts[1:], machine, tmp_path)
    assert probed.status == 0, probed.output
    assert '"predictions"' in probed.output


def test_actions_are_pinned_and_nothing_may_write(tabular_project: Project) -> None:
    text = (tabular_project.root / ".github/workflows/ci.yml").read_text("utf-8")
    used = re.findall(r"uses: (\S+)(.*)", text)
    assert used
    for action, comment in used:
        assert re.fullmatch(r"[\w/-]+@[0-9a-f]{40}", action)
        assert re.fullmatch(r" # v\d+\.\d+\.\d+", comment)
    assert "permissions:\n  contents: read\n" in text
    assert "write" not in re.sub(r"#.*", "", text)
