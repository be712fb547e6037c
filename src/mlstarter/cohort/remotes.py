"""Where students' repositories are: an address pattern, and what a forge adds to plain git.

``file:///srv/class/{student_id}.git``, ``ssh://git@host/ml/{username}.git``,
``https://git.school.edu/ml/{username}.git`` or ``github:ORG/{username}``.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from mlstarter.cohort.config import Config
from mlstarter.cohort.identifiers import complaint
from mlstarter.cohort.roster import Problem, Student
from mlstarter.cohort.transport import Transport, local_path
from mlstarter.errors import EnvironmentProblem, UsageError
from mlstarter.new.first_commit import empty_bare
from mlstarter.sources.address import split_url

FIELDS = ("student_id", "username", "team", "section")
SCHEMES = ("file", "ssh", "https", "http", "github")
# git@host:ml/{username}.git, or a host by its full name; a short one would be a mistyped scheme.
_SCP = re.compile(r"(?![-])(?:[^@/:{}]+@[^@/:{}]+|[^@/:{}]+\.[^@/:{}]+):(?![-/]{2}).")
_FIELD = re.compile(r"\{([^{}]*)\}")


class Remote(Protocol):
    """What a place for repositories can do; a forge of one's own needs no more than this.

    ``transport`` is git with the place's credentials.
    """

    transport: Transport

    def url(self, student: Student) -> str:
        """Return the address of a student's repository, without any credential."""

    def create(self, student: Student) -> None:
        """Make an empty repository and let the student in; one that exists is left as it is.

        Raises RemoteFailed.
        """

    def ci_state(self, student: Student, commit: str) -> str | None:
        """Return what the forge's CI says of a commit: passed, failed, running; None: unknown."""

    def open_change(self, student: Student, branch: str, title: str, text: str) -> str:
        """Open a pull request for a branch, or return the address of the one there is."""


class PlainRemote:
    """Any git server. What is not on this machine must be created there by other means."""

    def __init__(self, pattern: str, transport: Transport) -> None:
        self.pattern = pattern
        self.transport = transport

    def url(self, student: Student) -> str:
        """Return the pattern with the student's values in it."""
        return filled(self.pattern, student)

    def create(self, student: Student) -> None:
        """Make a bare repository for ``file://``; elsewhere make sure that there is one."""
        url = self.url(student)
        path = local_path(url)
        if path is None:
            self.transport.refs(url)
        elif not path.exists():
            _make_bare(path)

    def ci_state(self, student: Student, commit: str) -> str | None:  # noqa: ARG002
        """Plain git knows nothing of CI."""
        return None

    def open_change(self, student: Student, branch: str, title: str, text: str) -> str:  # noqa: ARG002
        """Refuse: plain git has no pull requests."""
        raise UsageError(
            f"Pull requests need a forge, and {self.pattern} is plain git.",
            hint="use --mode branch or --mode merge",
        )


def open_remote(config: Config, transport: Transport) -> Remote:
    """Return the remote that the configuration names; raises UsageError for a wrong pattern."""
    scheme = _scheme(config.remote)
    unknown = [name for name in _FIELD.findall(config.remote) if name not in FIELDS]
    if unknown:
        raise UsageError(
            f"The remote names {{{unknown[0]}}}, which may not be part of an address.",
            hint=f"placeholders are {', '.join(f'{{{name}}}' for name in FIELDS)}",
        )
    if scheme == "github":
        from mlstarter.cohort.github import GitHubRemote

        return GitHubRemote(config, transport)
    parts = split_url(config.remote, "The remote")
    if scheme == "http" and parts.hostname not in {"localhost", "127.0.0.1", "::1"}:
        raise UsageError(
            "The remote is plain http, which would show credentials to the network.",
            hint="use https",
        )
    if parts.password is not None or (scheme in {"http", "https"} and parts.username):
        raise UsageError(
            "The remote holds a credential, which would end up in logs and journals.",
            hint="take it out; git's credential helpers supply it",
        )
    pattern = config.remote
    return PlainRemote(f"file://{pattern}" if pattern.startswith("/") else pattern, transport)


def _scheme(pattern: str) -> str:
    if _SCP.match(pattern):
        return "ssh"
    if pattern.startswith("/"):
        return "file"
    scheme = pattern.partition(":")[0]
    if scheme not in SCHEMES:
        raise UsageError(
            f'The remote "{pattern}" is of no kind that is known.',
            hint="write file:///srv/class/{student_id}.git, ssh://git@host/ml/{username}.git, "
            "https://host/ml/{username}.git or github:ORG/{username}",
        )
    return scheme


def filled(pattern: str, student: Student) -> str:
    """Return a pattern with a student's values in it; the roster was checked before."""
    return _FIELD.sub(lambda match: str(getattr(student, match[1])), pattern)


def address_problems(pattern: str, students: Sequence[Student]) -> list[Problem]:
    """Return the rows that would get no address, an unsafe one, or somebody else's."""
    found: list[Problem] = []
    seen: dict[str, Student] = {}
    fields = [name for name in FIELDS if f"{{{name}}}" in pattern]
    for student in students:
        wrong = [
            f"the {name} {complaint(getattr(student, name))}, and the remote needs it"
            for name in fields
            if complaint(getattr(student, name)) is not None
        ]
        if wrong:
            found.append(Problem(student.line, wrong[0]))
            continue
        other = seen.setdefault(filled(pattern, student).casefold(), student)
        if other is not student:
            found.append(Problem(student.line, f"has the same address as line {other.line}"))
    return found


def repository_name(url: str) -> str:
    """Return the last part of an address: the name of a clone's folder."""
    return re.split(r"[/:]", url.rstrip("/"))[-1].removesuffix(".git")


def _make_bare(path: Path) -> None:
    """Make an empty bare repository, which appears under its name only when it is whole."""
    partial = path.with_name(f".{path.name}.partial")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        # What a run that was cut off left; only one run at a time holds the journal.
        shutil.rmtree(partial, ignore_errors=True)
        shutil.copytree(empty_bare(), partial)
        partial.chmod(0o755)
        partial.rename(path)
    except OSError as error:
        shutil.rmtree(partial, ignore_errors=True)
        raise EnvironmentProblem(
            f"{path} cannot be made: {error.strerror}.", hint="check the folder's permissions"
        ) from error
