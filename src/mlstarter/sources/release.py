"""Add a version of ``templates/`` to the bundle: ``python -m mlstarter.sources.release X.Y.Z``.

The commit depends on nothing but the files, the version and the version before it: who releases
and when leaves no trace, so that two people get the same ids.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from packaging.version import InvalidVersion, Version

from mlstarter.errors import MlstarterError, UsageError
from mlstarter.files import TemporaryFolder
from mlstarter.git.process import Git
from mlstarter.sources.assemble import assemble
from mlstarter.sources.builtin import BRANCH, BUNDLE
from mlstarter.sources.checkout import git, tags

TEMPLATES = Path(__file__).parents[3] / "templates"
# The first version's date; each later version counts a day on, since git needs some date.
EPOCH = datetime(2026, 1, 1, tzinfo=UTC)
_IDENTITY = {"NAME": "mlstarter", "EMAIL": "mlstarter@templates.mlstarter.invalid"}


def release(
    version: str, *, templates: Path = TEMPLATES, bundle: Path = BUNDLE, replace: bool = False
) -> str:
    """Write ``version`` of ``templates`` into ``bundle`` and return its commit's id.

    Releasing the newest version again without a change does nothing.

    Raises:
        UsageError: the version is not PEP 440, not newer than the last one, or released already
            with other files (``replace`` allows that for the newest version alone).
    """
    try:
        parsed_version = Version(version)
    except InvalidVersion as error:
        raise UsageError(
            f"{version} is not a version.", hint="use three numbers, for example 0.2.0"
        ) from error
    with TemporaryFolder(prefix="mlstarter-release-") as work:
        repository = open_repository(bundle, Path(work) / "repo.git")
        tree = _assemble_tree(repository, templates, Path(work) / "template")
        commit = add_version(repository, tree, version, parsed_version, replace=replace)
        _write(repository, bundle)
    return commit


def add_version(
    repository: Path, tree: str, version: str, parsed_version: Version, *, replace: bool
) -> str:
    """Add a version of which ``tree`` is the content to ``repository``; return its commit's id.

    The commit continues the version before it and depends on nothing else.

    Raises:
        UsageError: the version is not newer than the last one, or there with other files.
    """
    existing = list(tags(repository))
    parent = _parent(repository, existing, version, parsed_version, tree, replace)
    count = existing.index(version) if version in existing else len(existing)
    commit = _commit(repository, tree, parent, version, count)
    _git(repository, "tag", "--force", version, commit)
    newest = list(tags(repository))[-1]
    _git(repository, "update-ref", f"refs/heads/{BRANCH}", f"refs/tags/{newest}")
    return commit


def newest_differs(templates: Path = TEMPLATES, bundle: Path = BUNDLE) -> bool:
    """Say whether ``templates`` holds other files than the newest released version."""
    with TemporaryFolder(prefix="mlstarter-release-") as work:
        repository = open_repository(bundle, Path(work) / "repo.git")
        existing = list(tags(repository))
        tree = _assemble_tree(repository, templates, Path(work) / "template")
        return not existing or _git(repository, "rev-parse", f"{existing[-1]}^{{tree}}") != tree


def _parent(
    repository: Path,
    existing: list[str],
    version: str,
    parsed_version: Version,
    tree: str,
    replace: bool,
) -> str | None:
    if version in existing:
        same = _git(repository, "rev-parse", f"{version}^{{tree}}") == tree
        if not same and (version != existing[-1] or not replace):
            raise UsageError(
                f"Version {version} is released already, with other files.",
                hint="release a higher version; --replace changes the newest one, as long as "
                "nobody has it",
            )
        before = existing[: existing.index(version)]
    else:
        if existing and parsed_version <= Version(existing[-1]):
            raise UsageError(
                f"Version {version} is not newer than {existing[-1]}.", hint="release a higher one"
            )
        before = existing
    return _git(repository, "rev-parse", f"{before[-1]}^{{commit}}") if before else None


def open_repository(bundle: Path, repository: Path) -> Path:
    """Make the new bare repository ``repository`` with all that ``bundle`` holds."""
    git("init", "--quiet", "--bare", f"--initial-branch={BRANCH}", str(repository))
    if bundle.exists():
        _git(repository, "fetch", "--quiet", str(bundle), "+refs/*:refs/*")
    return repository


def tree_of(repository: Path, folder: Path, names: Sequence[str] | None = None) -> str:
    """Return the id of the tree of ``folder``'s files, now in ``repository``.

    ``names`` are those that count, relative to ``folder``; None for all of them.
    """
    # Absolute: git runs in the folder, where a relative one would be looked for below itself.
    folder = folder.absolute()
    with TemporaryFolder(prefix="mlstarter-index-") as work:
        env = {
            "GIT_DIR": str(repository),
            "GIT_WORK_TREE": str(folder),
            "GIT_INDEX_FILE": str(Path(work) / "index"),
            # Nothing of the user's own settings decides what is in it.
            "GIT_CONFIG_GLOBAL": os.devnull,
            "GIT_CONFIG_NOSYSTEM": "1",
        }
        inside = Git(folder, env)
        if names is None:
            names = inside.fields("ls-files", "--others", "-z")
        names_input = "".join(f"{name}\0" for name in names).encode("utf-8", "surrogateescape")
        inside.run("update-index", "--add", "-z", "--stdin", stdin=names_input)
        return inside.text("write-tree")


def _assemble_tree(repository: Path, templates: Path, work: Path) -> str:
    """Assemble the templates and return the id of their tree, now in ``repository``."""
    assemble(templates, work)
    return tree_of(repository, work)


def _commit(repository: Path, tree: str, parent: str | None, version: str, count: int) -> str:
    date = (EPOCH + timedelta(days=count)).strftime("%Y-%m-%dT%H:%M:%S+0000")
    env = {"GIT_AUTHOR_DATE": date, "GIT_COMMITTER_DATE": date}
    for role in ("AUTHOR", "COMMITTER"):
        env |= {f"GIT_{role}_{part}": value for part, value in _IDENTITY.items()}
    parents = ["-p", parent] if parent else []
    message = f"Release {version}"
    return git(
        *("--git-dir", str(repository), "-c", "commit.gpgSign=false", "commit-tree"),
        *("-m", message, *parents, tree),
        env=env,
    )


def _write(repository: Path, bundle: Path) -> None:
    # One thread and fixed limits: the same objects give the same bytes with the same git.
    fresh = bundle.with_suffix(".new")
    _git(
        repository,
        "-c",
        "pack.threads=1",
        "-c",
        "pack.compression=9",
        "-c",
        "pack.window=50",
        "bundle",
        "create",
        "--quiet",
        str(fresh),
        # HEAD makes `git clone templates.bundle` check files out.
        "HEAD",
        "--branches",
        "--tags",
    )
    fresh.replace(bundle)


def _git(repository: Path, *arguments: str) -> str:
    return git("--git-dir", str(repository), *arguments)


def main() -> int:
    """Release from the command line and return its exit status."""
    parser = argparse.ArgumentParser(prog="release", description=(__doc__ or "").split("\n")[0])
    parser.add_argument("version", metavar="X.Y.Z")
    parser.add_argument("--replace", action="store_true", help="change the newest version")
    options = parser.parse_args()
    try:
        commit = release(options.version, replace=options.replace)
    except MlstarterError as error:
        sys.stderr.write(f"error: {error.message}\n")
        if error.hint:
            sys.stderr.write(f"hint: {error.hint}\n")
        return error.exit_status
    size = BUNDLE.stat().st_size // 1024
    sys.stdout.write(f"released {options.version} as {commit[:12]}; the bundle is {size} KB\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
