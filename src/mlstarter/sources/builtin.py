"""The built-in template: every released version in one git bundle inside the package."""

from __future__ import annotations

import hashlib
import json
import os
from functools import cache as memoise
from pathlib import Path

from packaging.version import InvalidVersion, Version

from mlstarter.errors import UPGRADE, TemplateError
from mlstarter.git.process import GitFailed
from mlstarter.sources import cache
from mlstarter.sources.address import parse
from mlstarter.sources.checkout import (
    disk_errors,
    git,
    matching,
    newest,
    redirect,
    tags,
    write_files,
)
from mlstarter.sources.template import Template
from mlstarter.suggest import did_you_mean

# What projects record. Nobody can register a name below .invalid (RFC 2606), so no stranger can
# put a template there; Copier and Renovate need an https address that ends in .git.
SOURCE = "https://templates.mlstarter.invalid/mlstarter.git"
# Names the address of a published copy; projects then record that one, which others can reach.
ADDRESS_VARIABLE = "MLSTARTER_TEMPLATES_URL"
BUNDLE = Path(__file__).with_name("templates.bundle")
BRANCH = "main"


def address() -> str:
    """Return what new projects record as their source.

    Raises:
        TemplateError: the variable that names a published copy holds no address.
    """
    copy = os.environ.get(ADDRESS_VARIABLE)
    return parse(copy).public_form if copy else SOURCE


def is_builtin(source: str | None) -> bool:
    """Say whether ``source`` is served from the bundle."""
    return source is None or source in {SOURCE, address()}


def releases(bundle: Path = BUNDLE) -> dict[str, str]:
    """Return the tag and the commit of each released version, the oldest first."""
    commits: dict[str, str] = json.loads(
        (_repository(bundle) / "versions.json").read_text(encoding="utf-8")
    )
    return commits


def versions() -> list[Version]:
    """Return the released versions, the newest last."""
    return [Version(tag) for tag in releases()]


def resolve(source: str | None, ref: str | None) -> Template:
    """Return the built-in template at a released version, by default the newest.

    Raises:
        TemplateError: this mlstarter does not carry that version.
    """
    commits = releases()
    versions_by_tag = {tag: Version(tag) for tag in commits}
    tag = (
        newest(versions_by_tag) or list(versions_by_tag)[-1]
        if ref in {None, "HEAD"}
        else matching(versions_by_tag, str(ref))
    )
    if tag is None:
        raise _unknown_version(str(ref), versions_by_tag)
    commit = commits[tag]

    def build(out: Path) -> None:
        with disk_errors():
            write_files(_repository(BUNDLE) / "repo.git", commit, out)

    try:
        root = cache.folder("trees", commit, build=build)
    except GitFailed:
        cache.forget(_repository(BUNDLE).parent)
        root = cache.folder("trees", commit, build=build)
    # Our own, and tested to read nothing: looking through all its files takes 0.3 s.
    return Template(source or address(), tag, root, "copier", commit, is_builtin=True)


def git_environment() -> dict[str, str]:
    """Return the environment in which git reads the bundle where it is asked for the source.

    Only files may be read: the built-in template can never reach the network.
    """
    return redirect(address(), BUNDLE) | {
        "GIT_ALLOW_PROTOCOL": "file",
        "COPIER_CACHE_DIR": str(cache.root() / "copier" / _digest(BUNDLE)),
    }


def _repository(bundle: Path) -> Path:
    """Return the folder that holds the bundle's repository and its versions."""

    def build(out: Path) -> None:
        with disk_errors():
            git(
                *("clone", "--quiet", "--bare", "--no-local", "--", str(bundle)),
                str(out / "repo.git"),
                env={"GIT_ALLOW_PROTOCOL": "file"},
            )
            commits = {
                tag: git("--git-dir", str(out / "repo.git"), "rev-parse", f"{tag}^{{commit}}")
                for tag in tags(out / "repo.git")
            }
        (out / "versions.json").write_text(json.dumps(commits), encoding="utf-8")

    return cache.folder("builtin", _digest(bundle), build=build)


@memoise
def _digest_of(bundle: Path, size: int, modified_ns: int) -> str:
    del size, modified_ns  # part of the key: a bundle that was rewritten is read again
    return hashlib.sha256(bundle.read_bytes()).hexdigest()[:32]


def _digest(bundle: Path) -> str:
    try:
        state = bundle.stat()
    except FileNotFoundError as error:
        raise TemplateError(
            "The templates are missing from this installation of mlstarter.",
            hint="install it again; in a checkout, run: make release-templates VERSION=0.1.0",
        ) from error
    return _digest_of(bundle, state.st_size, state.st_mtime_ns)


def _unknown_version(ref: str, versions_by_tag: dict[str, Version]) -> TemplateError:
    last = list(versions_by_tag.values())[-1]
    try:
        newer = Version(ref) > last
    except InvalidVersion:
        newer = False
    if newer:
        return TemplateError(
            f"Version {ref} of the templates is newer than this mlstarter, which carries up to "
            f"{last}.",
            hint=UPGRADE,
        )
    return TemplateError(
        f"There is no version {ref} of the built-in templates.",
        hint=did_you_mean(ref, versions_by_tag) or "list them with: mlstarter list versions",
    )
