"""Where a student's repository lies: one answer for every verb.

The journal knows the address; the roster and the settings say another one where an account was
renamed or the class moved, and on the server a repository may have been renamed. Such a repository
is followed where its marker names the student and its history holds what was handed out.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from mlstarter.cohort.journal import Journal, RepositoryEntry
from mlstarter.cohort.private_clone import MAIN, at_hand, belongs_to
from mlstarter.cohort.remotes import NoAddress, Remote
from mlstarter.cohort.roster import Student
from mlstarter.cohort.server_answers import Absent
from mlstarter.cohort.transport import Listing, local_path
from mlstarter.errors import MlstarterError, NeedsAttention, UsageError

# How many ids a sentence names.
_MAX_NAMES = 5


def not_in_journal(student: Student, remote: Remote) -> MlstarterError:
    """Return the error for a student of whose repository the journal knows nothing.

    Where the roster lacks what an address is made of, none can be there yet.
    """
    try:
        remote.url(student)
    except NoAddress as error:
        return error
    return Absent(
        f"The journal holds no repository of {student.student_id}.",
        hint="mlstarter cohort create makes it; cohort adopt says why one is not taken over",
    )


class Ambiguous(NeedsAttention):
    """Several repositories carry one student's marker."""


@dataclass(frozen=True, slots=True)
class Location:
    """Where a repository lies: what the journal says of it, and the refs that the server shows."""

    entry: RepositoryEntry
    refs: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class AddressChange:
    """A repository that was found at another address than the journal's."""

    student_id: str
    old: str
    new: str


