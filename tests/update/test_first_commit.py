"""The first commit of a project is the pristine render, whatever the user's git is set to."""

from __future__ import annotations

import os
import stat
import subprocess
from pathlib import Path

import pytest

from mlstarter.git.identity import Identity
from mlstarter.git.template_commits import TemplateOrigin, parse_trailers
from mlstarter.new.first_commit import first_commit, first_commit_bare
from mlstarter.tree import EXECUTABLE, REGULAR, SYMLINK, Entry, Tree

ORIGIN = TemplateOrigin("https://templates.example.invalid/t.git", "1.2.0")

FILES: Tree = {
    "README.md": Entry(REGULAR, b"# Churn\n"),
    ".gitignore": Entry(REGULAR, b"data/raw/\n*.env\n"),
    "src/churn/train.py": Entry(REGULAR, b"print('train')\n"),
    "src/churn.txt": Entry(REGULAR, b"sorts between a folder and its files\n"),
    "run.sh": Entry(EXECUTABLE, b"#!/bin/sh\n"),
    "windows.bat": Entry(REGULAR, b"echo off\r\n"),
    "data/sample.bin": Entry(REGULAR, bytes(range(256)) * 20),
    "data/raw/kept.csv": Entry(REGULAR, b"ignored, and still the template's\n"),
    "empty": Entry(REGULAR, b""),
    "a b/\u00e4\u00f6.txt": Entry(REGULAR, "gr\u00fc\u00df dich\n".encode()),
    "link": Entry(SYMLINK, b"README.md"),
}


def plain_git(folder: Path, *args: str) -> str:
    """Run git as the user would, with the user's own settings."""
    process = subprocess.run(["git", *args], cwd=folder, capture_output=True, check=False)
    assert process.returncode == 0, process.stderr.decode()
    return process.stdout.decode()


def many(count: int) -> Tree:
    return {f"f{i:03}.txt": Entry(REGULAR, f"{i}\n".encode()) for i in range(count)}


def assert_work_tree_is(folder: Path, tree: Tree) -> None:
    listing = {
        path.relative_to(folder).as_posix()
        for path in folder.rglob("*")
        if ".git" not in path.relative_to(folder).parts and (path.is_symlink() or path.is_file())
    }
    assert listing == set(tree)
    for name, entry in tree.items():
        path = folder / name
        if entry.mode == SYMLINK:
            assert str(path.readlink()).encode() == entry.data
        else:
            assert path.read_bytes() == entry.data
            assert bool(path.stat().st_mode & stat.S_IXUSR) == (entry.mode == EXECUTABLE)


@pytest.mark.parametrize("tree", [FILES, many(3), many(300)], ids=["kinds", "few", "many"])
def test_the_first_commit_holds_the_render_and_nothing_else(
    tmp_path: Path, identity: Path, tree: Tree
) -> None:
    folder = tmp_path / "churn"
    folder.mkdir()

    commit = first_commit(folder, tree, ORIGIN)

    assert_work_tree_is(folder, tree)
    assert plain_git(folder, "status", "--porcelain", "--ignored") == ""
    assert plain_git(folder, "rev-parse", "main").strip() == commit.commit
    assert plain_git(folder, "symbolic-ref", "HEAD").strip() == "refs/heads/main"
    assert plain_git(folder, "rev-list", "--all", "--count").strip() == "1"
    plain_git(folder, "fsck", "--strict", "--full")


def test_the_commit_is_authored_by_the_tool_committed_by_the_user_and_says_what_it_is(
    tmp_path: Path, identity: Path
) -> None:
    folder = tmp_path / "churn"
    folder.mkdir()

    commit = first_commit(folder, FILES, ORIGIN)

    people = plain_git(folder, "log", "-1", "--format=%an|%ae|%cn|%ce").strip()
    assert people == "mlstarter|templates@mlstarter.invalid|Ada Student|ada@student.invalid"
    assert not commit.committer.fallback
    text = plain_git(folder, "log", "-1", "--format=%(trailers:only)").strip().splitlines()
    tree = plain_git(folder, "rev-parse", "main^{tree}").strip()
    assert text == [
        f"Template-Source: {ORIGIN.source}",
        "Template-Version: 1.2.0",
        f"Template-Tree: {tree}",
    ]
    trailers = parse_trailers(plain_git(folder, "log", "-1", "--format=%B"))
    assert trailers is not None
    assert (trailers.origin, trailers.tree) == (ORIGIN, tree)


def test_hostile_settings_of_the_user_change_nothing(tmp_path: Path, hostile: Path) -> None:
    folder = tmp_path / "churn"
    folder.mkdir()

    first_commit(folder, FILES, ORIGIN)

    assert_work_tree_is(folder, FILES)
    assert not (hostile / "ran").exists()  # plain `git status` below runs the user's hooks
    assert plain_git(folder, "status", "--porcelain") == ""
    paths = plain_git(folder, "ls-files", "-z").split("\0")[:-1]
    assert set(paths) == set(FILES)
    for name, entry in FILES.items():
        blob = subprocess.run(
            ["git", "cat-file", "blob", f"main:{name}"], cwd=folder, capture_output=True, check=True
        ).stdout
        assert blob == entry.data, name
    assert "gpgsig" not in plain_git(folder, "cat-file", "commit", "main")


