"""A repository that is gone from the server, made anew from the clone of ``cohort clone``."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from mlstarter.cohort.journal import RepositoryEntry
from mlstarter.cohort.private_clone import MAIN, private_git
from mlstarter.cohort.transport import Transport
from mlstarter.files import TemporaryFolder
from mlstarter.git.process import Git
from mlstarter.layer_records import RECORD, read_marker
from mlstarter.new.first_commit import make_bare

_REMOTE = "refs/remotes/origin/"


@dataclass(frozen=True, slots=True)
class Backup:
    """What a clone holds of a repository.

    ``folder`` is the clone's, ``commit`` its newest commit of main and ``date`` when that was
    committed (ISO 8601). ``refs`` are the branches and tags as the server showed them last.
    """

    folder: Path
    commit: str
    date: str
    refs: dict[str, str]


def find_backup(clones: Path, entry: RepositoryEntry, course_run: str) -> Backup | None:
    """Return what ``clones`` holds of a student's repository, None where that is not its history.

    The clone must be a plain one, hold the commit that was handed out, and carry the marker.
    """
    # git starts in the folder itself, so its path may not depend on where this program started.
    folder = clones.absolute() / entry.student_id
    store = folder / ".git"
    if folder.is_symlink() or store.is_symlink() or not store.is_dir() or not entry.commit_id:
        return None
    git = private_git(store)
    listing = git.call("for-each-ref", "--format=%(objectname) %(refname)", _REMOTE, "refs/tags/")
    if listing.status != 0:
        return None
    refs = {}
    for line in listing.stdout.decode("utf-8", "surrogateescape").splitlines():
        oid, _, name = line.partition(" ")
        if name.startswith("refs/tags/") or name != f"{_REMOTE}HEAD":
            refs[name.replace(_REMOTE, "refs/heads/", 1)] = oid
    head = refs.get(MAIN)
    if head is None or not _is_grown(git, entry, head, course_run):
        return None
    return Backup(folder, head, git.text("log", "-1", "--format=%cI", head), refs)


def _is_grown(git: Git, entry: RepositoryEntry, head: str, course_run: str) -> bool:
    """Say whether ``head`` holds what was handed out to the student."""
    if git.call("merge-base", "--is-ancestor", entry.commit_id, head).status != 0:
        return False
    marker = git.call("cat-file", "blob", f"{entry.commit_id}:{RECORD}").stdout
    return read_marker(marker) == (course_run, entry.student_id)


def push_backup(backup: Backup, url: str, transport: Transport) -> None:
    """Push every branch and tag of a clone to the empty repository at ``url``.

    Raises RemoteFailed and its kinds; BranchMoved where the repository is not empty any more.
    """
    with TemporaryFolder(prefix="mlstarter-cohort-") as name:
        # Not from the clone itself: its settings are no part of this.
        store = Path(name) / "backup.git"
        make_bare(store)
        alternates = store / "objects" / "info" / "alternates"
        alternates.parent.mkdir(exist_ok=True)
        alternates.write_bytes(os.fsencode(backup.folder / ".git" / "objects") + b"\n")
        # Branches of a student's may be called anything; main is what has to arrive.
        others = [name for name in backup.refs if name != MAIN]
        specs = [f"{backup.refs[name]}:{name}" for name in (MAIN, *sorted(others))]
        transport.push(url, store, tuple(specs))
