"""Status: how everybody stands, from what the servers hold."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any

from mlstarter.cohort.addresses import Addresses
from mlstarter.cohort.journal import Journal
from mlstarter.cohort.moments import parse_foreign_moment
from mlstarter.cohort.offers import PREFIX, pending_branch
from mlstarter.cohort.private_clone import MAIN, at_hand, belongs_to
from mlstarter.cohort.roster import Student
from mlstarter.cohort.server_answers import Absent, no_main
from mlstarter.cohort.transport import OURS
from mlstarter.errors import MlstarterError
from mlstarter.project import USUAL_RECORD, Project
from mlstarter.reports import METRICS, Report, read_report
from mlstarter.sources import is_same_source
from mlstarter.versions import is_behind

# Branches of one student whose dates are looked at.
_MAX_BRANCHES = 200


_KEYS = {"has_started": "started", "has_moved": "moved"}


@dataclass(frozen=True, slots=True)
class Standing:
    """How one student stands.

    Attributes:
        state: the journal's word; "gone" where there is no repository or an empty one,
            "unrelated" where main does not hold what was handed out, "missing" where its work
            lies on another branch than main, "unreached" where the server could not be asked.
        version: the template's version in main; None where it cannot be told.
        behind: whether that is older than the newest one.
        has_started: whether there is work beyond what was handed out.
        last_commit: when, on main, ISO 8601; commits: how many of the student's own there.
        last_activity: the date of the newest commit on any branch of the student's.
        ci: passed, failed, running; None where the forge does not tell.
        metric, value, low, high: the project's primary result on held-out data, as reported.
        higher_is_better: the direction of the metric.
        pending: the update branch that waits to be merged, if any.
        conflict: whether that one conflicted with the student's work when it was delivered.
        has_moved: whether the project names another template than the course's.
        repository, ci_page: addresses for people; None where the place has none.
        site: the published page, as the project reports it.
        active: whether the student has not dropped out.
    """

    student_id: str
    section: str
    team: str
    state: str
    version: str | None = None
    behind: bool = False
    has_started: bool = False
    commits: int = 0
    last_commit: str | None = None
    last_activity: str | None = None
    ci: str | None = None
    metric: str | None = None
    value: float | None = None
    low: float | None = None
    high: float | None = None
    higher_is_better: bool | None = None
    pending: str | None = None
    conflict: bool = False
    has_moved: bool = False
    repository: str | None = None
    ci_page: str | None = None
    site: str | None = None
    active: bool = True

    def as_dict(self) -> dict[str, Any]:
        """Return the standing by the names that the reference gives to its values."""
        return {_KEYS.get(name, name): value for name, value in asdict(self).items()}


@dataclass(frozen=True)
class Observer:
    """Looks at the repositories of one course; changes nothing.

    ``newest`` is the newest version of the course's template, ``source`` its address.
    """

    addresses: Addresses
    journal: Journal
    newest: str | None
    source: str

    def look(self, student: Student) -> Standing:
        """Return how a student stands; raises RemoteFailed where the server cannot be asked."""
        return replace(self._look(student), active=student.active)

    def _look(self, student: Student) -> Standing:
        entry = self.journal.entry(student.student_id)
        who = (student.student_id, student.section, student.team)
        if entry is None or entry.state != "verified":
            return Standing(*who, state=entry.state if entry else "new")
        try:
            location = self.addresses.locate(student)
        except Absent:
            return Standing(*who, state="gone")
        entry, refs = location.entry, dict(location.refs)
        head = refs.get(MAIN)
        if head is None:
            is_absent = isinstance(no_main(entry.url, refs), Absent)
            return Standing(*who, state="gone" if is_absent else "missing")
        remote = self.addresses.remote
        ci = remote.ci_state(entry.url, head)
        pages = remote.pages(entry.url)
        with at_hand(entry.url, refs, remote.transport) as project:
            standing = self._read(project, who, entry.commit_id, refs)
        return replace(standing, ci=ci, repository=pages.get("repository"), ci_page=pages.get("ci"))

    def _read(
        self,
        project: Project,
        who: tuple[str, str, str],
        handed_out: str,
        refs: Mapping[str, str],
    ) -> Standing:
        head = refs[MAIN]
        commits = _own_commits(project, handed_out, head)
        if commits is None:
            return Standing(*who, state="unrelated")
        record = project.inside(USUAL_RECORD)
        contents = project.repository.blobs(head, (record, METRICS))
        version, has_moved = self._version(project, head, contents)
        deliveries = self.journal.deliveries(who[0])
        pending = pending_branch(project, refs, deliveries)
        conflicts = {f"{PREFIX}{each.version}" for each in deliveries if each.outcome == "conflict"}
        moments = _moments(project, refs)
        report = read_report(contents[METRICS])
        return Standing(
            *who,
            state="verified",
            version=version,
            behind=version is not None
            and self.newest is not None
            and is_behind(version, self.newest),
            has_started=commits > 0,
            commits=commits,
            last_commit=_iso(moments.get(head)),
            last_activity=_iso(max(moments.values(), default=None)),
            pending=pending,
            conflict=pending in conflicts,
            has_moved=has_moved,
            site=report.site if report is not None else None,
            **_primary(report),
        )

    def _version(
        self, project: Project, head: str, contents: Mapping[str, bytes | None]
    ) -> tuple[str | None, bool]:
        """Return the version, None where it cannot be told, and whether the project has moved."""
        try:
            record = project.record(head, contents)
        except MlstarterError:
            return None, False
        if not is_same_source(record.source, self.source):
            return None, True
        return record.version, False


def _own_commits(project: Project, handed_out: str, head: str) -> int | None:
    """Count a student's commits since the project was handed out; None where it is another one."""
    if head == handed_out:
        return 0
    git = project.repository.git
    since: tuple[str, ...] = (f"^{handed_out}",)
    if git.call("merge-base", "--is-ancestor", handed_out, head).status != 0:
        if belongs_to(project, head) is None:
            return None
        since = ()
    # The template's own commits are no work of the student's.
    options = ("--count", "--invert-grep", "--grep=^Template-Tree: ", "--no-merges")
    return int(git.text("rev-list", *options, head, *since))


def _moments(project: Project, refs: Mapping[str, str]) -> dict[str, datetime]:
    """Return when the commit of each branch that is not ours was made, by its id.

    A commit with a date that no calendar has is left out.
    """
    tips = [
        tip
        for name, tip in refs.items()
        if name.startswith("refs/heads/") and not name.startswith(OURS)
    ]
    options = ("--no-walk=unsorted", "--stdin", "--ignore-missing", "--format=%H %cI")
    listing = "\n".join(tips[-_MAX_BRANCHES:]) + f"\n{refs[MAIN]}\n"
    lines = project.repository.git.text("log", *options, stdin=listing.encode()).splitlines()
    dates = (line.split(" ", 1) for line in lines)
    moments = {commit: parse_foreign_moment(date) for commit, date in dates}
    return {commit: moment for commit, moment in moments.items() if moment is not None}


def _iso(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat(timespec="seconds")


def _primary(report: Report | None) -> dict[str, Any]:
    """Return the primary result of a report, {} where there is none."""
    return asdict(report.score) if report is not None and report.score is not None else {}
