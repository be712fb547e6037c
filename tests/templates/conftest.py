"""Generated projects, made once a session and shared by every end-to-end test.

- ``generate(type, name, **answers)`` writes a project with `mlstarter new` and returns its folder.
- ``tabular_project`` (``cv_project``, ``nlp_project``): a fresh clone of a generated project in
  which `make all` was run: set up, trained, evaluated, promoted, its own tests passed, and all of
  it committed. Do not change it; ``project.clone(tmp_path / "p")`` is quick and borrows its
  environment.

Tests of one project type share one project, so their module's ``xdist_group`` gives them to one
worker.

With ``MLSTARTER_TEST_TEMPLATES=working`` projects come from ``templates/`` as they stand instead of
from the newest released version.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from tests.conftest import Require
from tests.processes import run_command_line
from tests.templates import kaggle_stand_in
from tests.templates.gate_faults import build_site
from tests.templates.projects import Project, change, clean_environment
from tests.templates.validators import index_settings
from tests.templates.workflow import runner

Generate = Callable[..., Path]
ROOT = Path(__file__).parents[2]

# Half a minute of training instead of five; the bands of the tests are as wide.
SHORTER = {
    "train": "{ espeak = 500, hibari = 200, kokoro = 20 }",
    "longest": "4",
    "longest_slow": "3",
    "validation": "{ pico = 100 }",
    "test": "{ flite = 100 }",
    "epochs": "6",
    "threads": "1",
}
IDENTITY = (
    "[user]\n\tname = Ada Student\n\temail = ada@example.com\n[init]\n\tdefaultBranch = main\n"
)


@pytest.fixture(scope="session")
def git_identity(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Return an environment in which git knows a user and reads no other settings."""
    file = tmp_path_factory.mktemp("git") / "config"
    file.write_text(IDENTITY, encoding="utf-8")
    return {"GIT_CONFIG_GLOBAL": str(file), "GIT_CONFIG_NOSYSTEM": "1"}


@pytest.fixture(scope="session")
def generate(
    tmp_path_factory: pytest.TempPathFactory, git_identity: dict[str, str], bundle_cache: Path
) -> Generate:
    """Return a function that writes a project with the real `mlstarter new`."""

    def new(project_type: str, name: str = "", **answers: str) -> Path:
        home = tmp_path_factory.mktemp(f"new-{project_type}")
        folder = home / (name or f"my-{project_type}")
        settings = [word for key, value in answers.items() for word in ("--data", f"{key}={value}")]
        private = {
            "HOME": str(home), "XDG_CONFIG_HOME": str(home), "XDG_CACHE_HOME": str(bundle_cache)
        }  # fmt: skip
        if os.environ.get("MLSTARTER_TEST_TEMPLATES") == "working":
            return _with_plain_copier(folder, project_type, settings, git_identity)
        result = run_command_line(
            ["new", folder, "--type", project_type, "--yes", *settings], home,
            clean_environment({**git_identity, **private}),
        )  # fmt: skip
        assert result.returncode == 0, result.stderr
        return folder

    return new


def _with_plain_copier(folder: Path, kind: str, settings: list[str], git: dict[str, str]) -> Path:
    """Write a project from the templates as they stand: for work on them between releases."""
    tool = Path(__file__).parents[2] / "tools/try-template"
    words = [w for w in settings if w != "--data"]
    data = [w for pair in words for w in ("-d", pair)]
    subprocess.run([tool, folder, "-d", f"project_type={kind}", *data], check=True)
    for command in (["init", "-q", "-b", "main"], ["add", "-A"], ["commit", "-qm", "Start"]):
        subprocess.run(["git", *command], cwd=folder, check=True, env=clean_environment(git))
    return folder


@pytest.fixture(scope="session")
def tabular_project(generate: Generate, git_identity: dict[str, str]) -> Project:
    """Return a tabular project with embedded data, everything run and committed."""
    return prepared_project("tabular", git_identity) or run_all(
        generate("tabular", "flight-delays"), "flight_delays", git_identity, counts_lines=True
    )


@pytest.fixture(scope="session")
def built_site(
    tabular_project: Project, tmp_path_factory: pytest.TempPathFactory, require: Require
) -> Project:
    """Return a clone of the tabular project in which the site was built, gate and all."""
    require("node")
    project = tabular_project.clone(tmp_path_factory.mktemp("site") / "flight-delays")
    project.git("remote", "set-url", "origin", "https://ada:secret@github.com/ada/flights.git")
    return build_site(project)


@pytest.fixture(scope="session")
def nlp_site(
    nlp_project: Project, tmp_path_factory: pytest.TempPathFactory, require: Require
) -> Project:
    """Return a clone of the text project in which the site was built, gate and all."""
    require("node")
    return build_site(nlp_project.clone(tmp_path_factory.mktemp("site") / "which-language"))


