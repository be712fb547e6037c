"""Git, as far as templates need it: which tags there are, and a commit's files in a folder."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path

from packaging.version import InvalidVersion, Version

from mlstarter.errors import EnvironmentProblem, TemplateError

# What a user's settings must not change: line ends and hooks decide what a template holds.
_PINNED = ("-c", "core.autocrlf=false", "-c", "core.hooksPath=/dev/null", "-c", "gc.auto=0")
_SCRUBBED = ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_PREFIX", "GIT_OBJECT_DIRECTORY")


class GitFailure(TemplateError):
    """A git command on a template failed; ``detail`` is what git said."""

    def __init__(self, message: str, *, detail: str, hint: str | None = None) -> None:
        super().__init__(message, hint=hint)
        self.detail = detail


def git(*arguments: str, env: Mapping[str, str] | None = None, cwd: Path | None = None) -> str:
    """Run git and return what it wrote, without its last newline.

    Raises:
        EnvironmentProblem: git is not installed.
        GitFailure: git said no.
    """
    environment = {key: value for key, value in os.environ.items() if key not in _SCRUBBED}
    environment |= {"GIT_TERMINAL_PROMPT": "0", "LC_ALL": "C", **(env or {})}
    try:
        done = subprocess.run(
            ["git", *_PINNED, *arguments],
            cwd=cwd,
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=False,
        )
    except FileNotFoundError as error:
        raise EnvironmentProblem(
            "git is not installed, or not on PATH.",
            hint="install it from https://git-scm.com/downloads",
        ) from error
    if done.returncode:
        detail = done.stderr.decode("utf-8", "replace").strip()
        last = next((line for line in reversed(detail.splitlines()) if line.strip()), "no reason")
        raise GitFailure(f"git {arguments[0]} failed: {last}", detail=detail)
    return done.stdout.decode("utf-8", "replace").rstrip("\n")


def tags(repository: Path) -> dict[str, Version]:
    """Return the tags of ``repository`` that are PEP 440 versions, the oldest first."""
    found: dict[str, Version] = {}
    for name in git("--git-dir", str(repository), "tag", "--list").splitlines():
        try:
            found[name] = Version(name)
        except InvalidVersion:
            continue
    return dict(sorted(found.items(), key=lambda item: item[1]))


def newest(found: Mapping[str, Version]) -> str | None:
    """Return the newest tag that is not a pre-release, as Copier chooses it."""
    stable = [name for name, version in found.items() if not version.is_prerelease]
    return stable[-1] if stable else None


def matching(found: Mapping[str, Version], wanted: str) -> str | None:
    """Return the tag that ``wanted`` names, exactly or as a version (1.2 finds v1.2.0)."""
    if wanted in found:
        return wanted
    try:
        version = Version(wanted)
    except InvalidVersion:
        return None
    return next((name for name, other in found.items() if other == version), None)


def commit_of(repository: Path, ref: str) -> str | None:
    """Return the full id of the commit that ``ref`` names, or None."""
    for name in (f"refs/tags/{ref}", f"refs/heads/{ref}", f"refs/remotes/origin/{ref}", ref):
        try:
            return git(
                *("--git-dir", str(repository), "rev-parse", "--verify", "--quiet"),
                *("--end-of-options", f"{name}^{{commit}}"),
            )
        except GitFailure:
            continue
    return None


def describe(repository: Path, commit: str) -> str:
    """Return what a project records for ``commit``: its tag, or ``git describe``'s words."""
    return git("--git-dir", str(repository), "describe", "--tags", "--always", commit)


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
    with tempfile.TemporaryDirectory(prefix="mlstarter-index-") as work:
        env = {
            "GIT_DIR": str(repository),
            "GIT_WORK_TREE": str(out),
            "GIT_INDEX_FILE": str(Path(work) / "index"),
        }
        git("read-tree", commit, env=env)
        git("checkout-index", "--all", "--force", env=env, cwd=out)


def _write_with_submodules(repository: Path, commit: str, out: Path, url: str | None) -> None:
    clone = out / ".clone"
    git("clone", "--quiet", "--shared", "--no-checkout", "--", str(repository), str(clone))
    if url:
        git("remote", "set-url", "origin", url, cwd=clone)
    git("checkout", "--quiet", "--detach", commit, cwd=clone)
    git("submodule", "--quiet", "update", "--init", "--recursive", cwd=clone)
    for path in clone.rglob(".git"):
        if path.is_file():
            path.unlink()
    shutil.rmtree(clone / ".git")
    for path in clone.iterdir():
        path.rename(out / path.name)
    clone.rmdir()
