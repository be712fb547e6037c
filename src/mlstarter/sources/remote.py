"""Templates of other people: a folder, a git repository (local or by URL), a zip."""

from __future__ import annotations

import hashlib
import tempfile
from pathlib import Path, PurePosixPath

from packaging.version import Version

from mlstarter.errors import TemplateError
from mlstarter.process import GitFailed
from mlstarter.sources import cache
from mlstarter.sources.address import SUBDIRECTORY, Place, is_url, parse, public, public_text
from mlstarter.sources.archive import unpack
from mlstarter.sources.checkout import (
    commit_of,
    describe,
    disk_errors,
    git,
    matching,
    newest,
    redirect,
    tags,
    write_files,
)
from mlstarter.sources.own_files import own_files_only
from mlstarter.sources.template import Template, engine_of
from mlstarter.suggest import did_you_mean


def resolve(source: str, ref: str | None, directory: str | None = None) -> Template:
    """Return the template that ``source`` names, at ``ref`` or at its newest version.

    Raises:
        TemplateError: it cannot be reached, has no such version, or holds no template.
    """
    place = parse(source, directory)
    if place.address.endswith(".zip"):
        _no_versions(place, ref)
        root = unpack(place.address)
        return _template(place, None, root, None)
    if is_url(place.address) or place.address.endswith(".bundle"):
        return _from_git(place, _mirror(place.address), ref)
    folder = Path(place.address)
    if not folder.is_dir():
        siblings = [path.name for path in folder.parent.glob("*")] if folder.parent.is_dir() else []
        raise TemplateError(
            f"There is no template at {source}: no such folder.",
            hint=did_you_mean(folder.name, siblings)
            or "give a folder, a git URL, gh:owner/name, gl:owner/name or a zip file",
        )
    repository = _git_directory(folder)
    if repository is None or (_is_dirty(folder) and _wants_head(repository, ref)):
        _no_versions(place, None if ref == "HEAD" else ref)
        # Judged first: what is no template is not copied.
        _template(place, None, folder, None)
        return _template(place, None, own_files_only(folder), None)
    return _from_git(place, repository, ref)


def versions(source: str) -> list[Version]:
    """Return the released versions of ``source``, the newest last; none where it has no tags."""
    place = parse(source)
    if place.address.endswith(".zip"):
        return []
    if is_url(place.address) or place.address.endswith(".bundle"):
        return list(tags(_mirror(place.address)).values())
    repository = _git_directory(Path(place.address))
    return list(tags(repository).values()) if repository else []


def git_environment(source: str) -> dict[str, str]:
    """Return the environment in which git reads our mirror where it is asked for ``source``."""
    address = parse(source).address
    if not is_url(address):
        return {}
    mirror = _mirror(address)
    return redirect(address, mirror) | {"COPIER_CACHE_DIR": str(cache.root() / "copier")}


def below(template: Template, folder: str) -> Template:
    """Return the template in a folder of a template: what a template of templates offers."""
    source, _, outer = template.source.partition(SUBDIRECTORY)
    place = Place(source, str(PurePosixPath(outer) / folder))
    root = template.root / folder
    if not root.is_dir():
        raise TemplateError(
            f"There is no folder {folder} in {template.source}.", hint="tell the template's author"
        )
    engine = engine_of(root, place.recorded)
    return Template(place.recorded, template.version, root, engine, template.commit)


def _template(place: Place, version: str | None, root: Path, commit: str | None) -> Template:
    inner = root / place.directory if place.directory else root
    if not inner.is_dir() or not inner.resolve().is_relative_to(root.resolve()):
        raise TemplateError(
            f"There is no folder {place.directory} in {public(place.address)}.",
            hint="check --directory",
        )
    engine = engine_of(inner, place.recorded)
    return Template(place.recorded, version, inner, engine, commit)


def _from_git(place: Place, repository: Path, ref: str | None) -> Template:
    known = tags(repository)
    name = newest(known) or "HEAD" if ref is None else matching(known, ref) or ref
    commit = commit_of(repository, name)
    if commit is None:
        raise TemplateError(
            f"{place.recorded} has no version, branch or commit {ref or 'at all'}.",
            hint=did_you_mean(name, known)
            or f"its newest version is {newest(known) or 'untagged'}",
        )

    def build(out: Path) -> None:
        with disk_errors():
            write_files(repository, commit, out, place.address)

    root = cache.folder("trees", commit, build=build)
    return _template(place, describe(repository, commit), root, commit)


def _no_versions(place: Place, ref: str | None) -> None:
    if ref is not None:
        raise TemplateError(
            f"{place.recorded} is not a git repository, so it has no version {ref}.",
            hint="leave out --ref",
        )


# Mirrors that are up to date: each is fetched once a process.
_FETCHED: set[Path] = set()


def _mirror(address: str) -> Path:
    """Return a private mirror of a repository, brought up to date once a process."""
    digest = hashlib.sha256(public(address).encode()).hexdigest()[:32]
    target = cache.root() / "git" / f"{digest}.git"
    if target in _FETCHED and target.is_dir():
        return target
    try:
        if not target.is_dir() or not _fetched(target, address):
            _clone(target, address)
    except GitFailed as failure:
        raise TemplateError(
            f"{public(address)} cannot be fetched: {_reason(failure.stderr)}",
            hint="check the address, your network and your access; git ls-remote tests all three",
        ) from failure
    _FETCHED.add(target)
    return target


def _fetched(mirror: Path, address: str) -> bool:
    """Bring a mirror up to date; return False, and forget it, where it is broken."""
    try:
        # The address in full, since a password in it is not kept in the mirror's settings.
        git(
            *("--git-dir", str(mirror), "fetch", "--quiet", "--prune", "--force", "--", address),
            "+refs/*:refs/*",
        )
    except GitFailed as failure:
        if "not a git repository" not in failure.stderr:
            raise
        cache.forget(mirror)
        return False
    return True


def _clone(target: Path, address: str) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".building-", dir=target.parent) as work:
        made = Path(work) / "repo.git"
        git("clone", "--quiet", "--mirror", "--", address, str(made))
        git("--git-dir", str(made), "remote", "set-url", "origin", public(address))
        if not target.is_dir():
            made.rename(target)


def _reason(detail: str) -> str:
    for line in detail.splitlines():
        if line.startswith(("fatal: ", "error: ")):
            return public_text(line.partition(": ")[2])
    return "git gave no reason."


def _git_directory(folder: Path) -> Path | None:
    """Return the git directory of a folder that is the root of a repository, or None."""
    try:
        top = git("rev-parse", "--show-toplevel", cwd=folder)
        found = git("rev-parse", "--absolute-git-dir", cwd=folder)
    except GitFailed:
        return None
    return Path(found) if Path(top).resolve() == folder.resolve() else None


def _is_dirty(folder: Path) -> bool:
    return bool(git("status", "--porcelain", cwd=folder))


def _wants_head(repository: Path, ref: str | None) -> bool:
    if ref is None:
        return newest(tags(repository)) is None
    return ref == "HEAD"
