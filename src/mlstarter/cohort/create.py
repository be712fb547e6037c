"""Create: every student's repository, from the first step that is not proven.

    new -> rendered -> created -> pushed -> verified

Each step can be cut off and done again: the render is the same for the same student and moment, a
repository that exists is left as it is, a push never forces, and the last step asks the server
what it holds. What is verified is asked for again: one that is gone is named, and
made anew where that is wanted.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from mlstarter.cohort.adopt import Adopter
from mlstarter.cohort.handout import Handout
from mlstarter.cohort.journal import Journal, RepositoryEntry
from mlstarter.cohort.private_clone import private_git
from mlstarter.cohort.proof import NotProven
from mlstarter.cohort.recreate import find_backup, push_backup
from mlstarter.cohort.remotes import Remote, repository_name
from mlstarter.cohort.roster import Student
from mlstarter.cohort.server_answers import Absent, BranchMoved, RemoteFailed, no_main
from mlstarter.cohort.versions import CourseVersions
from mlstarter.engines.chance import new_seed
from mlstarter.errors import ExitStatus, UsageError
from mlstarter.files import TemporaryFolder
from mlstarter.git.identity import NEUTRAL, now
from mlstarter.git.objects import ObjectSet
from mlstarter.git.pristine_commit import add_pristine_commits
from mlstarter.git.process import Git
from mlstarter.layer_records import RECORD, read_marker
from mlstarter.new.first_commit import make_bare

MAIN = "refs/heads/main"


class Foreign(RemoteFailed):
    """A repository holds something that this course did not put there."""


class RepositoryGone(RemoteFailed):
    """A repository that was verified is not on the server any more."""

    exit_status = ExitStatus.NEEDS_ATTENTION
    outcome = "gone"


@dataclass(frozen=True, slots=True)
class Creation:
    """What became of one student's repository; ``note`` is a sentence that somebody must read."""

    entry: RepositoryEntry
    note: str = ""


