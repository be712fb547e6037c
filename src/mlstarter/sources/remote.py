"""Templates of other people: a folder, a git repository (local or by URL), a zip."""

from __future__ import annotations

import hashlib
import re
import stat
import tempfile
from dataclasses import dataclass
from functools import cache as memoise
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING
from urllib.parse import urlsplit, urlunsplit

from packaging.version import Version

from mlstarter.errors import TemplateError
from mlstarter.process import GitFailed
from mlstarter.sources import cache
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
from mlstarter.sources.template import Template, engine_of
from mlstarter.suggest import did_you_mean

if TYPE_CHECKING:
    import zipfile

SHORTHANDS = {"gh:": "https://github.com/", "gl:": "https://gitlab.com/"}
# Bytes a zip may unpack to: templates are text, and a bomb is not.
ZIP_LIMIT = 500_000_000
# Separates the address from the folder of the template in what a project records.
SUBDIRECTORY = "#subdirectory="


@dataclass(frozen=True)
class _Place:
    """A source taken apart: where the repository is and which folder of it is the template."""

    address: str
    directory: str

    @property
    def recorded(self) -> str:
        """What a project records: the address without a password, and the folder."""
        return public(self.address) + (SUBDIRECTORY + self.directory if self.directory else "")


def parse(source: str, directory: str | None = None) -> _Place:
    """Take a source apart and expand its shorthand.

    Raises:
        TemplateError: the directory leads out of the template.
    """
    address, _, inside = source.partition(SUBDIRECTORY)
    inside = directory or inside
    if inside and (PurePosixPath(inside).is_absolute() or ".." in PurePosixPath(inside).parts):
        raise TemplateError(
            f"The directory {inside} is not inside the template.",
            hint="give --directory a path relative to the template's root",
        )
    for short, full in SHORTHANDS.items():
        if address.startswith(short):
            address = full + address.removeprefix(short).lstrip("/")
            address = address if address.endswith(".git") else address + ".git"
    address = address.removeprefix("git+")
    if not _is_url(address):
        address = str(Path(address).expanduser().absolute())
    return _Place(address, str(PurePosixPath(inside)) if inside else "")


def resolve(source: str, ref: str | None, directory: str | None = None) -> Template:
    """Return the template that ``source`` names, at ``ref`` or at its newest version.

    Raises:
        TemplateError: it cannot be reached, has no such version, or holds no template.
    """
    place = parse(source, directory)
    if place.address.endswith(".zip"):
        _no_versions(place, ref)
        root = _unpack(place.address)
        return _template(place, None, root, None)
    if _is_url(place.address) or place.address.endswith(".bundle"):
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
        return _template(place, None, folder, None)
    return _from_git(place, repository, ref)


def versions(source: str) -> list[Version]:
    """Return the released versions of ``source``, the newest last; none where it has no tags."""
    place = parse(source)
    if place.address.endswith(".zip"):
        return []
    if _is_url(place.address) or place.address.endswith(".bundle"):
        return list(tags(_mirror(place.address)).values())
    repository = _git_directory(Path(place.address))
    return list(tags(repository).values()) if repository else []


def git_environment(source: str) -> dict[str, str]:
    """Return the environment in which git reads our mirror where it is asked for ``source``."""
    address = parse(source).address
    if not _is_url(address):
        return {}
    mirror = _mirror(address)
    return redirect(address, mirror) | {"COPIER_CACHE_DIR": str(cache.root() / "copier")}


def below(template: Template, folder: str) -> Template:
    """Return the template in a folder of a template: what a template of templates offers."""
    source, _, outer = template.source.partition(SUBDIRECTORY)
    place = _Place(source, str(PurePosixPath(outer) / folder))
    root = template.root / folder
    if not root.is_dir():
        raise TemplateError(
            f"There is no folder {folder} in {template.source}.", hint="tell the template's author"
        )
    engine = engine_of(root, place.recorded)
    return Template(place.recorded, template.version, root, engine, template.commit)


def public(address: str) -> str:
    """Return ``address`` without the password that it may carry: this is what gets recorded."""
    parts = urlsplit(address)
    if parts.scheme in {"http", "https"} and "@" in parts.netloc:
        return urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2]))
    return address


def _template(place: _Place, version: str | None, root: Path, commit: str | None) -> Template:
    inner = root / place.directory if place.directory else root
    if not inner.is_dir() or not inner.resolve().is_relative_to(root.resolve()):
        raise TemplateError(
            f"There is no folder {place.directory} in {public(place.address)}.",
            hint="check --directory",
        )
    engine = engine_of(inner, place.recorded)
    return Template(place.recorded, version, inner, engine, commit)


