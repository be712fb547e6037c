"""Create: every student's repository, from the first step that is not proven.

    new -> rendered -> created -> pushed -> verified

Each step can be cut off and done again: the render is the same for the same student and moment, a
repository that exists is left as it is, a push never forces, and the last step asks the server
what it holds. What is verified is asked for again: one that is gone is named, and
made anew where that is wanted.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from mlstarter.cohort.handout import MARKER, NEUTRAL, Handout
from mlstarter.cohort.journal import Entry, Journal
from mlstarter.cohort.private_clone import private_git
from mlstarter.cohort.remotes import Remote, repository_name
from mlstarter.cohort.roster import Student
from mlstarter.cohort.transport import Absent, Moved, RemoteFailed, no_main
from mlstarter.engines.chance import new_seed
from mlstarter.errors import ExitStatus, UsageError
from mlstarter.git.identity import now
from mlstarter.git.objects import ObjectSet
from mlstarter.git.pristine_commit import add_pristine_commits
from mlstarter.git.process import Git
from mlstarter.layers import read_marker
from mlstarter.new.first_commit import empty_bare

MAIN = "refs/heads/main"


class Foreign(RemoteFailed):
    """A repository holds something that this course did not put there."""


class Gone(RemoteFailed):
    """A repository that was verified is not on the server any more."""

    exit_status = ExitStatus.NEEDS_ATTENTION


@dataclass(frozen=True)
class Creator:
    """Creates the repositories of one course; ``recreate`` makes those anew that are gone."""

    handout: Handout
    remote: Remote
    journal: Journal
    recreate: bool = False

    def create(self, student: Student) -> Entry:
        """Bring one student's repository to ``verified`` and return what the journal says.

        Raises RemoteFailed and its kinds; what was proven until then stays in the journal.
        """
        url = self.remote.url(student)
        entry = self.journal.entry(student.student_id) or Entry(student.student_id, url)
        if entry.url != url:
            raise UsageError(
                f"{student.student_id} was created at {entry.url}, and the remote now says {url}.",
                hint="correct the roster or the remote; nothing was moved",
            )
        if entry.state == "verified":
            if not self._is_gone(entry):
                return entry
            entry = self._record(replace(entry, state="new", commit_id=""))
        # An update tells by it whether the layers have changed since.
        self.journal.remembered("layers", self.handout.layers_digest)
        with tempfile.TemporaryDirectory(prefix="mlstarter-cohort-") as folder:
            return self._steps(student, entry, Path(folder) / "work.git")

    def _is_gone(self, entry: Entry) -> bool:
        """Say whether a verified repository is to be made anew.

        Raises Gone where it is not on the server and nobody asked for that, RemoteFailed where
        its work lies on another branch than main.
        """
        try:
            refs = self.remote.transport.refs(entry.url)
            if MAIN in refs:
                return False
            raise no_main(entry.url, refs)
        except Absent as error:
            if self.recreate:
                return True
            raise Gone(
                f"The repository of {entry.student_id} is gone: there is nothing at {entry.url}.",
                hint="restore it from a backup or a clone; cohort create --recreate makes it anew "
                "from the handout, without the student's work",
            ) from error

    def _steps(self, student: Student, entry: Entry, store: Path) -> Entry:
        stamp = entry.stamp or now()
        seed = self.journal.remembered("seed", new_seed())
        shutil.copytree(empty_bare(), store)
        objects, commit = self._render(student, entry.url, stamp, seed, store)
        if commit != entry.commit_id:
            if entry.state == "pushed":
                raise Foreign(
                    f"{student.student_id} was handed another state of the template than this.",
                    hint="create with the same template, answers and layers as before",
                )
            entry = self._record(replace(entry, state="rendered", stamp=stamp, commit_id=commit))
        held: Mapping[str, str] = {}
        if entry.state == "rendered":
            self.remote.create(student)
            entry = self._record(replace(entry, state="created"))
        else:
            # An earlier run may have pushed and been cut off before it could write that down.
            held = self.remote.transport.refs(entry.url)
        if entry.state == "created" and MAIN not in held:
            self._push(entry, objects, store)
            held = self.remote.transport.refs(entry.url)
        if entry.state == "created" and MAIN in held:
            entry = self._record(replace(entry, state="pushed"))
        self._prove(student, entry, held)
        return self._record(replace(entry, state="verified"))

    def _render(
        self, student: Student, url: str, stamp: str, seed: str, store: Path
    ) -> tuple[ObjectSet, str]:
        pristine = self.handout.pristine(student, repository_name(url), seed)
        objects = ObjectSet()
        # The template's and the school's attributes count here, as in `new`: no student's do.
        git = Git(store, {"GIT_DIR": str(store)})
        commit, _, _ = add_pristine_commits(git, objects, pristine, NEUTRAL, stamp)
        return objects, commit

    def _push(self, entry: Entry, objects: ObjectSet, store: Path) -> None:
        objects.write(store / "objects")
        try:
            self.remote.transport.push(entry.url, store, (f"{entry.commit_id}:{MAIN}",))
        except Moved:
            # Somebody pushed in between; what the server holds now is looked at next.
            return

    def _prove(self, student: Student, entry: Entry, held: Mapping[str, str]) -> None:
        """Make sure that the server holds what was handed out, with or without work on top."""
        found = held.get(MAIN)
        if found == entry.commit_id:
            return
        if found is None:
            raise RemoteFailed(
                f"The server of {entry.url} took the push and does not show it.",
                hint="run the command again; it asks once more",
            )
        with tempfile.TemporaryDirectory(prefix="mlstarter-cohort-") as folder:
            store = Path(folder) / "held.git"
            shutil.copytree(empty_bare(), store)
            self.remote.transport.fetch(entry.url, store)
            git = private_git(store)
            grown = git.call("merge-base", "--is-ancestor", entry.commit_id, found).status == 0
            text = git.call("cat-file", "blob", f"{found}:{MARKER}").stdout
        mine = (self.handout.config.course_run, student.student_id)
        if not grown or read_marker(text) != mine:
            raise Foreign(
                f"{entry.url} holds something else already; nothing was pushed to it.",
                hint="leave it as it is, look at what it holds; give the student another address",
            )

    def _record(self, entry: Entry) -> Entry:
        self.journal.record(entry)
        return entry
