"""What git ignores of a template's folder stays at home, in every command that reads one."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from mlstarter.sources.own_files import own_files, own_files_only
from tests.conftest import Run
from tests.engines.helpers import git, write_template

pytestmark = pytest.mark.usefixtures("own_folders")

SECRET = "ghp_" + "a1B2" * 9
FILES = {
    "copier.yml": "n: {type: str, help: 'N?', default: x}\n",
    "{{ _copier_conf.answers_file }}.jinja": "{{ _copier_answers|to_nice_yaml }}",
    ".gitignore": ".env\n.venv/\n*.log\n!kept.log\n",
    ".env": f"TOKEN={SECRET}\n",
    ".venv/lib/x.py": "def broken(:\n",
    "a.log": "x",
    "kept.log": "x",
    "a.txt": "a",
    "sub/.gitignore": "data/\n",
}
OWN = {".gitignore", "a.txt", "copier.yml", "kept.log", "sub/.gitignore"}
EXPECTED_FILES = {".copier-answers.yml", ".gitignore", "a.txt", "kept.log", "sub/.gitignore"}


@pytest.fixture(params=["no repository", "untracked", "committed", "a folder of one"])
def folder(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """Return a template whose folder holds more than the template."""
    root = write_template(tmp_path / "outer" / "t", FILES)
    if request.param == "a folder of one":
        git(tmp_path / "outer", "init", "-q")
    elif request.param != "no repository":
        git(root, "init", "-q")
    if request.param == "committed":
        git(root, "add", "--all")
        git(root, "commit", "-qm", "One")
    return root


def test_what_is_ignored_is_left_out(folder: Path) -> None:
    names = {name for name in own_files(folder) if "{{" not in name}

    assert names == OWN


def test_new_makes_no_file_of_it(folder: Path, mlstarter: Run, tmp_path: Path) -> None:
    (folder / "draft.txt").write_text("draft")

    status, _, err = mlstarter("new", tmp_path / "p", "--template", folder, "--yes")

    assert status == 0, err
    assert set(git(tmp_path / "p", "ls-files").splitlines()) == {*EXPECTED_FILES, "draft.txt"}


def test_lint_and_test_look_at_nothing_of_it(folder: Path, mlstarter: Run) -> None:
    status, out, err = mlstarter("template", "lint", folder, "--json")
    assert (status, json.loads(out)["findings"]) == (0, []), err

    status, out, err = mlstarter("template", "test", folder, "--json")
    assert status == 0, out + err
    assert {row["files"] for row in json.loads(out)["projects"]} == {len(EXPECTED_FILES)}


@pytest.mark.sampled
@pytest.mark.parametrize("how", ["absolute", "relative", "here", "below"])
def test_publish_sends_nothing_of_it(
    how: str, folder: Path, mlstarter: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    remote = tmp_path / "r.git"
    subprocess.run(["git", "init", "-q", "--bare", str(remote)], check=True)
    monkeypatch.chdir(folder if how in {"here", "below"} else folder.parent)
    source = {"absolute": folder, "relative": "t", "here": ".", "below": "../t"}[how]

    status, _, err = mlstarter(
        *("template", "publish", f"file://{remote}", source, "--version", "1.0.0")
    )

    assert status == 0, err
    names = git(remote, "ls-tree", "-r", "--name-only", "1.0.0").splitlines()
    assert {name for name in names if "{{" not in name} == OWN


def test_what_was_added_all_the_same_is_the_templates(tmp_path: Path) -> None:
    root = write_template(tmp_path / "t", {**FILES, "data/keep.txt": "k"})
    git(root, "init", "-q")
    git(root, "add", "--force", "a.log")
    (root / "a.txt").unlink()

    names = own_files(root)

    assert "a.log" in names
    assert "a.txt" not in names


def test_the_users_own_ignore_file_counts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home = tmp_path / "home"
    (home / ".config" / "git").mkdir(parents=True)
    (home / ".config" / "git" / "ignore").write_text(".DS_Store\n")
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.delenv("XDG_CONFIG_HOME", raising=False)
    monkeypatch.delenv("GIT_CONFIG_GLOBAL", raising=False)
    plain = write_template(tmp_path / "plain", {"copier.yml": "", "sub/.DS_Store": "x"})
    repository = write_template(tmp_path / "tracked", {"copier.yml": "", ".DS_Store": "x"})
    git(repository, "init", "-q")

    assert own_files(plain) == ["copier.yml"]
    assert own_files(repository) == ["copier.yml"]


def test_a_folder_that_a_repository_around_it_ignores_is_whole(tmp_path: Path) -> None:
    (tmp_path / ".gitignore").write_text("build/\n")
    git(tmp_path, "init", "-q")
    root = write_template(tmp_path / "build" / "t", {"copier.yml": "", "a.txt": ""})

    assert own_files(root) == ["a.txt", "copier.yml"]


def test_links_odd_names_and_submodules_come_along(tmp_path: Path) -> None:
    inner = write_template(tmp_path / "inner", {"in.txt": "i"})
    git(inner, "init", "-q")
    git(inner, "add", "--all")
    git(inner, "commit", "-qm", "One")
    root = write_template(tmp_path / "t", {**FILES, "ü 'x'\n.txt": "u"})
    (root / "link").symlink_to("sub")
    git(root, "init", "-q")
    git(root, "-c", "protocol.file.allow=always", "submodule", "--quiet", "add", str(inner), "m")

    copy = own_files_only(root)

    assert copy != root
    assert copy.name == "t"
    assert (copy / "link").readlink() == Path("sub")
    assert (copy / "m" / "in.txt").read_text() == "i"
    assert not (copy / "m" / ".git").exists()
    assert (copy / "ü 'x'\n.txt").read_text() == "u"
    assert not (copy / ".env").exists()


def test_a_folder_without_more_is_read_where_it_lies(tmp_path: Path) -> None:
    root = write_template(tmp_path / "t", {"copier.yml": "", ".gitignore": "*.log\n"})

    assert own_files_only(root) == root