@dataclass(frozen=True)
class Creator:
    """Creates the repositories of one course.

    ``recreate`` makes those anew that are gone, from the clones in the folder ``clones`` where it
    has one. ``catch_up`` brings a new repository the updates that the class has had.
    """

    versions: CourseVersions
    adopter: Adopter
    recreate: bool = False
    clones: Path | None = None
    catch_up: Callable[[Student], None] | None = None

    @property
    def handout(self) -> Handout:
        """What new students are handed."""
        return self.versions.newest

    @property
    def remote(self) -> Remote:
        """Where the repositories are."""
        return self.adopter.addresses.remote

    @property
    def journal(self) -> Journal:
        """What was done before."""
        return self.adopter.journal

    def create(self, student: Student) -> Creation:
        """Bring one student's repository to ``verified`` and return what the journal says.

        Raises RemoteFailed and its kinds, NoAddress; what was proven until then stays in the
        journal.
        """
        entry = self.journal.entry(student.student_id)
        if entry is not None and entry.state == "verified":
            creation = self._check(student, entry)
        else:
            creation = Creation(self._begin(student, self._current(student, entry), self.handout))
        self._invite(student, creation.entry.url)
        return creation

    def _current(self, student: Student, entry: RepositoryEntry | None) -> RepositoryEntry:
        """Return the entry to go on from, at the address that the roster gives now."""
        url = self.remote.url(student)
        if entry is None or entry.url == url:
            return entry or RepositoryEntry(student.student_id, url)
        if entry.state in {"new", "rendered"}:
            return RepositoryEntry(student.student_id, url, stamp=entry.stamp)
        raise UsageError(
            f"{student.student_id} was begun at {entry.url}, and the remote now says {url}.",
            hint="finish it there first, with the roster and the remote of before",
        )

    def _begin(self, student: Student, entry: RepositoryEntry, handout: Handout) -> RepositoryEntry:
        # An update tells by it whether the layers have changed since.
        self.journal.remember("layers", handout.layers_digest)
        with TemporaryFolder(prefix="mlstarter-cohort-") as folder:
            return self._steps(student, entry, handout, Path(folder) / "work.git")

    def _check(self, student: Student, entry: RepositoryEntry) -> Creation:
        """Ask the server for a repository that was verified; make it anew where that is wanted.

        Raises RepositoryGone where it is not on the server and nobody asked for that, RemoteFailed
        where its work lies on another branch than main.
        """
        try:
            location = self.adopter.addresses.locate(student)
            if MAIN in location.refs:
                return Creation(location.entry)
            raise no_main(location.entry.url, location.refs)
        except Absent as error:
            if self.recreate:
                return self._recreate(student, entry)
            raise RepositoryGone(
                f"The repository of {entry.student_id} is gone: there is nothing at {entry.url}.",
                hint="restore it from a backup; cohort create --recreate makes it anew from the "
                "folder of cohort clone, or else from the handout without the student's work",
            ) from error

    def _recreate(self, student: Student, entry: RepositoryEntry) -> Creation:
        url = self.remote.url(student)
        course_run = self.handout.config.course_run
        self.journal.forget_access(student.student_id)
        backup = find_backup(self.clones, entry, course_run) if self.clones else None
        # What was delivered to the repository of before need not be in this one: it is asked again.
        tips = set(backup.refs.values()) if backup is not None else set()
        self.journal.forget_deliveries(student.student_id, open_tips=tips)
        if backup is not None:
            self.remote.create(student)
            push_backup(backup, url, self.remote.transport)
            entry = self._record(replace(entry, url=url))
            return Creation(
                entry,
                f"made anew from the clone {backup.folder}, as it stood at {backup.commit[:12]} of "
                f"{backup.date[:16].replace('T', ' ')}; what was pushed later, the student "
                "pushes again",
            )
        # The same commit as before, so that the student's own clone can be pushed over it.
        handout = self.versions.handout(entry.version) or self.handout
        commit_before = entry.commit_id
        entry = self._record(replace(entry, url=url, state="new", commit_id=""))
        entry = self._begin(student, entry, handout)
        where = f" (no clone of it in {self.clones})" if self.clones else ""
        how = "they push their own clone over it"
        if entry.commit_id != commit_before:
            how = (
                "it begins otherwise than before, as answers or layers have changed, so they push "
                "their own clone over it with `git push --force origin main`"
            )
        return Creation(
            entry, f"made anew from the handout, without the student's work{where}; {how}"
        )

    def _invite(self, student: Student, url: str) -> None:
        """Let those in who work there and were not let in before."""
        members = self.journal.has_access(student.student_id)
        for person in student.people:
            is_new = person.active and person.student_id not in members
            if is_new and self.remote.invite(url, person):
                self.journal.give_access(student.student_id, person.student_id)

    def _steps(
        self, student: Student, entry: RepositoryEntry, handout: Handout, store: Path
    ) -> RepositoryEntry:
        stamp = entry.stamp or now()
        seed = self.journal.remember("seed", new_seed())
        make_bare(store)
        objects, commit = _render(handout, student, entry.url, stamp, seed, store)
        version = handout.template.version or ""
        if commit != entry.commit_id:
            if entry.state == "pushed":
                raise Foreign(
                    f"{student.student_id} was handed another state of the template than this.",
                    hint="create with the same template, answers and layers as before",
                )
            entry = replace(entry, state="rendered", stamp=stamp, commit_id=commit, version=version)
            self._record(entry)
        refs: Mapping[str, str] = {}
        if entry.state == "rendered":
            self.remote.create(student)
            entry = self._record(replace(entry, state="created"))
        else:
            # An earlier run may have pushed and been cut off before it could write that down.
            refs = self.remote.transport.refs(entry.url)
        if entry.state == "created" and MAIN not in refs:
            self._push(entry, objects, store)
            refs = self.remote.transport.refs(entry.url)
        if entry.state == "created" and MAIN in refs:
            entry = self._record(replace(entry, state="pushed"))
        if not self._is_proven(student, entry, refs):
            # Somebody handed it out before: another instructor, or this one on another machine.
            return self._adopt(student, entry.url)
        if self.catch_up is not None:
            self.catch_up(student)
        return self._record(replace(entry, state="verified"))

    def _push(self, entry: RepositoryEntry, objects: ObjectSet, store: Path) -> None:
        objects.write(store / "objects")
        try:
            self.remote.transport.push(entry.url, store, (f"{entry.commit_id}:{MAIN}",))
        except BranchMoved:
            # Somebody pushed in between; what the server holds now is looked at next.
            return

    def _is_proven(self, student: Student, entry: RepositoryEntry, refs: Mapping[str, str]) -> bool:
        """Say whether the server holds what was handed out, with or without work on top."""
        head = refs.get(MAIN)
        if head == entry.commit_id:
            return True
        if head is None:
            raise RemoteFailed(
                f"The server of {entry.url} took the push and does not show it.",
                hint="run the command again; it asks once more",
            )
        with TemporaryFolder(prefix="mlstarter-cohort-") as folder:
            store = Path(folder) / "copy.git"
            make_bare(store)
            self.remote.transport.fetch(entry.url, store)
            git = private_git(store)
            is_ancestor = git.call("merge-base", "--is-ancestor", entry.commit_id, head).status == 0
            text = git.call("cat-file", "blob", f"{head}:{RECORD}").stdout
        whose = (self.handout.config.course_run, student.student_id)
        return is_ancestor and read_marker(text) == whose

    def _adopt(self, student: Student, url: str) -> RepositoryEntry:
        """Take a repository over that proves to be the student's; raises Foreign for another."""
        try:
            proof = self.adopter.prove(student, url)
        except NotProven as error:
            raise Foreign(
                f"{url} holds something else already; nothing was pushed to it. {error.message}",
                hint="leave it as it is and look at what it holds; if the course is yours, set "
                "cohort.toml and the roster as they were, else give the student another address",
            ) from error
        return self.adopter.record(student, url, proof)

    def _record(self, entry: RepositoryEntry) -> RepositoryEntry:
        self.journal.record(entry)
        return entry


def _render(
    handout: Handout, student: Student, url: str, stamp: str, seed: str, store: Path
) -> tuple[ObjectSet, str]:
    """Return what a student is handed as objects, and the id of its commit."""
    pristine = handout.pristine(student, repository_name(url), seed)
    objects = ObjectSet()
    # The template's and the school's attributes count here, as in `new`: no student's do.
    git = Git(store, {"GIT_DIR": str(store)})
    commit, _, _ = add_pristine_commits(git, objects, pristine, NEUTRAL, stamp)
    return objects, commit
