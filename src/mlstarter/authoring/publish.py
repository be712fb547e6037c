"""Publish a template to a git remote: one commit and one tag a version, nothing ever moved."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from packaging.version import InvalidVersion, Version

from mlstarter.errors import TemplateError, UsageError
from mlstarter.escape import shorten
from mlstarter.files import TemporaryFolder
from mlstarter.git.failures import find_reason
from mlstarter.git.process import GitFailed
from mlstarter.sources.address import Place, is_url, parse, public_text
from mlstarter.sources.assemble import assemble, is_layered
from mlstarter.sources.builtin import BRANCH, BUNDLE
from mlstarter.sources.checkout import git, tags
from mlstarter.sources.mirror import git_for
from mlstarter.sources.own_files import own_files, own_files_only
from mlstarter.sources.release import add_version, open_repository, tree_of
from mlstarter.sources.template import engine_of

# A folder on this machine is written to by git as the user: the hooks that somebody put into it,
# and the commands that its settings name, stay still.
_RECEIVE = (
    "git -c core.hooksPath=/dev/null -c core.alternateRefsCommand=: -c core.fsmonitor=false "
    "-c receive.autoGC=false -c receive.denyCurrentBranch=refuse receive-pack"
)


@dataclass(frozen=True, slots=True)
class Publication:
    """What a remote holds now: its address, and the versions that were new to it."""

    address: str
    versions: tuple[str, ...]


def publish_builtin(remote: str) -> Publication:
    """Push every released version of the built-in template to ``remote``.

    Raises:
        UsageError: the remote has one of the versions with another content.
        TemplateError: it cannot be reached, or refuses the push.
    """
    with TemporaryFolder(prefix="mlstarter-publish-") as work:
        repository = open_repository(BUNDLE, Path(work) / "repo.git")
        return _push(repository, parse(remote))


def publish(folder: Path, remote: str, version: str) -> Publication:
    """Add ``folder`` to ``remote`` as ``version``, on top of what the remote has.

    A layered folder (``core/`` beside ``copier.yml``) is assembled first. Uncommitted files are
    part of it; what git ignores is not.

    Raises:
        UsageError: the version is not PEP 440, not the newest, or there with another content.
        TemplateError: there is no template, or the remote cannot be reached or refuses.
    """
    try:
        parsed_version = Version(version)
    except InvalidVersion as error:
        raise UsageError(
            f"{version} is not a version.", hint="use three numbers, for example 0.2.0"
        ) from error
    engine_of(folder, str(folder))
    # git is told the folder from another one.
    folder = folder.absolute()
    place = parse(remote)
    with TemporaryFolder(prefix="mlstarter-publish-") as work:
        repository = Path(work) / "repo.git"
        git("init", "--quiet", "--bare", f"--initial-branch={BRANCH}", str(repository))
        _reach(repository, place)
        if is_layered(folder):
            assembly = Path(work) / "template"
            assemble(own_files_only(folder), assembly)
            tree = tree_of(repository, assembly)
        else:
            tree = tree_of(repository, folder, own_files(folder))
        add_version(repository, tree, version, parsed_version, replace=False)
        return _push(repository, place)


def _reach(repository: Path, place: Place) -> None:
    _git(repository, place, "fetch", "--quiet", "--", place.address, "+refs/tags/*:refs/tags/*")


def _push(repository: Path, place: Place) -> Publication:
    listing = _git(repository, place, "ls-remote", "--tags", "--", place.address)
    there = {
        name.removeprefix("refs/tags/"): commit
        for commit, name in (line.split("\t") for line in listing.splitlines())
    }
    new = []
    for tag in tags(repository):
        commit = git("--git-dir", str(repository), "rev-parse", tag)
        if tag not in there:
            new.append(tag)
        elif there[tag] != commit:
            raise UsageError(
                f"{place.address} has a version {tag} with another content.",
                hint="publish a higher version; what somebody may have never changes",
            )
    if new:
        refs = [f"refs/heads/{BRANCH}", *(f"refs/tags/{tag}" for tag in new)]
        options = ["--quiet", "--atomic"]
        if not is_url(place.address) or place.address.startswith("file://"):
            options.append(f"--receive-pack={_RECEIVE}")
        _git(repository, place, "push", *options, "--", place.address, *refs)
    return Publication(place.address, tuple(new))


def _git(repository: Path, place: Place, *arguments: str) -> str:
    try:
        return git_for(repository, place.credentials).text(*arguments)
    except GitFailed as error:
        refusals = [text.strip() for text in error.stderr.splitlines() if text.startswith(" ! ")]
        why = shorten(public_text((refusals or [find_reason(error.stderr)])[0]), 300)
        raise TemplateError(
            f"{place.address} cannot be written: {why or 'git gave no reason'}",
            hint=error.hint or "check the address and your access: git ls-remote tests both",
        ) from error
