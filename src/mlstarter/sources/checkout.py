"""Git, as far as templates need it: which tags there are, and a commit's files in a folder."""

from __future__ import annotations

import errno
import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from packaging.version import InvalidVersion, Version

from mlstarter.errors import TemplateError
from mlstarter.files import TemporaryFolder
from mlstarter.git.failures import find_reason
from mlstarter.git.process import Git, GitFailed
from mlstarter.git.settings import PROTOCOLS
from mlstarter.sources.address import public_text
from mlstarter.sources.releases import read_releases

# The default branch of a mirrored repository: what its HEAD names.
HEAD = "refs/mlstarter/HEAD"
_DISK = (
    ("No space left on device", errno.ENOSPC),
    ("Disk quota exceeded", errno.EDQUOT),
    ("Read-only file system", errno.EROFS),
    ("Permission denied", errno.EACCES),
)


_OWN_UPDATES = (("submodule.recurse", "false"),)


def git(*arguments: str, env: Mapping[str, str] | None = None, cwd: Path | None = None) -> str:
    """Run git and return what it wrote, without its last newline.

    Raises:
        GitMissing: git is not installed.
        GitFailed: git said no.
    """
    return Git(cwd or Path(tempfile.gettempdir()), env or {}).text(*arguments)


@contextmanager
def disk_errors() -> Iterator[None]:
    """Turn what git says of a full or read-only disk into an OSError; other failures stay."""
    try:
        yield
    except GitFailed as error:
        for words, number in _DISK:
            if words in error.stderr:
                raise OSError(number, words) from error
        raise


def tags(repository: Path) -> dict[str, Version]:
    """Return the tags of ``repository`` that are releases, the oldest first."""
    return dict(read_releases(repository).versions)


def newest(versions: Mapping[str, Version]) -> str | None:
    """Return the newest tag that is not a pre-release, as Copier chooses it."""
    stable = [name for name, version in versions.items() if not version.is_prerelease]
    return stable[-1] if stable else None


def matching(versions: Mapping[str, Version], ref: str) -> str | None:
    """Return the tag that ``ref`` names, exactly or as a version (1.2 finds v1.2.0)."""
    if ref in versions:
        return ref
    try:
        version = Version(ref)
    except InvalidVersion:
        return None
    return next((name for name, other in versions.items() if other == version), None)


def commit_of(repository: Path, ref: str) -> str | None:
    """Return the full id of the commit that ``ref`` names in a mirror, or None."""
    names = (f"refs/tags/{ref}", f"refs/heads/{ref}", f"refs/remotes/origin/{ref}", ref)
    # A bundle may have no HEAD, and that of a repository may name a branch that is gone.
    for name in (HEAD, "refs/heads/main", "refs/heads/master") if ref == "HEAD" else names:
        try:
            return git(
                *("--git-dir", str(repository), "rev-parse", "--verify", "--quiet"),
                *("--end-of-options", f"{name}^{{commit}}"),
            )
        except GitFailed:
            continue
    return None


def write_files(repository: Path, commit: str, out: Path, url: str | None = None) -> None:
    """Write the files of ``commit`` into the empty folder ``out``, submodules included.

    Args:
        repository: the repository's git directory.
        commit: the commit's id.
        out: an empty folder.
        url: where the repository came from; relative addresses of submodules start there.
    """
    if git("--git-dir", str(repository), "ls-tree", "--name-only", commit, ".gitmodules"):
        _write_with_submodules(repository, commit, out, url)
        return
    write_tree(repository, commit, out, url)


def write_tree(repository: Path, tree: str, out: Path, url: str | None = None) -> None:
    """Write the files of ``tree`` (or of a commit) into the empty folder ``out``."""
    with TemporaryFolder(prefix="mlstarter-index-") as work:
        env = {
            "GIT_DIR": str(repository),
            "GIT_WORK_TREE": str(out),
            "GIT_INDEX_FILE": str(Path(work) / "index"),
        }
        # A filter of the user's own (git-lfs) asks where the files come from.
        inside = Git(out, env, (("remote.origin.url", url),) if url else ())
        inside.run("read-tree", tree)
        inside.run("checkout-index", "--all", "--force")


def _write_with_submodules(repository: Path, commit: str, out: Path, url: str | None) -> None:
    clone = out / ".clone"
    git("clone", "--quiet", "--shared", "--no-checkout", "--", str(repository), str(clone))
    if url:
        git("remote", "set-url", "origin", url, cwd=clone)
    git("checkout", "--quiet", "--detach", commit, cwd=clone)
    # The template's author chose these addresses: none of them may lead to a repository of this
    # machine, unless the user's own settings say so, as for `git clone --recurse-submodules`.
    protocols = [name for name in PROTOCOLS if name != "file" or _files_allowed()]
    inside = Git(clone, {"GIT_ALLOW_PROTOCOL": ":".join(protocols)}, _OWN_UPDATES)
    try:
        inside.run("submodule", "--quiet", "update", "--init", "--recursive", "--checkout")
    except GitFailed as error:
        why = public_text(find_reason(error.stderr)).rstrip(".") or "git gave no reason"
        raise TemplateError(
            f"A submodule of the template cannot be fetched: {why}.",
            hint="check your access to it; one in a folder of this machine needs "
            "git config --global protocol.file.allow always",
        ) from error
    for path in clone.rglob(".git"):
        if path.is_file():
            path.unlink()
    shutil.rmtree(clone / ".git")
    for path in clone.iterdir():
        path.rename(out / path.name)
    clone.rmdir()


def _files_allowed() -> bool:
    setting = Git(Path(tempfile.gettempdir())).call("config", "protocol.file.allow").stdout
    return setting.strip() == b"always"


def redirect(address: str, place: Path) -> dict[str, str]:
    """Return the environment in which git reads ``place`` where it is asked for ``address``.

    The setting is appended to those that the environment holds already.
    """
    count = int(os.environ.get("GIT_CONFIG_COUNT") or "0")
    return {
        "GIT_CONFIG_COUNT": str(count + 1),
        f"GIT_CONFIG_KEY_{count}": f"url.{place}.insteadOf",
        f"GIT_CONFIG_VALUE_{count}": address,
    }
