"""A student's repository at hand: a private bare one that sees the server's objects.

What lies on this machine is read where it is, through git's alternates; anything else is fetched.
Nothing is ever checked out, so nothing that a student wrote can run.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from mlstarter.cohort.remotes import repository_name
from mlstarter.cohort.transport import Transport, local_path
from mlstarter.files import TemporaryFolder
from mlstarter.git.identity import NEUTRAL
from mlstarter.git.merge_base import template_commits
from mlstarter.git.process import Git
from mlstarter.git.repository import Repository
from mlstarter.git.settings import closed_settings
from mlstarter.layer_records import RECORD, read_marker
from mlstarter.new.first_commit import make_bare
from mlstarter.project import Project

MAIN = "refs/heads/main"
_NEUTRAL = {
    f"GIT_{role}_{what}": value
    for role in ("AUTHOR", "COMMITTER")
    for what, value in (("NAME", NEUTRAL.name), ("EMAIL", NEUTRAL.email))
}
# Bytes that one git command may print of a student's repository: thousands of files have a few.
LIMIT = 128 * 1024**2


def private_git(store: Path, **env: str) -> Git:
    """Return git for a repository that holds a student's work: none of the user's settings."""
    return Git(store, {"GIT_DIR": str(store), **closed_settings(), **env}, limit=LIMIT)


@contextmanager
def at_hand(url: str, refs: dict[str, str], transport: Transport) -> Iterator[Project]:
    """Open the project at ``url``, whose refs were just asked for, with a neutral committer."""
    with TemporaryFolder(prefix="mlstarter-cohort-") as folder:
        # The folder's name is part of a render.
        store = Path(folder) / f"{repository_name(url)}.git"
        make_bare(store)
        path = local_path(url)
        if path is None:
            transport.fetch(url, store)
        else:
            alternates = store / "objects" / "info" / "alternates"
            alternates.parent.mkdir(exist_ok=True)
            alternates.write_bytes(os.fsencode(path / "objects") + b"\n")
            for name in (MAIN, *(n for n in refs if n.startswith("refs/heads/mlstarter/"))):
                (store / name).parent.mkdir(parents=True, exist_ok=True)
                (store / name).write_text(f"{refs[name]}\n", encoding="ascii")
        git = private_git(store, **_NEUTRAL)
        yield Project(store, Repository(git, None, store, store, "sha1"), "")


def belongs_to(project: Project, commit: str) -> tuple[str, str] | None:
    """Return (course_run, student_id) that a project's marker names, None without a marker.

    Where a student deleted it, the one that was handed out counts.
    """
    owner = read_marker(project.repository.blob(commit, RECORD))
    if owner is not None:
        return owner
    for template_commit in template_commits(project.repository.git, commit):
        owner = read_marker(project.repository.blob(template_commit.commit, RECORD))
        if owner is not None:
            return owner
    return None
