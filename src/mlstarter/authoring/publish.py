"""Publish a template to a git remote: one commit and one tag a version, nothing ever moved."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path

from packaging.version import InvalidVersion, Version

from mlstarter.errors import TemplateError, UsageError
from mlstarter.process import GitFailed
from mlstarter.sources.address import parse, public, public_text
from mlstarter.sources.assemble import assemble, is_layered
from mlstarter.sources.builtin import BRANCH, BUNDLE
from mlstarter.sources.checkout import git, tags
from mlstarter.sources.own_files import own_files, own_files_only
from mlstarter.sources.release import add_version, open_repository, tree_of
from mlstarter.sources.template import engine_of


@dataclass(frozen=True, slots=True)
class Published:
    """What a remote holds now: its address, and the versions that were new to it."""

    address: str
    versions: tuple[str, ...]


def publish_builtin(remote: str) -> Published:
    """Push every released version of the built-in template to ``remote``.

    Raises:
        UsageError: the remote has one of the versions with another content.
        TemplateError: it cannot be reached, or refuses the push.
    """
    with tempfile.TemporaryDirectory(prefix="mlstarter-publish-") as work:
        repository = open_repository(BUNDLE, Path(work) / "repo.git")
        return _push(repository, parse(remote).address)


def publish(folder: Path, remote: str, version: str) -> Published:
    """Add ``folder`` to ``remote`` as ``version``, on top of what the remote has.

    A layered folder (``core/`` beside ``copier.yml``) is assembled first. Uncommitted files are
    part of it; what git ignores is not.

    Raises:
        UsageError: the version is not PEP 440, not the newest, or there with another content.
        TemplateError: there is no template, or the remote cannot be reached or refuses.
    """
    try:
        wanted = Version(version)
    except InvalidVersion as error:
        raise UsageError(
            f"{version} is not a version.", hint="use three numbers, for example 0.2.0"
        ) from error
    engine_of(folder, str(folder))
    address = parse(remote).address
    with tempfile.TemporaryDirectory(prefix="mlstarter-publish-") as work:
        repository = Path(work) / "repo.git"
        git("init", "--quiet", "--bare", f"--initial-branch={BRANCH}", str(repository))
        _reach(repository, address)
        if is_layered(folder):
            assembled = Path(work) / "template"
            assemble(own_files_only(folder), assembled)
            tree = tree_of(repository, assembled)
        else:
            tree = tree_of(repository, folder, own_files(folder))
        add_version(repository, tree, version, wanted, replace=False)
        return _push(repository, address)


def _reach(repository: Path, address: str) -> None:
    _git(repository, address, "fetch", "--quiet", address, "+refs/tags/*:refs/tags/*")


def _push(repository: Path, address: str) -> Published:
    listed = _git(repository, address, "ls-remote", "--tags", address)
    there = {
        name.removeprefix("refs/tags/"): commit
        for commit, name in (line.split("\t") for line in listed.splitlines())
    }
    new = []
    for tag in tags(repository):
        commit = git("--git-dir", str(repository), "rev-parse", tag)
        if tag not in there:
            new.append(tag)
        elif there[tag] != commit:
            raise UsageError(
                f"{public(address)} has a version {tag} with another content.",
                hint="publish a higher version; what somebody may have never changes",
            )
    if new:
        refs = [f"refs/heads/{BRANCH}", *(f"refs/tags/{tag}" for tag in new)]
        _git(repository, address, "push", "--quiet", "--atomic", address, *refs)
    return Published(public(address), tuple(new))


def _git(repository: Path, address: str, *arguments: str) -> str:
    try:
        return git("--git-dir", str(repository), *arguments)
    except GitFailed as error:
        lines = [line.strip() for line in error.stderr.splitlines() if line.strip()]
        # Git's own advice comes after what went wrong.
        told = [line for line in lines if line.startswith(("fatal: ", "error: ", "! "))]
        reason = public_text((told or lines or ["git gave no reason"])[0].removeprefix("fatal: "))
        raise TemplateError(
            f"{public(address)} cannot be written: {reason}",
            hint="check the address and your access: git ls-remote tests both",
        ) from error