def test_a_render_is_the_same_tree_under_hostile_and_plain_settings(
    tmp_path: Path, hostile: Path
) -> None:
    folder = tmp_path / "one"
    folder.mkdir()
    by = Identity("Ada", "ada@student.invalid")
    one = first_commit(folder, FILES, ORIGIN)
    two = first_commit_bare(tmp_path / "two.git", FILES, ORIGIN, by)
    assert one.tree == two.tree


def test_without_an_identity_a_named_stand_in_commits_and_says_so(
    tmp_path: Path, no_identity: Path
) -> None:
    folder = tmp_path / "churn"
    folder.mkdir()
    commit = first_commit(folder, FILES, ORIGIN)
    assert commit.committer.fallback
    who = plain_git(folder, "log", "-1", "--format=%cn <%ce>").strip()
    assert who == "mlstarter user <identity-not-set@mlstarter.invalid>"


def test_variables_that_a_hook_sets_do_not_lead_git_elsewhere(
    tmp_path: Path, identity: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other, folder = tmp_path / "other", tmp_path / "churn"
    other.mkdir()
    folder.mkdir()
    plain_git(other, "init", "-q")
    for name, value in {
        "GIT_DIR": other / ".git",
        "GIT_WORK_TREE": other,
        "GIT_INDEX_FILE": other / ".git" / "index",
        "GIT_OBJECT_DIRECTORY": other / ".git" / "objects",
        "GIT_PREFIX": "",
        "GIT_CONFIG_PARAMETERS": "'core.bare'='true'",
        "GIT_DEFAULT_HASH": "sha256",
    }.items():
        monkeypatch.setenv(name, str(value))

    first_commit(folder, FILES, ORIGIN)

    for name in list(os.environ):
        if name.startswith("GIT_") and not name.startswith("GIT_CONFIG_"):
            monkeypatch.delenv(name)
    monkeypatch.delenv("GIT_CONFIG_PARAMETERS")
    assert plain_git(folder, "status", "--porcelain") == ""
    assert plain_git(folder, "config", "--local", "--list").count("core.worktree") == 0
    assert not list((other / ".git" / "objects").rglob("*/*"))


def test_settings_handed_down_by_environment_stay_in_force(
    tmp_path: Path, no_identity: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GIT_CONFIG_COUNT", "2")
    monkeypatch.setenv("GIT_CONFIG_KEY_0", "user.name")
    monkeypatch.setenv("GIT_CONFIG_VALUE_0", "From CI")
    monkeypatch.setenv("GIT_CONFIG_KEY_1", "user.email")
    monkeypatch.setenv("GIT_CONFIG_VALUE_1", "ci@school.invalid")
    folder = tmp_path / "churn"
    folder.mkdir()
    commit = first_commit(folder, FILES, ORIGIN)
    assert (commit.committer.name, commit.committer.email) == ("From CI", "ci@school.invalid")


def test_line_endings_that_the_template_asks_for_leave_a_clean_status(
    tmp_path: Path, identity: Path
) -> None:
    tree = {
        **FILES,
        ".gitattributes": Entry(REGULAR, b"* text=auto\n*.bat text eol=crlf\n*.bin -text\n"),
        "deep/.gitattributes": Entry(REGULAR, b"notes.md text eol=crlf\n"),
        "deep/notes.md": Entry(REGULAR, b"one\ntwo\n"),
    }
    folder = tmp_path / "churn"
    folder.mkdir()
    first_commit(folder, tree, ORIGIN)
    for path in folder.rglob("*"):
        if path.is_file() and ".git" not in path.parts and not path.is_symlink():
            os.utime(path)  # so that git compares contents, not times
    assert plain_git(folder, "status", "--porcelain") == ""
    assert plain_git(folder, "cat-file", "blob", "main:windows.bat") == "echo off\n"
    assert (folder / "windows.bat").read_bytes() == b"echo off\r\n"


def test_a_bare_repository_of_one_commit_can_be_cloned(tmp_path: Path, identity: Path) -> None:
    by = Identity("Ada", "ada@student.invalid")
    commit = first_commit_bare(tmp_path / "ada.git", FILES, ORIGIN, by)
    # As it is, whatever line endings the user's settings ask for.
    plain_git(tmp_path, "clone", "-q", "-c", "core.autocrlf=false", "ada.git", "clone")
    assert_work_tree_is(tmp_path / "clone", FILES)
    assert plain_git(tmp_path / "clone", "rev-parse", "HEAD").strip() == commit.commit
    plain_git(tmp_path / "ada.git", "fsck", "--strict", "--full")
