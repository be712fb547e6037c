"""Licence, citation, packaging and style hold for every answer, not for the default ones alone."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import yaml

from tests.conftest import Require
from tests.templates.conftest import Generate
from tests.templates.projects import Project, clean_environment, request
from tests.templates.validators import index_settings, uv, validate

pytestmark = pytest.mark.xdist_group("tabular")
LONGEST = "a" + "-very-long-project-name" * 2 + "-for-packages"  # 60 characters


@pytest.mark.sampled
@pytest.mark.parametrize(
    ("licence", "line"),
    [
        ("MIT", "MIT License"),
        ("Apache-2.0", "Apache License"),
        ("BSD-3-Clause", "BSD 3-Clause License"),
    ],
)
def test_the_licence_that_was_chosen_is_the_one_everywhere(
    generate: Generate, licence: str, line: str
) -> None:
    folder = generate("tabular", "licensed", licence=licence, author_name="Zoë O'Brien")
    text = (folder / "LICENSE").read_text("utf-8")
    assert line in text
    assert "Zoë O'Brien" in text
    assert "{{" not in text
    assert (
        tomllib.loads((folder / "pyproject.toml").read_text("utf-8"))["project"]["license"]
        == licence
    )
    assert yaml.safe_load((folder / "CITATION.cff").read_text("utf-8"))["license"] == licence
    assert f"{licence}, see [LICENSE](LICENSE)" in (folder / "README.md").read_text("utf-8")


@pytest.mark.slow
def test_without_a_licence_nothing_claims_one(generate: Generate) -> None:
    folder = generate("tabular", "unlicensed", licence="none")
    assert not (folder / "LICENSE").exists()
    project = tomllib.loads((folder / "pyproject.toml").read_text("utf-8"))["project"]
    assert "license" not in project
    assert "license-files" not in project
    assert "license" not in yaml.safe_load((folder / "CITATION.cff").read_text("utf-8"))
    assert "all rights reserved" in (folder / "README.md").read_text("utf-8")


@pytest.mark.sampled
@pytest.mark.parametrize(
    "author", ['Ada "The First" Lovelace', "Łukasz Žižek", "李雷 \\ 韩", "O: #1"]
)
def test_an_unusual_author_name_breaks_no_file(generate: Generate, author: str) -> None:
    folder = generate("tabular", "unusual", author_name=author, author_email="ada+ml@example.com")
    project = tomllib.loads((folder / "pyproject.toml").read_text("utf-8"))["project"]
    assert project["authors"] == [{"name": author, "email": "ada+ml@example.com"}]
    (cited_author,) = yaml.safe_load((folder / "CITATION.cff").read_text("utf-8"))["authors"]
    assert cited_author == {"name": author, "email": "ada+ml@example.com"}


@pytest.mark.sampled
@pytest.mark.parametrize("name", ["ab", "Zoo", LONGEST])
def test_style_holds_for_a_package_name_of_any_length(generate: Generate, name: str) -> None:
    """Import order and line breaks depend on the name, so both ends of the alphabet are tried."""
    folder = generate("tabular", name)
    for command in (["check"], ["format", "--check"]):
        result = subprocess.run(
            [sys.executable, "-m", "ruff", *command, "--no-cache", "."], cwd=folder, check=False,
            capture_output=True, text=True,
        )  # fmt: skip
        assert result.returncode == 0, result.stdout


@pytest.mark.e2e
def test_the_story_shows_the_students_own_work(
    generate: Generate, tabular_project: Project, git_identity: dict[str, str]
) -> None:
    folder = generate("tabular", "mine")
    (folder / "notes.md").write_text("my own thoughts\n", "utf-8")
    environment = {**tabular_project.environment, "PYTHONPATH": str(folder / "src")}
    project = Project(folder, "mine", tabular_project.python, environment)
    project.git("add", "notes.md")
    project.git("commit", "--quiet", "--message", "Think")
    project.command("story")
    assert "notes.md (+1 -0)" in (folder / "README.md").read_text("utf-8")


@pytest.mark.slow
def test_the_readme_names_only_files_and_targets_that_exist(generate: Generate) -> None:
    folder = generate("tabular", "named")
    text = (folder / "README.md").read_text("utf-8")
    targets = set(re.findall(r"^([a-z]+):", (folder / "Makefile").read_text("utf-8"), re.MULTILINE))
    assert {
        "setup",
        "data",
        "train",
        "tune",
        "evaluate",
        "serve",
        "test",
        "lint",
        "image",
    } <= targets
    assert set(re.findall(r"`?make ([a-z]+)", text)) - {"alone"} <= targets
    for name in re.findall(r"^    (\S+\.py)", text, re.MULTILINE):
        assert (folder / "src/named" / name).is_file(), name


@pytest.mark.e2e
def test_make_alone_lists_every_target(tabular_project: Project) -> None:
    listing = tabular_project.run("make").output
    for target in ("setup", "data", "train", "tune", "evaluate", "serve", "test", "lint", "image"):
        assert re.search(rf"^{target}\b", listing, re.MULTILINE), target


@pytest.mark.e2e
def test_uv_runs_the_project_without_make(tabular_project: Project, tmp_path: Path) -> None:
    """uv reads the same extras through its default group and makes an environment of its own."""
    root = tmp_path / "clone"
    subprocess.run(["git", "clone", "-q", tabular_project.root, root], check=True)
    result = subprocess.run(
        [uv(), "run", "--python", sys.executable, "flight-delays", "evaluate", "--help"], cwd=root,
        env=clean_environment(index_settings()), capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert result.returncode == 0, result.stderr
    assert "usage: flight_delays evaluate" in result.stdout


@pytest.mark.e2e
@pytest.mark.parametrize("version", ["3.12", "3.13"])
def test_the_service_runs_on_every_python_that_is_named(
    tabular_project: Project, tmp_path: Path, version: str
) -> None:
    python = find_python(version)
    folder = tabular_project.clone(tmp_path / "clone").root
    (folder / ".venv").unlink()
    settings = clean_environment(index_settings())
    for command in (
        ["venv", "--quiet", "--python", python, ".venv"],
        ["pip", "install", "--quiet", "-c", "constraints.txt", ".[serve]"],
    ):
        subprocess.run([uv(), *command], cwd=folder, env=settings, check=True)
    project = Project(folder, tabular_project.package, folder / ".venv/bin/python")
    with project.serve() as address:
        example = request(f"{address}/model")[1]["example"]
        assert request(f"{address}/predict", example)[0] == 200


@pytest.mark.e2e
@pytest.mark.full
@pytest.mark.parametrize("version", ["3.11", "3.12", "3.13"])
def test_make_all_works_on_every_python_that_is_named(
    generate: Generate, git_identity: dict[str, str], version: str
) -> None:
    folder = generate("tabular", "matrix")
    project = Project(folder, "matrix", folder / ".venv/bin/python", git_identity)
    result = project.run("make", f"PYTHON={find_python(version)}", "all", "lint", timeout=1800)
    assert "passed" in result.output


def find_python(version: str) -> str:
    """Return an interpreter of that version, or skip: no CI image carries all of them."""
    # pyenv keeps those that are not chosen where no search path leads.
    pyenv_versions = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv")) / "versions"
    if interpreters := sorted(pyenv_versions.glob(f"{version}.*/bin/python")):
        return str(interpreters[0])
    result = subprocess.run(
        [uv(), "python", "find", "--no-python-downloads", version], capture_output=True, text=True,
        check=False,
    )  # fmt: skip
    if result.returncode:
        pytest.skip(f"Python {version} is not installed")
    return result.stdout.strip()


@pytest.mark.e2e
def test_the_wheel_holds_the_package_and_nothing_else(
    tabular_project: Project, tmp_path: Path, require: Require
) -> None:
    build = subprocess.run(
        [uv(), "build", "--quiet", "--wheel", "--out-dir", tmp_path, tabular_project.root],
        env=clean_environment(index_settings()), capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert build.returncode == 0, build.stderr
    (wheel,) = tmp_path.glob("*.whl")
    names = subprocess.run(
        [sys.executable, "-m", "zipfile", "--list", wheel],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert "flight_delays/serve.py" in names
    assert "tests/" not in names
    assert "reports/" not in names


@pytest.mark.e2e
def test_hadolint_would_refuse_a_careless_dockerfile(tmp_path: Path) -> None:
    (tmp_path / "Dockerfile").write_text("FROM python\nRUN cd /x && pip install y\n", "utf-8")
    assert validate("hadolint", ["--failure-threshold", "warning", "Dockerfile"], tmp_path).status
