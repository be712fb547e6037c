"""Templates of other people: a folder, a git repository (local or by URL), a zip."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path, PurePosixPath
from typing import TypeVar

from packaging.version import Version

from mlstarter.errors import TemplateError
from mlstarter.escape import shorten
from mlstarter.git.process import GitFailed
from mlstarter.sources import cache
from mlstarter.sources.address import SUBDIRECTORY, Place, is_url, parse, public
from mlstarter.sources.archive import unpack
from mlstarter.sources.checkout import (
    commit_of,
    disk_errors,
    git,
    matching,
    newest,
    redirect,
    tags,
    write_files,
    write_tree,
)
from mlstarter.sources.mirror import NoRepository, forget, mirror
from mlstarter.sources.own_files import own_files_only, refuse_pipes
from mlstarter.sources.releases import Releases, describe, read_releases
from mlstarter.sources.snapshot import tree_of_folder, write_submodules
from mlstarter.sources.template import Template, engine_of
from mlstarter.suggest import did_you_mean

Value = TypeVar("Value")

_NO_RELEASE = "it has no release: name a branch or commit; one without any commit is no template"


def resolve(source: str, ref: str | None, directory: str | None = None) -> Template:
    """Return the template that ``source`` names, at ``ref`` or at its newest version.

    Raises:
        TemplateError: it cannot be reached, has no such version, or holds no template.
    """
    place = parse(source, directory)
    if place.is_zip:
        _no_versions(place, ref)
        root = unpack(place.download, place.credentials)
        return _template(place, None, root, None)
    if is_url(place.address):
        return _with_repair(place, lambda: _from_git(place, mirror(place), ref))
    place = _on_disk(place, source)
    folder = Path(place.address)
    if not _is_repository(folder):
        return _plain(place, ref)
    try:
        return _with_repair(place, lambda: _from_folder(place, ref))
    except NoRepository:
        return _plain(place, ref)


def versions(source: str) -> list[Version]:
    """Return the released versions of ``source``, the newest last; none where it has no tags."""
    place = parse(source)
    if place.is_zip:
        return []
    if not is_url(place.address):
        place = _on_disk(place, source)
        if not _is_repository(Path(place.address)):
            return []
    try:
        return _with_repair(place, lambda: list(tags(mirror(place)).values()))
    except NoRepository:
        return []


def git_environment(source: str) -> dict[str, str]:
    """Return the environment in which git reads our mirror where it is asked for ``source``."""
    place = parse(source)
    if not is_url(place.address):
        return {}
    return redirect(place.address, mirror(place)) | {
        "COPIER_CACHE_DIR": str(cache.root() / "copier")
    }


def below(template: Template, folder: str) -> Template:
    """Return the template in a folder of a template: what a template of templates offers."""
    source, _, outer = template.source.partition(SUBDIRECTORY)
    place = Place(source, str(PurePosixPath(outer) / folder))
    root = template.root / folder
    if not root.is_dir():
        raise TemplateError(
            f"There is no folder {folder} in {template.source}.", hint="tell the template's author"
        )
    engine = engine_of(root, place.public_form)
    return Template(place.public_form, template.version, root, engine, template.commit)


def _template(place: Place, version: str | None, root: Path, commit: str | None) -> Template:
    inner = root / place.directory if place.directory else root
    if not inner.is_dir() or not inner.resolve().is_relative_to(root.resolve()):
        raise TemplateError(
            f"There is no folder {place.directory} in {place.address}.",
            hint="check --directory",
        )
    engine = engine_of(inner, place.public_form)
    return Template(place.public_form, version, inner, engine, commit)


def _from_git(
    place: Place, repository: Path, ref: str | None, releases: Releases | None = None
) -> Template:
    releases = releases or read_releases(repository)
    versions = releases.versions
    if ref is None:
        name = newest(versions) or "HEAD"
    else:
        name = ref if ref in releases.commits else matching(versions, ref) or ref
    commit = releases.commits.get(name) if name in versions else commit_of(repository, name)
    if commit is None:
        what = "at all" if ref is None else shorten(ref) or '""'
        raise TemplateError(
            f"{place.public_form} has no version, branch or commit {what}.",
            hint=did_you_mean(name, versions)
            or (f"its newest version is {newest(versions)}" if newest(versions) else _NO_RELEASE),
        )

    def build(out: Path) -> None:
        with disk_errors():
            write_files(repository, commit, out, place.address)

    root = cache.folder("trees", commit, build=build)
    version = name if name in versions else describe(repository, commit, releases)
    return _template(place, version, root, commit)


def _no_versions(place: Place, ref: str | None) -> None:
    if ref is not None:
        raise TemplateError(
            f"{place.public_form} is not a git repository, so it has no version {ref}.",
            hint="leave out --ref",
        )


def _plain(place: Place, ref: str | None) -> Template:
    """Return a template in a folder that is no repository, read where it lies."""
    folder = Path(place.address)
    if not folder.is_dir():
        raise TemplateError(
            f"{place.address} is a file, and neither a zip nor a git bundle.",
            hint="give a folder, a git URL, gh:owner/name, gl:owner/name or a zip file",
        )
    _no_versions(place, None if ref == "HEAD" else ref)
    # Judged first: what is no template is not copied.
    _template(place, None, folder, None)
    return _template(place, None, own_files_only(folder), None)


def _from_folder(place: Place, ref: str | None) -> Template:
    """Return the template in a repository on this machine, changes included where HEAD is meant."""
    repository, folder = mirror(place), Path(place.address)
    working = folder.is_dir() and (folder / ".git").exists()
    releases = read_releases(repository)
    wants_head = ref == "HEAD" or (ref is None and newest(releases.versions) is None)
    if not working or not wants_head:
        return _from_git(place, repository, ref, releases)
    head = commit_of(repository, "HEAD")
    refuse_pipes(folder)
    tree = tree_of_folder(folder, repository)
    if head and git("--git-dir", str(repository), "rev-parse", f"{head}^{{tree}}") == tree:
        return _from_git(place, repository, ref, releases)

    def build(out: Path) -> None:
        with disk_errors():
            write_tree(repository, tree, out, place.address)
            write_submodules(folder, repository, tree, out)

    return _template(place, None, cache.folder("trees", tree, build=build), None)


def _with_repair(place: Place, action: Callable[[], Value]) -> Value:
    """Return what ``read`` reads of a mirror; one that turns out damaged is made anew, once."""
    try:
        return action()
    except GitFailed:
        forget(place)
        return action()


def _on_disk(place: Place, source: str) -> Place:
    """Return the place of a folder or bundle, found as ``git clone`` finds it."""
    path = Path(place.address)
    if path.exists():
        return place
    bare = path.with_name(path.name + ".git")
    if bare.is_dir():
        return replace(place, address=str(bare))
    siblings = [entry.name for entry in path.parent.glob("*")] if path.parent.is_dir() else []
    raise TemplateError(
        f"There is no template at {public(source)}: no such folder.",
        hint=did_you_mean(path.name, siblings)
        or "give a folder, a git URL, gh:owner/name, gl:owner/name or a zip file",
    )


def _is_repository(path: Path) -> bool:
    """Say whether a path is a repository's root, a bare repository or a bundle."""
    if path.is_file():
        with path.open("rb") as file:
            return file.read(12).startswith(b"# v") or path.suffix == ".bundle"
    bare = (path / "HEAD").is_file() and (path / "objects").is_dir() and (path / "refs").is_dir()
    return bare or (path / ".git").exists()
