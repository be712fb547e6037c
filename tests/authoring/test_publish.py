"""A template is published version by version, and what is published never changes."""

# ruff: noqa: E501 - a command is read on one line

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from mlstarter import sources
from tests.conftest import Run
from tests.engines.helpers import git, write_template

pytestmark = pytest.mark.usefixtures("own_folders")

FILES = {
    "copier.yml": "n: 1\n",
    "f.txt.jinja": "{{ n }}\n",
    "{{ _copier_conf.answers_file }}.jinja": "{{ _copier_answers|to_nice_yaml -}}",
    ".gitignore": "scratch/\n",
    "scratch/x": "not part of it",
    "sub/.gitignore": "*.log\n",
    "sub/kept.log": "part of it",
}


@pytest.fixture
def remote(tmp_path: Path) -> Path:
    """An empty bare repository, as a server holds one."""
    git(tmp_path, "init", "--quiet", "--bare", "remote.git")
    return tmp_path / "remote.git"


@pytest.mark.slow
def test_versions_are_added_and_plain_copier_uses_them(
    mlstarter: Run, remote: Path, tmp_path: Path
) -> None:
    source = write_template(tmp_path / "t", FILES)
    status, out, err = mlstarter("template", "publish", remote, source, "--version", "0.1.0")
    assert status == 0, err
    assert out == f"Published 0.1.0 at {remote}\n"
    write_template(source, {"new.txt": "new"})
    assert mlstarter("template", "publish", remote, source, "--version", "0.2.0", "--json")[0] == 0

    assert git(remote, "tag").split() == ["0.1.0", "0.2.0"]
    assert git(remote, "rev-parse", "0.2.0^", "main") == "\n".join(
        [git(remote, "rev-parse", "0.1.0"), git(remote, "rev-parse", "0.2.0")]
    )
    paths = git(remote, "ls-tree", "-r", "--name-only", "0.1.0").split("\n")
    assert "sub/kept.log" in paths
    assert "scratch/x" not in paths

    project = tmp_path / "p"
    copier = [sys.executable, "-m", "copier"]
    subprocess.run([*copier, "copy", "-q", "--defaults", "-r", "0.1.0", f"git+{remote.as_uri()}", project], check=True, capture_output=True)  # fmt: skip
    assert not (project / "new.txt").exists()
    git(project, "init", "-q")
    git(project, "add", "-A")
    git(project, "commit", "-qm", "x")
    subprocess.run(
        [*copier, "update", "-q", "--defaults", project], check=True, capture_output=True
    )
    assert (project / "new.txt").exists()


@pytest.mark.slow
def test_what_is_published_never_changes(mlstarter: Run, remote: Path, tmp_path: Path) -> None:
    source = write_template(tmp_path / "t", FILES)
    assert mlstarter("template", "publish", remote, source, "--version", "0.1.0")[0] == 0
    before = git(remote, "show-ref")

    status, out, _ = mlstarter(
        "template", "publish", remote, source, "--version", "0.1.0", "--json"
    )
    assert (status, json.loads(out)["versions"]) == (0, [])

    write_template(source, {"new.txt": "new"})
    for version, message in (
        ("0.1.0", "released already"),
        ("0.0.9", "not newer"),
        ("x", "not a version"),
    ):
        status, _, err = mlstarter("template", "publish", remote, source, "--version", version)
        assert status == 2
        assert message in err
    assert git(remote, "show-ref") == before


@pytest.mark.slow
def test_the_built_in_template_is_published_with_all_its_versions(
    mlstarter: Run, remote: Path
) -> None:
    status, _, err = mlstarter("template", "publish", remote)

    assert status == 0, err
    assert git(remote, "tag").split() == [str(version) for version in sources.versions()]
    assert f"MLSTARTER_TEMPLATES_URL={remote}" in err
    template = sources.resolve()
    assert git(remote, "rev-parse", f"{template.version}^{{commit}}") == template.commit


def test_a_remote_that_cannot_be_reached_is_one_line(mlstarter: Run, tmp_path: Path) -> None:
    source = write_template(tmp_path / "t", FILES)

    status, _, err = mlstarter(
        *("template", "publish", tmp_path / "nowhere.git", source, "--version", "1.0")
    )

    assert status == 1
    assert "nowhere.git cannot be written: " in err
    assert "Traceback" not in err


def test_the_version_is_asked_for(mlstarter: Run, remote: Path, tmp_path: Path) -> None:
    source = write_template(tmp_path / "t", FILES)
    assert mlstarter("template", "publish", remote, source)[0] == 2
    assert mlstarter("template", "publish", remote, "--version", "1.0")[0] == 2
