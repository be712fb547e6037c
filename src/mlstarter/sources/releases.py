"""Which releases a repository has, and what a project records of a commit.

A release is a tag that is a PEP 440 version. ``v1``, moved along to each ``v1.x.y`` as for GitHub
actions, is not one: what is recorded must still name the same files next year.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from packaging.version import InvalidVersion, Version

from mlstarter.git.process import Git

_FORMAT = (
    "%(refname:strip=2)%00%(objectname)%00%(*objectname)%00%(creatordate:unix)%00"
    "%(objecttype)%00%(*objecttype)%00"
)
_FIELDS = 6
# A tag may name any object; what git can check out is a commit, or a tag of one.
_CHECKED_OUT = frozenset({"commit", "tag"})


@dataclass(frozen=True)
class Releases:
    """The tags of a repository.

    ``versions`` are the releases, the oldest first; ``commits`` maps every tag to its commit;
    ``moving`` are the tags that look like a version and move from release to release.
    """

    versions: Mapping[str, Version]
    commits: Mapping[str, str]
    moving: frozenset[str]

    def of_commit(self, commit: str) -> str | None:
        """Return the release that ``commit`` is, the one written out most fully, or None."""
        names = [name for name in self.versions if self.commits[name] == commit]
        return max(names, key=lambda name: self.versions[name], default=None)


def read_releases(repository: Path) -> Releases:
    """Return the tags of the repository whose git directory is ``repository``."""
    git = Git(repository, {"GIT_DIR": str(repository)})
    fields = git.text("for-each-ref", f"--format={_FORMAT}", "refs/tags").split("\0")
    commits: dict[str, str] = {}
    versions: dict[str, Version] = {}
    dates: dict[str, int] = {}
    for start in range(0, len(fields) - _FIELDS + 1, _FIELDS):
        name, tag, target, date, kind, target_kind = fields[start : start + _FIELDS]
        if (target_kind or kind) not in _CHECKED_OUT:
            continue
        name = name.removeprefix("\n")
        commits[name] = target or tag
        dates[name] = int(date or 0)
        try:
            versions[name] = Version(name)
        except InvalidVersion:
            continue
    moving = _moving(versions, commits, dates)
    immovable = {name: version for name, version in versions.items() if name not in moving}
    order = sorted(immovable.items(), key=lambda item: (item[1], len(item[1].release)))
    return Releases(dict(order), commits, moving)


def _moving(
    versions: Mapping[str, Version], commits: Mapping[str, str], dates: Mapping[str, int]
) -> frozenset[str]:
    """Return the short tags that are at, or were made after, a longer release that they begin.

    1.0 is a release before 1.0.1, as everywhere; where it names the commit of 1.0.1, it moved.
    """
    newest: dict[tuple[int, ...], int] = {}
    places: dict[tuple[int, ...], set[str]] = {}
    for name, version in versions.items():
        if version.is_prerelease:
            continue
        for length in range(1, len(version.release)):
            start = version.release[:length]
            newest[start] = max(newest.get(start, 0), dates[name])
            places.setdefault(start, set()).add(commits[name])
    return frozenset(
        name
        for name, version in versions.items()
        if version.release in places
        and not version.is_prerelease
        and not version.is_postrelease
        and (commits[name] in places[version.release] or dates[name] > newest[version.release])
    )


def describe(repository: Path, commit: str, releases: Releases) -> str:
    """Return what a project records for ``commit``: its release, or words that name the commit.

    The words are those of ``git describe``, which any git can look up again.
    """
    if (release := releases.of_commit(commit)) is not None:
        return release
    git = Git(repository, {"GIT_DIR": str(repository)})
    others = [f"--exclude={name}" for name in sorted(releases.moving)]
    words = git.text("describe", "--tags", "--always", *others, commit)
    # A tag such as `latest` names another commit tomorrow.
    return git.text("describe", "--tags", "--long", commit) if words in releases.commits else words
