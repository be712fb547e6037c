"""Where students' repositories are: an address pattern, and what a forge adds to plain git.

``file:///srv/class/{student_id}.git``, ``ssh://git@host/ml/{username}.git``,
``https://git.school.edu/ml/{username}.git`` or ``github:ORG/{username}``.
"""

from __future__ import annotations

import glob
import os
import re
import shutil
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Protocol
from urllib.parse import quote

from mlstarter.cohort.config import Config
from mlstarter.cohort.identifiers import complaint
from mlstarter.cohort.push_log import Push, read_reflog
from mlstarter.cohort.remote_pattern import PLACEHOLDER, pattern_fields
from mlstarter.cohort.roster import Problem, Student
from mlstarter.cohort.transport import Transport, local_path
from mlstarter.errors import EnvironmentProblem, NeedsAttention, UsageError
from mlstarter.new.first_commit import make_bare

_BARE = ("HEAD", "objects", "refs")


class NoAddress(NeedsAttention):
    """A student lacks what the address of their repository is made of: an account, a team."""

    outcome = "skipped"


class Remote(Protocol):
    """What a place for repositories can do; a forge of one's own needs no more than this.

    ``transport`` is git with the place's credentials.
    """

    transport: Transport

    def url(self, student: Student) -> str:
        """Return the address that a student's repository should have, without any credential.

        Raises NoAddress where the roster lacks a value that it needs.
        """

    def addresses(self) -> Sequence[str]:
        """Return every repository that the place lists, () where it lists none."""

    def create(self, student: Student) -> None:
        """Make an empty repository; one that exists is left as it is. Raises RemoteFailed."""

    def invite(self, url: str, student: Student) -> bool:
        """Let one student into the repository at ``url``; say whether that was done.

        Raises RemoteFailed.
        """

    def ci_state(self, url: str, commit: str) -> str | None:
        """Return what the forge's CI says of a commit: passed, failed, running; None: unknown."""

    def open_change(self, url: str, branch: str, title: str, text: str) -> str:
        """Open a pull request for a branch, or return the address of the one there is."""

    def pushes(self, url: str, since: datetime) -> Sequence[Push] | None:
        """Return the pushes to main after ``since`` and the last one before, the oldest first.

        Their moments are the server's own; None where it does not tell them.
        """

    def pages(self, url: str) -> Mapping[str, str]:
        """Return addresses for people, as far as the place has them: "repository", "ci"."""


class PlainRemote:
    """Any git server. What is not on this machine must be created there by other means."""

    def __init__(self, pattern: str, transport: Transport) -> None:
        self.pattern = pattern
        self.transport = transport

    def url(self, student: Student) -> str:
        """Return the pattern with the student's values in it."""
        return fill_pattern(self.pattern, student)

    def addresses(self) -> Sequence[str]:
        """Return the bare repositories in the folders that the pattern names on this machine."""
        path = local_path(self.pattern)
        if path is None:
            return ()
        parents = [path.parent]
        if "{" in str(path.parent):
            folder = path.parent.relative_to(path.anchor)
            wildcards = PLACEHOLDER.sub("*", glob.escape(str(folder)))
            parents = list(Path(path.anchor).glob(wildcards))
        places = [Path(name) for parent in parents for name in _bare_folders(parent)]
        return [_file_address(place) for place in sorted(places)]

    def create(self, student: Student) -> None:
        """Make a bare repository for ``file://``; elsewhere make sure that there is one."""
        url = self.url(student)
        path = local_path(url)
        if path is None:
            self.transport.refs(url)
        elif not path.exists():
            _make_bare(path)

    def invite(self, url: str, student: Student) -> bool:  # noqa: ARG002
        """Do nothing: who may write to a repository is the server's affair."""
        return False

    def ci_state(self, url: str, commit: str) -> str | None:  # noqa: ARG002
        """Plain git knows nothing of CI."""
        return None

    def open_change(self, url: str, branch: str, title: str, text: str) -> str:  # noqa: ARG002
        """Refuse: plain git has no pull requests."""
        raise UsageError(
            f"Pull requests need a forge, and {self.pattern} is plain git.",
            hint="use --mode branch or --mode merge",
        )

    def pushes(self, url: str, since: datetime) -> Sequence[Push] | None:  # noqa: ARG002
        """Return what the reflog of a repository on this machine says; elsewhere nothing does."""
        path = local_path(url)
        return read_reflog(path) if path is not None else None

    def pages(self, url: str) -> Mapping[str, str]:
        """Return the repository's own address where a browser can open it."""
        if not url.startswith("https://"):
            return {}
        return {"repository": url.removesuffix(".git")}


def open_remote(config: Config, transport: Transport) -> Remote:
    """Return the remote that the configuration names."""
    if config.remote.startswith("github:"):
        from mlstarter.cohort.github.remote import GitHubRemote

        return GitHubRemote(config, transport)
    return PlainRemote(config.remote, transport)


def fill_pattern(pattern: str, student: Student) -> str:
    """Return a pattern with a student's values in it; the roster was checked before.

    Raises NoAddress where the student lacks one.
    """
    for name in pattern_fields(pattern):
        if not getattr(student, name):
            raise NoAddress(
                f"{student.student_id} has no {name} yet, which the address of the repository "
                "needs; skipped.",
                hint=f"fill in the column {name} of the roster, then run the command again",
            )
    return PLACEHOLDER.sub(lambda match: str(getattr(student, match[1])), pattern)


def address_problems(pattern: str, students: Sequence[Student]) -> list[Problem]:
    """Return the rows that would get an unsafe address, or somebody else's."""
    problems: list[Problem] = []
    owners: dict[str, Student] = {}
    fields = pattern_fields(pattern)
    for student in students:
        if not all(getattr(student, name) for name in fields):
            continue
        wrong = [
            f"the {name} {complaint(getattr(student, name))}, and the remote needs it"
            for name in fields
            if complaint(getattr(student, name)) is not None
        ]
        if wrong:
            problems.append(Problem(student.line, wrong[0]))
            continue
        other = owners.setdefault(fill_pattern(pattern, student).casefold(), student)
        if other is not student:
            problems.append(Problem(student.line, f"has the same address as line {other.line}"))
    return problems


def repository_name(url: str) -> str:
    """Return the last part of an address: the name of a clone's folder."""
    return re.split(r"[/:]", url.rstrip("/"))[-1].removesuffix(".git")


def _bare_folders(parent: Path) -> list[str]:
    """Return the folders in ``parent`` that look like bare repositories; links are passed over."""
    try:
        with os.scandir(parent) as entries:
            folders = [e.path for e in entries if e.is_dir(follow_symlinks=False)]
    except OSError:
        return []
    return [f for f in folders if all((Path(f) / part).exists() for part in _BARE)]


def _file_address(path: Path) -> str:
    # What the parts of a URL are told by must not be taken for one.
    return f"file://{quote(str(path), safe='/ !$&()*+,:;=@[]~')}"


def _make_bare(path: Path) -> None:
    """Make an empty bare repository, which appears under its name only when it is whole."""
    partial = path.with_name(f".{path.name}.partial")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        # What a run that was cut off left; only one run at a time holds the journal.
        shutil.rmtree(partial, ignore_errors=True)
        make_bare(partial)
        partial.chmod(0o755)
        partial.rename(path)
    except OSError as error:
        shutil.rmtree(partial, ignore_errors=True)
        raise EnvironmentProblem(
            f"{path} cannot be made: {error.strerror}.", hint="check the folder's permissions"
        ) from error
