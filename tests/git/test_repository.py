"""A repository as it is found: its parts, its branch, and the files of a commit."""

from __future__ import annotations

from pathlib import Path

import pytest

from mlstarter.git.blobs import read_blobs
from mlstarter.git.process import Git, GitFailed
from mlstarter.git.repository import Repository
from tests.update.story import git


def test_the_files_that_a_commit_has_come_back_and_the_others_as_none(tmp_path: Path) -> None:
    git(tmp_path, "init", "--quiet")
    contents = {"a b.txt": b"two\nlines", "empty": b"", "folder/é missing": b"\0 blob 3\n"}
    for path, content in contents.items():
        file = tmp_path / path
        file.parent.mkdir(exist_ok=True)
        file.write_bytes(content)
    git(tmp_path, "add", "--all")
    person = ("-c", "user.name=Somebody", "-c", "user.email=somebody@example.org")
    git(tmp_path, *person, "commit", "--quiet", "--message", "Files")
    repository = Repository.find(tmp_path)
    assert repository is not None
    absent = ("a b", "folder", "none missing", "empty/x")

    assert repository.blobs("HEAD", (*absent, *contents)) == {**dict.fromkeys(absent), **contents}
    assert repository.blobs("0" * 40, ("empty",)) == {"empty": None}
    with pytest.raises(GitFailed, match=f"the object {'0' * 40} is missing"):
        read_blobs(repository.git, ["0" * 40])


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    """Return a repository on the branch ``a/b`` with one commit."""
    git = Git(tmp_path, config=(("user.name", "Ada"), ("user.email", "ada@example.org")))
    git.run("init", "--quiet", "--initial-branch=a/b")
    git.run("commit", "--quiet", "--allow-empty", "-m", "Start")
    repository = Repository.find(tmp_path)
    assert repository is not None
    return repository


def test_the_branch_is_the_one_that_git_names(repository: Repository) -> None:
    assert repository.branch() == "refs/heads/a/b"
    repository.git.run("checkout", "--quiet", "--detach")
    assert repository.branch() is None


def test_a_head_that_git_did_not_write_is_read_by_git(repository: Repository) -> None:
    head = repository.folder / "HEAD"
    head.write_text("ref:   refs/heads/a/b  \n")
    assert repository.branch() == "refs/heads/a/b"
    head.unlink()
    head.symlink_to("refs/heads/a/b")
    assert repository.branch() == "refs/heads/a/b"


def test_a_bare_repository_has_no_work_tree(repository: Repository, tmp_path: Path) -> None:
    repository.git.run("clone", "--quiet", "--bare", ".", "bare.git")
    bare = Repository.find(tmp_path / "bare.git")
    assert bare is not None
    assert (bare.top, bare.folder.name, bare.algorithm) == (None, "bare.git", "sha1")


def test_a_folder_below_a_work_tree_and_one_without_a_repository(
    repository: Repository, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    below = tmp_path / "below"
    below.mkdir()
    inner = Repository.find(below)
    assert inner is not None
    assert (inner.top, inner.folder) == (repository.top, repository.folder)
    assert Repository.find(tmp_path_factory.mktemp("elsewhere")) is None
