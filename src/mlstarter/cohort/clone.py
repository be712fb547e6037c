"""Clone: everybody's repositories on the instructor's machine, at a moment or a tag.

A work tree with changes is never touched, and nothing that a student wrote is run: no hook, no
filter, no submodule.
"""

from __future__ import annotations

import re
import tempfile
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from mlstarter.cohort.addresses import Addresses
from mlstarter.cohort.journal import Journal
from mlstarter.cohort.roster import Student
from mlstarter.cohort.transport import Absent, RemoteFailed, no_main
from mlstarter.errors import UsageError
from mlstarter.git.process import Git, closed_settings

_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_QUIET = (("submodule.recurse", "false"), ("fetch.recurseSubmodules", "false"))
# What a check-out may put on the instructor's disk for one student.
_MAX_FILES = 200_000
_MAX_BYTES = 10 * 1024**3
_LISTING = 64 * 1024**2


@dataclass(frozen=True, slots=True)
class Cloned:
    """What happened to one clone: cloned, updated, current or dirty (left alone)."""

    outcome: str
    path: Path
    commit: str


@dataclass(frozen=True)
class Cloner:
    """Clones the repositories of one course below ``folder``."""

    addresses: Addresses
    journal: Journal
    folder: Path
    at: str | None = None

    def clone(self, student: Student) -> Cloned:
        """Clone or bring up one student's repository; raises RemoteFailed and its kinds."""
        entry = self.journal.entry(student.student_id)
        if entry is None or entry.state != "verified":
            raise Absent(
                f"{student.student_id} has no repository yet.", hint="mlstarter cohort create"
            )
        entry = self.addresses.locate(student).entry
        path = self.folder / student.student_id
        quiet = (*self.addresses.remote.transport.config, *_QUIET)
        transport = replace(self.addresses.remote.transport, config=quiet)
        fresh = not path.exists()
        git = _work_tree(path)
        if fresh:
            self._start(path)
        elif path.is_symlink() or (path / ".git").is_symlink() or not (path / ".git").is_dir():
            raise UsageError(f"{path} is not a clone.", hint="choose another folder with --into")
        if not fresh and git.text("status", "--porcelain"):
            return Cloned("dirty", path, git.text("rev-parse", "HEAD"))
        transport.fetch_remote(entry.url, path)
        wanted = self._wanted(git, student, entry.url)
        before = git.call("rev-parse", "--verify", "--quiet", "HEAD").stdout.decode().strip()
        if before == wanted:
            return Cloned("current", path, wanted)
        _refuse_too_much(student, git, wanted)
        git.run("checkout", "--quiet", "--no-recurse-submodules", "--detach", wanted)
        return Cloned("cloned" if fresh else "updated", path, wanted)

    def _start(self, path: Path) -> None:
        """Make an empty repository that appears only when it is one."""
        path.parent.mkdir(parents=True, exist_ok=True)
        partial = Path(tempfile.mkdtemp(prefix=f".{path.name}.", dir=path.parent))
        Git(partial).run("init", "--quiet", "--initial-branch=main", "--template=")
        partial.rename(path)

    def _wanted(self, git: Git, student: Student, url: str) -> str:
        """Return the commit to show: main, the tag, or the last one before the moment."""
        main = "refs/remotes/origin/main"
        if git.call("rev-parse", "--verify", "--quiet", main).status != 0:
            names = git.text("for-each-ref", "--format=%(refname:lstrip=3)", "refs/remotes/origin")
            raise no_main(url, {f"refs/heads/{name}": "" for name in names.splitlines()})
        if self.at is None:
            return git.text("rev-parse", "--verify", main)
        if _DATE.match(self.at):
            # The student's own line: what was merged late may be older than the moment.
            options = ("-1", "--first-parent")
            found = git.text("rev-list", *options, f"--before={moment(self.at)}", main)
        else:
            tag = f"refs/tags/{self.at}^{{commit}}"
            found = git.call("rev-parse", "--verify", "--quiet", tag).stdout.decode().strip()
        if not found:
            raise RemoteFailed(
                f"{student.student_id} has nothing at {self.at}.",
                hint="there is no such tag, or no commit before that moment",
            )
        return found


def _work_tree(path: Path) -> Git:
    """Return git for a clone: none of the user's settings, so that no filter of theirs runs.

    Whatever a student's .gitattributes asks for, a filter must be configured to run.
    """
    store = path / ".git"
    env = {"GIT_DIR": str(store), "GIT_WORK_TREE": str(path), **closed_settings()}
    return Git(path, env, limit=_LISTING)


def _refuse_too_much(student: Student, git: Git, commit: str) -> None:
    """Raise RemoteFailed where a check-out would fill the disk; a few objects can stand for it."""
    sizes = [field.split()[3] for field in git.fields("ls-tree", "-r", "-l", "-z", commit)]
    total = sum(int(size) for size in sizes if size.isdecimal())
    if len(sizes) > _MAX_FILES or total > _MAX_BYTES:
        raise RemoteFailed(
            f"{student.student_id}'s project has {len(sizes)} files of {total / 1024**3:.1f} GB; "
            "they were not written.",
            hint="look at it by hand: git -C CLONE ls-tree -r -l origin/main",
        )


def moment(text: str) -> str:
    """Return a date or date and time as git takes it; a date alone means the end of that day.

    Raises UsageError for text that is no date.
    """
    try:
        when = datetime.fromisoformat(text)
    except ValueError as error:
        raise UsageError(
            f'"{text}" is not a date.', hint="write 2026-12-01 or 2026-12-01T18:00+01:00"
        ) from error
    if len(text) == 10:
        when = when.replace(hour=23, minute=59, second=59)
    if when.tzinfo is None:
        when = when.astimezone()
    return when.isoformat()