@pytest.fixture(scope="session")
def data_packages(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Return the path of what data of one's own need beside an environment made for the sample."""
    folder = tmp_path_factory.mktemp("data-packages")
    pins = ROOT / "templates/core/constraints.txt.jinja"
    constraints = folder / "constraints.txt"
    lines = pins.read_text("utf-8").splitlines()
    versions = [line for line in lines if re.match(r"[\w.-]+==", line)]
    constraints.write_text("\n".join(versions), encoding="utf-8")
    names = ["kagglehub", "duckdb", "openpyxl"]
    words = ["install", "--quiet", "-c", str(constraints), "--target", str(folder / "site")]
    subprocess.run(
        [sys.executable, "-m", "pip", *words, *names],
        check=True,
        env=clean_environment(index_settings()),
    )
    return str(folder / "site")


@pytest.fixture(scope="session")
def cv_project(generate: Generate, git_identity: dict[str, str]) -> Project:
    """Return a vision project with embedded data, everything run and committed."""
    return prepared_project("cv", git_identity) or run_all(
        generate("cv", "garments"), "garments", git_identity
    )


@pytest.fixture(scope="session")
def nlp_project(generate: Generate, git_identity: dict[str, str]) -> Project:
    """Return a text project on Django's catalogues, everything run and committed."""
    return prepared_project("nlp", git_identity) or run_all(
        generate("nlp", "which-language"), "which_language", git_identity
    )


@pytest.fixture(scope="session")
def asr_project(generate: Generate, git_identity: dict[str, str]) -> Project:
    """Return a speech project of spoken digits with `make all` run on a shortened recipe."""
    if project_at_hand := prepared_project("asr", git_identity):
        return project_at_hand
    root = generate("asr", "spoken-digits")
    change(root / "config.toml", SHORTER)
    project = Project(root, "spoken_digits", Path("python"), git_identity)
    project.git("commit", "--quiet", "--all", "--message", "Shorten the recipe")
    return run_all(root, "spoken_digits", git_identity)


def prepared_project(kind: str, environment: dict[str, str]) -> Project | None:
    """Return the project that MLSTARTER_TEST_<KIND> names as PYTHON:FOLDER, for work on tests."""
    place = os.environ.get(f"MLSTARTER_TEST_{kind.upper()}")
    if not place:
        return None
    python, root = map(Path, place.split(":"))
    package = next((root / "src").glob("*/__init__.py")).parent.name
    return Project(root, package, python, {**environment, "PYTHONPATH": str(root / "src")})


@pytest.fixture(scope="session")
def machine(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Return the environment of a GitHub runner, in which the steps of a workflow are run."""
    return runner(tmp_path_factory.mktemp("runner"))


@pytest.fixture(scope="session")
def chromium(require: Require) -> str:
    """Return the browser that is installed."""
    return require("chromium google-chrome chromium-browser")


@pytest.fixture(scope="session")
def stand_in() -> ModuleType:
    """Return the stand-in for Kaggle."""
    return kaggle_stand_in


@pytest.fixture
def kaggle(stand_in: ModuleType) -> Iterator[Any]:
    """Return a running stand-in; set its ``archive`` and ``licence``."""
    with stand_in.running(stand_in.Kaggle()) as running:
        yield running


def run_all(
    original: Path, package: str, environment: dict[str, str], *, counts_lines: bool = False
) -> Project:
    """Clone a generated project, run `make all` in the clone and commit what it wrote.

    Only setting up may use the network. With ``counts_lines``, and in a full run, its own tests
    must run 90 % of its lines: they take twice as long while these are counted.
    """
    root = original.parent / "clone" / original.name
    subprocess.run(["git", "clone", "--quiet", original, root], check=True)
    # Two workers share two cores: a second thread of each would wait for those of the other.
    threads = {"OMP_NUM_THREADS": os.environ.get("OMP_NUM_THREADS", "1")}
    # Most modules that pip would compile are never imported; types of libraries are read once.
    caches = {"PIP_COMPILE": "0", "MYPY_CACHE_DIR": str(root.parent / "mypy")}
    settings = {**environment, **threads, **caches}
    project = Project(root, package, root / ".venv/bin/python", settings)
    project.make("setup")
    before = project.reference_cpu()
    is_counted = counts_lines or "MLSTARTER_TEST_FULL" in os.environ
    options = {"PYTEST_ADDOPTS": "--cov"} if is_counted else {}
    run = project.make("all", network=False, timeout=1500, environment=options)
    cost = 2 * run.cpu / (before + project.reference_cpu())
    (root.parent / "make-all.log").write_text(run.output, encoding="utf-8")
    project.git("add", "--all")
    project.git("commit", "--quiet", "--message", "Train and evaluate the first model")
    return replace(project, relative_cost=cost)
