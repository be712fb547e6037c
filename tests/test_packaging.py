"""The package as users get it: built, checked, installed; a project of each type made with it."""

from __future__ import annotations

import os
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.templates.projects import clean_environment
from tests.templates.validators import index_settings, uv

ROOT = Path(__file__).parents[1]
TYPES = ("tabular", "cv", "nlp", "asr")
# The first is tried in each run, the others in the full one: an environment takes half a minute.
PYTHONS = (
    "3.11",
    pytest.param("3.12", marks=pytest.mark.full),
    pytest.param("3.13", marks=pytest.mark.full),
)

pytestmark = pytest.mark.slow


def run(*command: str | Path, folder: Path, **environment: str) -> str:
    """Run a command in the surroundings of a user's shell; return what it printed."""
    surroundings = clean_environment(index_settings() | environment)
    outcome = subprocess.run(
        list(map(str, command)), cwd=folder, env=surroundings, text=True, timeout=600,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, check=False,
    )  # fmt: skip
    assert outcome.returncode == 0, outcome.stdout
    return outcome.stdout


def interpreter(version: str) -> str:
    """Return the path of a Python of that version; skip where this machine has none."""
    if sys.version_info[:2] == tuple(map(int, version.split("."))):
        return sys.executable
    # pyenv keeps those that are not chosen where no search path leads.
    versions = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv")) / "versions"
    for folder in sorted(versions.glob(f"{version}.*"), reverse=True):
        if (folder / "bin/python").exists():
            return str(folder / "bin/python")
    pytest.skip(f"there is no Python {version} here")


@pytest.fixture(scope="module")
def dist(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with the sdist and the wheel, the wheel built from the sdist."""
    folder = tmp_path_factory.mktemp("dist")
    run(uv(), "build", "--quiet", "--out-dir", folder, ROOT, folder=folder)
    return folder


@pytest.fixture(scope="module")
def wheel(dist: Path) -> Path:
    """Return the wheel."""
    (path,) = dist.glob("*.whl")
    return path


def test_the_metadata_are_fit_for_the_index(dist: Path) -> None:
    files = [*dist.glob("*.whl"), *dist.glob("*.tar.gz")]
    twine = (uv(), "tool", "run", "--quiet", "twine")
    assert "PASSED" in run(*twine, "check", "--strict", *files, folder=dist)


def test_the_wheel_holds_the_package_its_templates_and_the_licences(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    assert {name.split("/")[0].split("-")[0] for name in names} == {"mlstarter"}
    assert any(name.endswith(".bundle") for name in names)
    assert any(name.endswith("py.typed") for name in names)
    assert {"LICENSE", "NOTICE.md"} <= {Path(name).name for name in names if "licenses/" in name}


def test_the_sdist_holds_what_its_tests_need_and_nothing_of_this_machine(dist: Path) -> None:
    (path,) = dist.glob("*.tar.gz")
    with tarfile.open(path) as archive:
        members = archive.getmembers()
    names = {"/".join(Path(member.name).parts[1:]) for member in members}
    assert {"pyproject.toml", "README.md", "LICENSE", "NOTICE.md", "templates/copier.yml"} <= names
    private = {".venv", ".git", ".mypy_cache", "__pycache__", ".hypothesis", ".env"}
    assert not [name for name in names if private.intersection(name.split("/"))]
    assert all(member.uname in {"", "root"} or member.uid == 0 for member in members)


@pytest.fixture(scope="module", params=PYTHONS)
def environment(
    request: pytest.FixtureRequest, wheel: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Path]:
    """Yield a fresh environment in which pip has installed the wheel and nothing else."""
    folder = tmp_path_factory.mktemp(f"pip-{request.param}") / "venv"
    run(interpreter(request.param), "-m", "venv", folder, folder=folder.parent)
    scripts = folder / "bin"
    run(scripts / "python", "-m", "pip", "install", "--quiet", wheel, folder=folder.parent)
    yield scripts


def test_pip_installs_what_makes_a_project_of_each_type(environment: Path, tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    assert "mlstarter" in run(environment / "mlstarter", "--version", folder=tmp_path)
    for name in TYPES:
        command = (environment / "mlstarter", "new", name, "--type", name, "--yes")
        run(*command, folder=tmp_path, HOME=str(home), MLSTARTER_CACHE_DIR=str(home / "cache"))
        assert (tmp_path / name / "README.md").is_file()
        assert (tmp_path / name / ".git").is_dir()


@pytest.mark.parametrize("version", PYTHONS)
def test_uv_and_pipx_install_it_as_a_command(version: str, wheel: Path, tmp_path: Path) -> None:
    python = interpreter(version)
    tools = {"UV_TOOL_DIR": str(tmp_path / "tools"), "UV_TOOL_BIN_DIR": str(tmp_path / "bin")}
    run(uv(), "tool", "install", "--quiet", "--python", python, wheel, folder=tmp_path, **tools)
    assert "mlstarter" in run(tmp_path / "bin/mlstarter", "--version", folder=tmp_path)
    pipx = {"PIPX_HOME": str(tmp_path / "pipx"), "PIPX_BIN_DIR": str(tmp_path / "pipx-bin")}
    install = ("tool", "run", "--quiet", "pipx", "install", "--python", python, wheel)
    run(uv(), *install, folder=tmp_path, **pipx)
    assert "mlstarter" in run(tmp_path / "pipx-bin/mlstarter", "--version", folder=tmp_path)
