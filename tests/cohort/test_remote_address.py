"""The remote of a class: every form of address that git takes, and no mistyped one."""

from __future__ import annotations

import pytest

from mlstarter.cohort.config import Config, load_config
from mlstarter.cohort.remotes import PlainRemote, open_remote
from mlstarter.cohort.transport import Transport
from mlstarter.errors import UsageError


def config(remote: str) -> Config:
    return load_config(None, {"remote": remote, "course_run": "ml-1"})


@pytest.mark.parametrize(
    ("address", "pattern"),
    [
        ("git@git.example:ml/{username}.git", "git@git.example:ml/{username}.git"),
        ("teacher@school:{username}.git", "teacher@school:{username}.git"),
        ("git.example:ml/{student_id}.git", "git.example:ml/{student_id}.git"),
        ("/srv/class/{student_id}.git", "file:///srv/class/{student_id}.git"),
        ("ssh://git@git.example/{username}.git", "ssh://git@git.example/{username}.git"),
    ],
)
def test_an_address_as_git_takes_it(address: str, pattern: str) -> None:
    remote = open_remote(config(address), Transport())

    assert isinstance(remote, PlainRemote)
    assert remote.pattern == pattern


@pytest.mark.parametrize(
    "address",
    ["gitlab:school/{username}", "-oProxyCommand=x@y:{username}", "ext::sh -c {username}"],
)
def test_what_is_no_address_is_refused(address: str) -> None:
    with pytest.raises(UsageError):
        open_remote(config(address), Transport())
