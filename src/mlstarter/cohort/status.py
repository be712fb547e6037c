"""Status: how everybody stands, from what the servers hold."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from mlstarter.cohort.authority import is_same_source
from mlstarter.cohort.journal import Journal
from mlstarter.cohort.private_clone import MAIN, at_hand
from mlstarter.cohort.remotes import Remote
from mlstarter.cohort.roster import Student
from mlstarter.cohort.transport import Absent, no_main
from mlstarter.errors import MlstarterError
from mlstarter.project import Project
from mlstarter.reports import METRICS, read_report
from mlstarter.versions import is_behind


@dataclass(frozen=True, slots=True)
class Standing:
    """How one student stands.

    Attributes:
        state: the journal's word; "gone" where there is no repository or an empty one,
            "missing" where its work lies on another branch than main.
        version: the template's version in main; None where it cannot be told.
        behind: whether that is older than the newest one.
        started: whether there is work beyond what was handed out.
        last_commit: when, ISO 8601; commits: how many of the student's own.
        ci: passed, failed, running; None where the forge does not tell.
        metric, value, low, high: the project's primary result on held-out data, as reported.
        higher_is_better: the direction of the metric.
        pending: the update branch that waits to be merged, if any.
        moved: whether the project names another template than the course's.
    """

    student_id: str
    section: str
    team: str
    state: str
    version: str | None = None
    behind: bool = False
    started: bool = False
    commits: int = 0
    last_commit: str | None = None
    ci: str | None = None
    metric: str | None = None
    value: float | None = None
    low: float | None = None
    high: float | None = None
    higher_is_better: bool | None = None
    pending: str | None = None
    moved: bool = False

    def as_dict(self) -> dict[str, Any]:
        """Return the standing as JSON takes it."""
        return asdict(self)


@dataclass(frozen=True)
class Observer:
    """Looks at the repositories of one course; changes nothing.

    ``newest`` is the newest version of the course's template, ``source`` its address.
    """

    remote: Remote
    journal: Journal
    newest: str | None
    source: str

    def look(self, student: Student) -> Standing:
        """Return how a student stands; raises RemoteFailed where the server cannot be asked."""
        entry = self.journal.entry(student.student_id)
        who = (student.student_id, student.section, student.team)
        if entry is None or entry.state != "verified":
            return Standing(*who, state=entry.state if entry else "new")
        try:
            refs = self.remote.transport.refs(entry.url)
        except Absent:
            return Standing(*who, state="gone")
        head = refs.get(MAIN)
        if head is None:
            gone = isinstance(no_main(entry.url, refs), Absent)
            return Standing(*who, state="gone" if gone else "missing")
        pending = [
            name.removeprefix("refs/heads/") for name in refs if "/mlstarter/update-" in name
        ]
        ci = self.remote.ci_state(student, head)
        with at_hand(entry.url, refs, self.remote.transport) as project:
            return self._read(project, who, entry.commit_id, head, pending, ci)

    def _read(
        self,
        project: Project,
        who: tuple[str, str, str],
        handed_out: str,
        head: str,
        pending: list[str],
        ci: str | None,
    ) -> Standing:
        git = project.repository.git
        # The template's own commits are no work of the student's.
        theirs = git.text(
            "rev-list", "--count", head, f"^{handed_out}", "--invert-grep",
            "--grep=^Template-Tree: ", "--no-merges",
        )  # fmt: skip
        version, moved = self._version(project, head)
        waiting = [
            name
            for name in pending
            if git.call("merge-base", "--is-ancestor", f"refs/heads/{name}", head).status != 0
        ]
        return Standing(
            *who,
            state="verified",
            version=version,
            behind=version is not None
            and self.newest is not None
            and is_behind(version, self.newest),
            started=int(theirs) > 0,
            commits=int(theirs),
            last_commit=git.text("log", "-1", "--format=%cI", head),
            ci=ci,
            pending=waiting[-1] if waiting else None,
            moved=moved,
            **_primary(project.repository.blob(head, METRICS)),
        )

    def _version(self, project: Project, head: str) -> tuple[str | None, bool]:
        """Return the version, None where it cannot be told, and whether the project has moved."""
        try:
            record = project.record(head)
        except MlstarterError:
            return None, False
        if not is_same_source(record.source, self.source):
            return None, True
        return record.version, False


def _primary(content: bytes | None) -> dict[str, Any]:
    """Return the primary result that ``reports/metrics.json`` reports, {} where there is none."""
    report = read_report(content)
    return asdict(report.score) if report is not None and report.score is not None else {}