@dataclass
class Addresses:
    """The addresses of one course's repositories.

    ``students`` are all of the roster; ``moves`` what was followed in this run.
    """

    remote: Remote
    journal: Journal
    course_run: str
    students: Sequence[Student]
    moves: list[AddressChange] = field(default_factory=list)
    _markers: dict[tuple[str, str], list[str]] | None = None
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def locate(self, student: Student) -> Location:
        """Return where a student's repository lies now, having asked the server.

        A repository that was moved is written down at its new address. One that is not in the
        journal as verified is looked for where the roster says.

        Raises:
            Absent: there is none, neither at its address nor elsewhere.
            NoAddress: the roster lacks what an address is made of.
            RemoteFailed: the server cannot be asked.
        """
        entry = self.journal.entry(student.student_id)
        if entry is None or entry.state != "verified":
            entry = entry or RepositoryEntry(student.student_id, self.remote.url(student))
            return Location(entry, self.remote.transport.refs(entry.url))
        return self._at_roster_address(student, entry) or self._at_journal_address(student, entry)

    def url(self, student: Student) -> str:
        """Return the address of a student's repository without asking the server."""
        entry = self.journal.entry(student.student_id)
        return entry.url if entry is not None else self.remote.url(student)

    def _at_roster_address(self, student: Student, entry: RepositoryEntry) -> Location | None:
        """Return the location that the roster gives, where the repository has moved there."""
        url = self._roster_url(student)
        if url is None or url == entry.url:
            return None
        listing = self._listing(url)
        if listing is None:
            return None
        if listing.url == entry.url:
            return Location(entry, listing.refs)
        if not self._is_theirs(student, listing.url, listing.refs):
            return None
        return self._follow(entry, listing.url, listing.refs)

    def _at_journal_address(self, student: Student, entry: RepositoryEntry) -> Location:
        try:
            listing = self.remote.transport.listing(entry.url)
            refs = listing.refs
            if listing.url == entry.url or not (
                MAIN in refs and self._is_theirs(student, listing.url, refs, entry.commit_id)
            ):
                return Location(entry, refs)
            return self._follow(entry, listing.url, refs)
        except Absent:
            for url in self.elsewhere(student):
                their_refs = self._refs(url)
                if their_refs and self._is_theirs(student, url, their_refs, entry.commit_id):
                    return self._follow(entry, url, their_refs)
            raise

    def _follow(self, entry: RepositoryEntry, url: str, refs: Mapping[str, str]) -> Location:
        self.moves.append(AddressChange(entry.student_id, entry.url, url))
        entry = replace(entry, url=url)
        self.journal.record(entry)
        return Location(entry, refs)

    def _roster_url(self, student: Student) -> str | None:
        try:
            return self.remote.url(student)
        except NoAddress:
            return None

    def _listing(self, url: str) -> Listing | None:
        """Return what a server shows, None where there is no repository or nothing in main."""
        try:
            listing = self.remote.transport.listing(url)
        except Absent:
            return None
        return listing if MAIN in listing.refs else None

    def _refs(self, url: str) -> dict[str, str] | None:
        """Return a repository's refs, None where there is none or nothing in main."""
        listing = self._listing(url)
        return listing.refs if listing is not None else None

    def _is_theirs(
        self, student: Student, url: str, refs: dict[str, str], commit: str | None = None
    ) -> bool:
        """Say whether the marker names the student, and the history holds ``commit``."""
        with at_hand(url, refs, self.remote.transport) as project:
            if belongs_to(project, refs[MAIN]) != (self.course_run, student.student_id):
                return False
            git = project.repository.git
            return commit is None or (
                git.call("merge-base", "--is-ancestor", commit, refs[MAIN]).status == 0
            )

    def elsewhere(self, student: Student) -> list[str]:
        """Return the addresses that nobody in the class has, and whose marker names the student.

        Raises Ambiguous where there are several.
        """
        with self._lock:
            if self._markers is None:
                self._markers = self._read_markers()
        urls = self._markers.get((self.course_run, student.student_id), [])
        if len(urls) > 1:
            raise Ambiguous(
                f"{len(urls)} repositories carry the marker of {student.student_id}: "
                f"{', '.join(urls[:_MAX_NAMES])}.",
                hint="leave the right one at its address, and move the others away",
            )
        return urls

    def _read_markers(self) -> dict[tuple[str, str], list[str]]:
        """Return the addresses of repositories that nobody is known by, by their markers."""
        places_in_use = {
            _place(entry.url) for entry in self.journal.entries() if entry.state == "verified"
        }
        places_in_use |= {_place(self._roster_url(student) or "") for student in self.students}
        markers: dict[tuple[str, str], list[str]] = {}
        for url in self.remote.addresses():
            if _place(url) in places_in_use:
                continue
            try:
                refs = self._refs(url)
                if refs is None:
                    continue
                with at_hand(url, refs, self.remote.transport) as project:
                    owner = belongs_to(project, refs[MAIN])
            except MlstarterError:
                # Whatever lies there, it is no repository of this class.
                continue
            if owner is not None:
                markers.setdefault(owner, []).append(url)
        return markers

    def require_remote(self, pattern: str) -> None:
        """Follow a class to the remote that the settings name now, all of it or nobody.

        Raises UsageError where the settings name another remote than before, and not every
        repository is there.
        """
        before = self.journal.setting("remote")
        entries = {entry.student_id: entry for entry in self.journal.entries()}
        proven_entries = [
            (student, entries[student.student_id])
            for student in self.students
            if student.active and self._is_verified(entries.get(student.student_id))
        ]
        elsewhere = [
            (student, entry, url)
            for student, entry in proven_entries
            if (url := self._roster_url(student)) is not None and url != entry.url
        ]
        # Journals of before do not say which remote they knew: then all addresses tell.
        is_new = before != pattern if before is not None else len(elsewhere) == len(proven_entries)
        if elsewhere and is_new:
            self._require_moved(elsewhere, before, pattern)
        if before != pattern:
            self.journal.keep_setting("remote", pattern)

    def _require_moved(
        self,
        elsewhere: Sequence[tuple[Student, RepositoryEntry, str]],
        before: str | None,
        pattern: str,
    ) -> None:
        arrivals: list[tuple[RepositoryEntry, str, dict[str, str]]] = []
        absent: list[str] = []
        for student, entry, url in elsewhere:
            refs = self._refs(url)
            if refs is not None and self._is_theirs(student, url, refs):
                arrivals.append((entry, url, refs))
            else:
                absent.append(student.student_id)
        if absent:
            more = ", ..." if len(absent) > _MAX_NAMES else ""
            old = before or elsewhere[0][1].url
            raise UsageError(
                f"The remote was {old} and is now {pattern}, where {len(absent)} of "
                f"{len(elsewhere)} repositories are not ({', '.join(absent[:_MAX_NAMES])}{more}); "
                "nothing was done.",
                hint="move them on the server first, or set the remote to what it was",
            )
        for entry, url, refs in arrivals:
            self._follow(entry, url, refs)

    @staticmethod
    def _is_verified(entry: RepositoryEntry | None) -> bool:
        return entry is not None and entry.state == "verified"


def _place(url: str) -> str:
    """Return what two addresses of one repository have in common."""
    path = local_path(url)
    return url.removesuffix(".git").casefold() if path is None else str(path)
