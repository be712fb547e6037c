"""Clone: everybody's repositories on the instructor's machine, at a moment or a tag.

A work tree with changes is never touched, and nothing that a student wrote is run: no hook, no
filter, no submodule. A clone changes once everything for it is there, or not at all.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Literal

from mlstarter.cohort.addresses import Addresses, not_in_journal
from mlstarter.cohort.check_out import check_out, finish_check_out
from mlstarter.cohort.journal import Journal, RepositoryEntry
from mlstarter.cohort.moments import is_moment, parse_foreign_moment, parse_moment
from mlstarter.cohort.private_clone import MAIN as SERVER_MAIN
from mlstarter.cohort.push_log import MomentUnknown, commit_at, pushes_after
from mlstarter.cohort.roster import Student
from mlstarter.cohort.server_answers import RemoteFailed, no_main
from mlstarter.cohort.transport import Transport
from mlstarter.errors import UsageError
from mlstarter.files import writing_failed
from mlstarter.git.layout import repository_among
from mlstarter.git.process import Git
from mlstarter.git.settings import closed_settings

MAIN = "refs/remotes/origin/main"
# `--at deadline`: each student's own, from the roster's column of that name.
OWN_DEADLINE = "deadline"
_QUIET = (("submodule.recurse", "false"), ("fetch.recurseSubmodules", "false"))
# What a check-out may put on the instructor's disk for one student.
_MAX_FILES = 200_000
_MAX_BYTES = 10 * 1024**3
_LISTING = 64 * 1024**2
# Late commits that are listed for one student.
_MAX_LATE = 100
# What is shown for the date of a commit that no calendar has.
_NO_DATE = "a date of no calendar"


@dataclass(frozen=True, slots=True)
class Late:
    """What came after the moment: when (ISO 8601) and up to which commit."""

    at: str
    commit: str


@dataclass(frozen=True, slots=True)
class CloneResult:
    """What happened to one clone.

    Attributes:
        outcome: cloned, updated, current or dirty (left alone).
        path, commit: where it lies and what it shows.
        clock: whose time decided: the "server"'s, or that of "commits", which is the student's own
            word; "" where no moment was asked for.
        deadline: the moment that was asked for, ISO 8601; "" for none.
        late: what was pushed after it.
    """

    outcome: str
    path: Path
    commit: str
    clock: Literal["server", "commits", ""] = ""
    deadline: str = ""
    late: tuple[Late, ...] = ()


@dataclass(frozen=True, slots=True)
class _Target:
    """The commit to show, and how it was chosen."""

    commit: str
    clock: Literal["server", "commits", ""] = ""
    deadline: str = ""
    late: tuple[Late, ...] = ()


@dataclass(frozen=True)
class Cloner:
    """Clones the repositories of one course below ``folder``.

    ``at`` is a moment, a tag, or ``OWN_DEADLINE``; a student's own deadline takes a moment's place.
    """

    addresses: Addresses
    journal: Journal
    folder: Path
    at: str | None = None

    def clone(self, student: Student) -> CloneResult:
        """Clone or bring up one student's repository; raises RemoteFailed and its kinds.

        A clone that cannot be brought to the moment is left as it was.
        """
        entry = self.journal.entry(student.student_id)
        if entry is None or entry.state != "verified":
            raise not_in_journal(student, self.addresses.remote)
        location = self.addresses.locate(student)
        entry = location.entry
        if SERVER_MAIN not in location.refs:
            # Nothing is fetched: the clone may be the last place that holds the work.
            raise no_main(entry.url, location.refs)
        path = self.folder / student.student_id
        quiet = (*self.addresses.remote.transport.config, *_QUIET)
        transport = replace(self.addresses.remote.transport, config=quiet)
        if not path.exists() and not path.is_symlink():
            with _new_folder(path) as partial:
                Git(partial).run("init", "--quiet", "--initial-branch=main", "--template=")
                target = self._bring_up(student, entry, transport, partial)
            return _outcome("cloned", path, target)
        if path.is_symlink() or (path / ".git").is_symlink() or not (path / ".git").is_dir():
            raise UsageError(f"{path} is not a clone.", hint="choose another folder with --into")
        git = _work_tree(path)
        finish_check_out(git)
        if git.text("status", "--porcelain"):
            return CloneResult("dirty", path, git.text("rev-parse", "HEAD"))
        before = _revision(git, "HEAD")
        target = self._bring_up(student, entry, transport, path)
        return _outcome("current" if target.commit == before else "updated", path, target)

    def _bring_up(
        self, student: Student, entry: RepositoryEntry, transport: Transport, path: Path
    ) -> _Target:
        """Fetch, and show what is asked for."""
        git = _work_tree(path)
        transport.fetch_remote(entry.url, path)
        target = self._target(git, student, entry)
        if _revision(git, "HEAD") == target.commit:
            return target
        if git.call("cat-file", "-e", f"{target.commit}^{{commit}}").status != 0:
            # A push that was forced later took it off every branch.
            transport.fetch_commit(entry.url, path, target.commit)
        _check_tree(student, git, target.commit)
        check_out(git, target.commit)
        return target

    def _target(self, git: Git, student: Student, entry: RepositoryEntry) -> _Target:
        """Return the commit to show: main, the tag, or what was there at the moment."""
        main = _revision(git, MAIN)
        if not main:
            names = git.text("for-each-ref", "--format=%(refname:lstrip=3)", "refs/remotes/origin")
            raise no_main(entry.url, {f"refs/heads/{name}": "" for name in names.splitlines()})
        if self.at is None:
            return _Target(main)
        deadline = self._deadline(student)
        if deadline is not None:
            return self._at_moment(git, student, entry, deadline)
        commit = _revision(git, f"refs/tags/{self.at}^{{commit}}")
        if not commit:
            raise _nothing_there(student, self.at, "there is no such tag")
        return _Target(commit)

    def _deadline(self, student: Student) -> datetime | None:
        """Return the moment that counts for a student, None where ``at`` is a tag."""
        if self.at is None or not (is_moment(self.at) or self.at == OWN_DEADLINE):
            return None
        if student.deadline:
            return parse_moment(student.deadline)
        if self.at == OWN_DEADLINE:
            raise RemoteFailed(
                f"{student.student_id} has no deadline in the roster.",
                hint="fill in the column deadline, or name a date for everybody with --at",
            )
        return parse_moment(self.at)

    def _at_moment(
        self, git: Git, student: Student, entry: RepositoryEntry, deadline: datetime
    ) -> _Target:
        pushes = self.addresses.remote.pushes(entry.url, deadline)
        if pushes:
            try:
                commit = commit_at(pushes, deadline, entry.commit_id)
            except MomentUnknown:
                pass
            else:
                if commit is None:
                    raise _nothing_there(student, deadline.isoformat(), "main came later")
                late = [Late(_iso(p.moment), p.new) for p in pushes_after(pushes, deadline)]
                return _Target(commit, "server", deadline.isoformat(), tuple(late[:_MAX_LATE]))
        # The student's own line: what was merged late may be older than the moment.
        before = f"--before={deadline.isoformat()}"
        commit = git.text("rev-list", "-1", "--first-parent", before, MAIN)
        if not commit:
            raise _nothing_there(student, deadline.isoformat(), "no commit is older")
        options = ("--first-parent", "--reverse", f"-{_MAX_LATE}", "--format=%cI")
        lines = git.text("rev-list", *options, f"{commit}..{MAIN}").splitlines()
        late = [
            Late(at if parse_foreign_moment(at) else _NO_DATE, head.removeprefix("commit "))
            for head, at in zip(lines[::2], lines[1::2], strict=True)
        ]
        return _Target(commit, "commits", deadline.isoformat(), tuple(late))


def _outcome(outcome: str, path: Path, target: _Target) -> CloneResult:
    return CloneResult(outcome, path, target.commit, target.clock, target.deadline, target.late)


def _iso(moment: datetime) -> str:
    return moment.astimezone().isoformat(timespec="seconds")


def _nothing_there(student: Student, when: str, hint: str) -> RemoteFailed:
    return RemoteFailed(f"{student.student_id} has nothing at {when}.", hint=hint)


@contextmanager
def _new_folder(path: Path) -> Iterator[Path]:
    """Yield a folder that appears as ``path`` only when the block ends well."""
    partial = path.with_name(f".{path.name}.partial")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        # What a run that was cut off left; only one run at a time holds the journal.
        shutil.rmtree(partial, ignore_errors=True)
        partial.mkdir(mode=0o700)
    except OSError as error:
        raise writing_failed(path.parent, error) from error
    try:
        yield partial
        partial.rename(path)
    except BaseException:
        shutil.rmtree(partial, ignore_errors=True)
        raise


def _revision(git: Git, name: str) -> str:
    """Return the commit that a name stands for, "" for none."""
    return git.call("rev-parse", "--verify", "--quiet", name).stdout.decode().strip()


def _work_tree(path: Path) -> Git:
    """Return git for a clone: none of the user's settings, so that no filter of theirs runs.

    Whatever a student's .gitattributes asks for, a filter must be configured to run.
    """
    store = path / ".git"
    env = {"GIT_DIR": str(store), "GIT_WORK_TREE": str(path), **closed_settings()}
    return Git(path, env, limit=_LISTING)


def _check_tree(student: Student, git: Git, commit: str) -> None:
    """Raise RemoteFailed where a check-out would harm: a full disk, a folder with git's settings.

    A few objects can stand for very many files.
    """
    entries = [entry.partition("\t") for entry in git.fields("ls-tree", "-r", "-l", "-z", commit)]
    sizes = [facts.split()[3] for facts, _, _ in entries]
    total = sum(int(size) for size in sizes if size.isdecimal())
    look = "look at it by hand: git -C CLONE ls-tree -r -l origin/main"
    if len(sizes) > _MAX_FILES or total > _MAX_BYTES:
        raise RemoteFailed(
            f"{student.student_id}'s project has {len(sizes)} files of {total / 1024**3:.1f} GB; "
            "they were not written.",
            hint=look,
        )
    if (folder := repository_among(path for _, _, path in entries)) is not None:
        raise RemoteFailed(
            f"{student.student_id}'s project holds a git repository of its own in the folder "
            f"{folder or '.'}, whose settings run programs as soon as git is called there; "
            "nothing was written.",
            hint=look,
        )
