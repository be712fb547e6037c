"""What a server says when it refuses a push, told apart from somebody who pushed meanwhile."""

from __future__ import annotations

import pytest

from mlstarter.cohort.server_answers import BranchMoved, PushRefused, explain

URL = "https://host.example/s1.git"
REFUSALS = [
    ("remote: GL-HOOK-ERR: names must match ^feat/", "pre-receive hook declined"),
    ("remote: error: GH006: Protected branch update failed", "protected branch hook declined"),
    ("remote: error: quota of 1 GB exceeded", "unpacker error"),
    (
        "remote: error: 'refs/heads/a' exists; cannot create 'refs/heads/a/b'",
        "failed to update ref",
    ),
    ("", "shallow update not allowed"),
]
RACES = [
    "!\tx:refs/heads/main\t[rejected] (fetch first)",
    "!\tx:refs/heads/main\t[rejected] (non-fast-forward)",
    "remote: error: cannot lock ref 'refs/heads/main': is at 1 but expected 2\n"
    "!\tx:refs/heads/main\t[remote rejected] (failed to update ref)",
    "!\tx:refs/heads/main\t[remote rejected] (incorrect old value provided)",
]


@pytest.mark.parametrize(("words", "reason"), REFUSALS)
def test_the_server_s_own_words_are_shown(words: str, reason: str) -> None:
    error = explain(URL, f"{words}\n!\tx:refs/heads/a\t[remote rejected] ({reason})\nDone\n")
    assert isinstance(error, PushRefused)
    assert words.removeprefix("remote: ") in error.message
    assert reason in error.message


@pytest.mark.parametrize("text", RACES)
def test_a_push_in_between_is_tried_again(text: str) -> None:
    assert isinstance(explain(URL, text), BranchMoved)
