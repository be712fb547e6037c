"""The remote of a class: every form of address that git takes, and no mistyped one."""

from __future__ import annotations

from pathlib import Path

import pytest

from mlstarter.cohort.config import Config, load_config
from mlstarter.cohort.remotes import PlainRemote, open_remote
from mlstarter.cohort.transport import Transport, local_path
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
        ("school:ml/{username}.git", "school:ml/{username}.git"),
        ("git@[::1]:ml/{username}.git", "git@[::1]:ml/{username}.git"),
        ("ssh://git@[::1]:2222/{username}", "ssh://git@[::1]:2222/{username}"),
        ("ssh://git.example/~teacher/{username}", "ssh://git.example/~teacher/{username}"),
        ("HTTPS://git.example/{username}.git", "https://git.example/{username}.git"),
        ("GitHub:school/{username}", "github:school/{username}"),
        ("FILE:///srv/{student_id}", "file:///srv/{student_id}"),
        ("/srv/a#b?c/{student_id}", "file:///srv/a%23b%3Fc/{student_id}"),
        ("/srv/50%20/{student_id}", "file:///srv/50%2520/{student_id}"),
    ],
)
def test_an_address_as_git_takes_it(address: str, pattern: str) -> None:
    settings = config(address)

    assert settings.remote == pattern
    if not pattern.startswith("github:"):
        assert isinstance(open_remote(settings, Transport()), PlainRemote)


@pytest.mark.parametrize(
    "address",
    [
        "gitlab:school/{username}",
        "gh:school/{username}",
        "githb:school/{username}",
        "htps://git.example/{username}",
        "htps:git/{username}",
        "https:/git.example/{username}",
        "git.example/{username}",
        "class/{username}.git",
        "{username}:x",
        "-oProxyCommand=x@y:{username}",
        "-x:{username}",
        "a:-{username}",
        "ext::sh -c {username}",
        "fd::17",
        "ftp://git.example/{username}",
        "file://srv/class/{username}",
        "file:srv/{username}",
        "ssh://{username}:0/x",
        "https://git.example/{username",
        "https://git.example/username}",
        "https://git.example/{username.__class__}",
        "https://git.example/{}",
    ],
)
def test_what_is_no_address_is_refused(address: str) -> None:
    with pytest.raises(UsageError):
        open_remote(config(address), Transport())


@pytest.mark.parametrize(
    "address",
    [
        "https://user:hunter2@git.example/{username}",
        "https://hunter2@git.example/{username}",
        "https://git.example/{username}.git?private_token=hunter2",
        "ssh://git:hunter2@git.example/{username}",
        "git:hunter2@git.example:ml/{username}",
        "ftp://git:hunter2@git.example/{username}",
    ],
)
def test_a_credential_is_refused_and_not_shown(address: str) -> None:
    with pytest.raises(UsageError) as failure:
        config(address)
    assert "hunter2" not in failure.value.message + str(failure.value.hint)


def test_a_folder_is_beside_the_settings_or_under_one_s_home(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    settings = tmp_path / "course" / "cohort.toml"
    settings.parent.mkdir()
    settings.write_text('course_run = "ml-1"\nremote = "../srv/{student_id}.git"\n')
    for flags, folder in (
        ({}, tmp_path / "course" / "../srv"),
        ({"remote": "~/srv/{student_id}.git"}, tmp_path / "home/srv"),
        ({"remote": "./srv/{student_id}.git"}, Path.cwd() / "srv"),
    ):
        remote = load_config(settings, flags).remote
        assert local_path(remote) == folder / "{student_id}.git"
