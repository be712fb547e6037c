"""Repositories and settings for the git tests."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.update.configurations import CONFIGURATIONS, VARIABLE
from tests.update.story import NEW, OLD, Template

HOSTILE = """\
[user]
    name = Ada Student
    email = ada@student.invalid
[core]
    autocrlf = true
    excludesFile = {ignore}
    attributesFile = {attributes}
    hooksPath = {hooks}
    symlinks = false
    safecrlf = true
    fsmonitor = /bin/false
    fileMode = false
    untrackedCache = true
[commit]
    gpgSign = true
    template = {ignore}
[gpg]
    program = false
[init]
    templateDir = {template}
    defaultBranch = trunk
[merge]
    conflictStyle = merge
    directoryRenames = true
    renames = false
    ff = only
[diff]
    renames = false
    noprefix = true
    external = false
[status]
    showUntrackedFiles = all
[log]
    showSignature = true
[color]
    ui = always
"""


@pytest.fixture(autouse=True)
def configuration(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The configuration that MLSTARTER_TEST_GIT names, under every test, where it names one."""
    name = os.environ.get(VARIABLE)
    if name:
        config = tmp_path / "configuration"
        person = "[user]\n\tname = Ada Student\n\temail = ada@student.invalid\n"
        config.write_text(person + CONFIGURATIONS[name])
        monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(config))


@pytest.fixture
def template(tmp_path: Path) -> Template:
    """A template without a version."""
    return Template(tmp_path / "template")


@pytest.fixture
def dest(tmp_path: Path) -> Path:
    """Where a test may make its project."""
    return tmp_path / "churn"


@pytest.fixture
def two_releases(template: Template) -> Template:
    """A template with the versions 1.0.0 and 1.1.0, which are `OLD` and `NEW`."""
    return template.release("1.0.0", OLD).release("1.1.0", NEW)


@pytest.fixture
def project(dest: Path, two_releases: Template) -> Path:
    """A project of version 1.0.0, which can be updated."""
    return two_releases.new(dest, "1.0.0")


@pytest.fixture
def identity(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A plain global git configuration with a name and an address; returns the file."""
    config = tmp_path / "gitconfig"
    config.write_text("[user]\n\tname = Ada Student\n\temail = ada@student.invalid\n")
    _use(config, monkeypatch)
    return config


@pytest.fixture
def no_identity(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A global git configuration without an identity."""
    config = tmp_path / "gitconfig"
    config.write_text("")
    _use(config, monkeypatch)
    return config


@pytest.fixture
def hostile(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A global configuration in which everything that could change a commit is set."""
    home = tmp_path / "hostile"
    hooks, template = home / "hooks", home / "template"
    (template / "hooks").mkdir(parents=True)
    (template / "info").mkdir()
    (template / "info" / "exclude").write_text("*\n")
    hooks.mkdir()
    for folder in (hooks, template / "hooks"):
        for name in (
            "pre-commit",
            "commit-msg",
            "post-commit",
            "post-checkout",
            "post-merge",
            "reference-transaction",
            "post-index-change",
        ):
            hook = folder / name
            hook.write_text(f"#!/bin/sh\necho ran >> {home}/ran\nexit 1\n")
            hook.chmod(0o755)
    (home / "ignore").write_text("*.py\ndata/\n")
    (home / "attributes").write_text("* text=auto eol=crlf\n*.bin filter=gone\n")
    config = home / "gitconfig"
    config.write_text(
        HOSTILE.format(
            ignore=home / "ignore", attributes=home / "attributes", hooks=hooks, template=template
        )
    )
    _use(config, monkeypatch)
    return home


def _use(config: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    if name := os.environ.get(VARIABLE):
        with config.open("a") as file:
            file.write(CONFIGURATIONS[name])
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(config))
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    for name in (
        "GIT_AUTHOR_NAME",
        "GIT_AUTHOR_EMAIL",
        "GIT_COMMITTER_NAME",
        "GIT_COMMITTER_EMAIL",
        "EMAIL",
    ):
        monkeypatch.delenv(name, raising=False)
