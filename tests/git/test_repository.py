"""Files of a commit are read by one git process, whatever they are called."""

from __future__ import annotations

from pathlib import Path

import pytest

from mlstarter.git.blobs import read_blobs
from mlstarter.git.process import GitFailed
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