def _from_git(place: _Place, repository: Path, ref: str | None) -> Template:
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


def _no_versions(place: _Place, ref: str | None) -> None:
    if ref is not None:
        raise TemplateError(
            f"{place.recorded} is not a git repository, so it has no version {ref}.",
            hint="leave out --ref",
        )


def _is_url(address: str) -> bool:
    return bool(re.match(r"[A-Za-z][A-Za-z0-9+.-]+://", address)) or address.startswith("git@")


@memoise
def _mirror(address: str) -> Path:
    """Return a private mirror of a repository, brought up to date once a process."""
    digest = hashlib.sha256(public(address).encode()).hexdigest()[:32]
    target = cache.root() / "git" / f"{digest}.git"
    try:
        if target.is_dir():
            try:
                git("--git-dir", str(target), "fetch", "--quiet", "--prune", "--force", "origin")
                return target
            except GitFailed as failure:
                if "not a git repository" not in failure.stderr:
                    raise
                cache.forget(target)
        target.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".building-", dir=target.parent) as work:
            made = Path(work) / "repo.git"
            git("clone", "--quiet", "--mirror", "--", address, str(made))
            if not target.is_dir():
                made.rename(target)
    except GitFailed as failure:
        raise TemplateError(
            f"{public(address)} cannot be fetched: {_reason(failure.stderr)}",
            hint="check the address, your network and your access; git ls-remote tests all three",
        ) from failure
    return target


def _reason(detail: str) -> str:
    for line in detail.splitlines():
        if line.startswith(("fatal: ", "error: ")):
            return public_text(line.partition(": ")[2])
    return "git gave no reason."


def public_text(text: str) -> str:
    """Return ``text`` with passwords in addresses left out."""
    return re.sub(r"(https?://)[^/@\s]+@", r"\1", text)


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


def _read_zip(address: str) -> bytes:
    """Return a zip's bytes, fetching it where it lies on a server."""
    if not _is_url(address):
        try:
            return Path(address).read_bytes()
        except OSError as error:
            raise TemplateError(
                f"{address} cannot be read: {error.strerror}.", hint="check the path of the zip"
            ) from error
    if not address.startswith(("http://", "https://")):
        raise TemplateError(f"{address} is not an http address.", hint="use https://")
    import urllib.error
    import urllib.request

    try:
        with urllib.request.urlopen(address, timeout=60) as answer:  # noqa: S310
            data: bytes = answer.read(ZIP_LIMIT)
    except (urllib.error.URLError, OSError, ValueError) as error:
        raise TemplateError(
            f"{public(address)} cannot be fetched: {getattr(error, 'reason', error)}.",
            hint="check the address and your network",
        ) from error
    return data


def _unpack(address: str) -> Path:
    import io
    import zipfile

    data = _read_zip(address)
    digest = hashlib.sha256(data).hexdigest()[:32]

    def build(out: Path) -> None:
        try:
            with zipfile.ZipFile(io.BytesIO(data)) as opened:
                _extract(opened, out)
        except (zipfile.BadZipFile, RuntimeError, NotImplementedError) as error:
            raise TemplateError(
                f"{public(address)} cannot be unpacked: {error}.",
                hint="use a plain zip file without a password",
            ) from error

    root = cache.folder("zips", digest, build=build)
    inner = list(root.iterdir())
    return inner[0] if len(inner) == 1 and inner[0].is_dir() else root


def _extract(opened: zipfile.ZipFile, out: Path) -> None:
    """Unpack with modes; refuse a path that leads out, a link, and more than ``ZIP_LIMIT``."""
    if sum(member.file_size for member in opened.infolist()) > ZIP_LIMIT:
        raise TemplateError(
            f"The zip unpacks to more than {ZIP_LIMIT // 1_000_000} MB.",
            hint="a template holds source files; keep large data elsewhere",
        )
    for member in opened.infolist():
        parts = PurePosixPath(member.filename.replace("\\", "/")).parts
        mode = member.external_attr >> 16
        if not parts or ".." in parts or parts[0] == "/" or stat.S_ISLNK(mode):
            raise TemplateError(
                f"The zip holds {member.filename!r}, which could lead out of the template.",
                hint="ask its author for another archive, or clone its repository",
            )
        target = Path(opened.extract(member, out))
        if mode & 0o111 and target.is_file():
            target.chmod(0o755)
