"""Run the steps of a generated ci.yml as written, as far as they do not need GitHub itself."""

from __future__ import annotations

import ast
import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from tests.templates.projects import CUT, LOOPBACK, Project, Run
from tests.templates.validators import index_settings, uv

TRAINS = ("torch", "sklearn", "pandas", "onnx", "matplotlib", "scipy", "espeakng_loader")
# A runner has docker; where only podman is, this takes its place. The flags are what podman
# needs without a daemon inside a container.
DOCKER = """#!/bin/sh
command=$1
shift
case $command in
build) exec podman build --format docker --isolation=chroot --network=host "$@" ;;
run) exec podman --runtime runc run --network=host --ulimit nofile=1024:1024 \\
    --ulimit nproc=4000:4000 "$@" ;;
*) exec podman "$command" "$@" ;;
esac
"""
PIPX = """#!/bin/sh
test "$1" = run && shift
exec {uv} tool run --quiet "$@"
"""


@dataclass(frozen=True)
class Step:
    """One step of a job that runs a script."""

    job: str
    name: str
    script: str
    always: bool


def steps(project: Path, job: str) -> list[Step]:
    """Return the scripts of one job of .github/workflows/ci.yml, in order."""
    text = (project / ".github/workflows/ci.yml").read_text("utf-8")
    workflow: dict[str, Any] = yaml.safe_load(text)
    return [
        Step(job, step["name"], step["run"], step.get("if") == "always()")
        for step in workflow["jobs"][job]["steps"]
        if "run" in step
    ]


def jobs(project: Path) -> set[str]:
    """Return the names of the workflow's jobs."""
    text = (project / ".github/workflows/ci.yml").read_text("utf-8")
    return set(yaml.safe_load(text)["jobs"])


def runner(folder: Path) -> dict[str, str]:
    """Make the programs of a GitHub runner that this machine lacks; return its environment."""
    folder.mkdir(parents=True, exist_ok=True)
    texts = {"pipx": PIPX.format(uv=uv())}
    if shutil.which("pipx"):
        del texts["pipx"]
    if not _docker_answers():
        texts["docker"] = DOCKER
    for name, text in texts.items():
        (folder / name).write_text(text, "utf-8")
        (folder / name).chmod(0o755)
    path = f"{folder}:{os.environ['PATH']}"
    return {"PATH": path, "RUNNER_TEMP": str(folder), "CI": "true", **index_settings()}


def _docker_answers() -> bool:
    """Say whether docker works; its client alone, without a daemon, does not."""
    if shutil.which("docker") is None:
        return False
    return subprocess.run(["docker", "info"], capture_output=True, check=False).returncode == 0


def run_steps(project: Project, scripts: list[Step], runner: dict[str, str], folder: Path) -> Run:
    """Run scripts one after another as a runner does: `bash -e`, stopping at the first that fails.

    They share a network namespace of their own, so that port 8000 is free and nothing outside
    the machine is reached. A step marked `if: always()` runs in any case.
    """
    lines = ["status=0"]
    for number, step in enumerate(scripts):
        file = folder / f"{step.job}-{number}.sh"
        file.write_text(step.script, "utf-8")
        guard = "true" if step.always else 'test "$status" = 0'
        lines.append(f"if {guard}; then echo '== {step.name}'; bash -e {file} || status=1; fi")
    lines.append("exit $status")
    wrapper = folder / f"{scripts[0].job}.sh"
    wrapper.write_text("\n".join(lines), "utf-8")
    return project.run(*CUT, LOOPBACK, "runner", "bash", wrapper, check=False, environment=runner)


class Engine:
    """docker, or podman in its place, called in a project's folder."""

    def __init__(self, project: Project, surroundings: dict[str, str]) -> None:
        self.project, self.surroundings = project, surroundings

    def __call__(self, *words: str) -> Run:
        """Run a command of the engine."""
        return self.project.run("docker", *words, check=False, environment=self.surroundings)

    def added_bytes(self, image: str) -> int:
        """Return how many bytes an image adds to its base."""
        dockerfile = (self.project.root / "Dockerfile").read_text("utf-8")
        base = next(line.split()[1] for line in dockerfile.splitlines() if line.startswith("FROM"))
        inspect = ("image", "inspect", "--format", "{{.Size}}")
        sizes = [int(self(*inspect, name).output.split()[-1]) for name in (base, image)]
        return sizes[1] - sizes[0]

    def packages_that_train(self, image: str) -> list[str]:
        """Return which of the packages that only training needs are in an image."""
        code = f"import importlib.util as u; print([n for n in {TRAINS} if u.find_spec(n)])"
        run = self("run", "--rm", "--entrypoint", "python", image, "-c", code)
        names: list[str] = ast.literal_eval(run.output.splitlines()[-1])
        return names
