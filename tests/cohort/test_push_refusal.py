"""What a server says when it refuses a push, told apart from somebody who pushed meanwhile."""

from __future__ import annotations

import pytest

from mlstarter.cohort.server_answers import AccessDenied, BranchMoved, PushRefused, explain

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


def test_what_stopped_the_server_from_unpacking_is_shown() -> None:
    words = "error: remote unpack failed: unable to create temporary object directory\n"
    error = explain(URL, f"{words}!\tx:refs/heads/a\t[remote rejected] (unpacker error)\nDone\n")
    assert isinstance(error, PushRefused)
    assert "unable to create temporary object directory" in error.message


def test_who_may_read_and_not_push_is_told_that() -> None:
    words = f"fatal: unable to access '{URL}/': The requested URL returned error: 403"
    reading, pushing = explain(URL, words), explain(URL, words, pushes=True)
    assert isinstance(reading, AccessDenied)
    assert isinstance(pushing, AccessDenied)
    assert pushing.message == f"The server does not let this account push to {URL}."


def test_a_server_that_nobody_answers_at_is_tried_again() -> None:
    refusal = "Failed to connect to 127.0.0.1 port 39221 after 0 ms: Couldn't connect to server"
    assert explain(URL, f"fatal: unable to access '{URL}/': {refusal}") is None
