"""Update: a template fix for a whole class, merged for each student, never over their work.

A clean result goes to the branch ``mlstarter/update-V`` (or into main, where that is asked for and
a fast-forward). With a conflict that branch holds the template's commit alone, ready for the
student's own ``git merge``. No push is forced, no ref of a student's deleted.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal, cast

from mlstarter import escape
from mlstarter import update as project_update
from mlstarter.cohort.authority import CourseRecord, MovedAway
from mlstarter.cohort.create import Foreign
from mlstarter.cohort.handout import Handout
from mlstarter.cohort.journal import Delivery, Journal
from mlstarter.cohort.private_clone import MAIN, at_hand, belongs_to
from mlstarter.cohort.rate_limit import Pace
from mlstarter.cohort.remotes import Remote
from mlstarter.cohort.roster import Student
from mlstarter.cohort.transport import Moved, RemoteFailed, no_main
from mlstarter.git.merge_base import template_commits
from mlstarter.layers import RECORD, digest_of
from mlstarter.project import Project
from mlstarter.questions import Answers, Questionnaire
from mlstarter.questions.recorded_answers import answer_again
from mlstarter.update.merge.plan import Plan

Outcome = Literal["current", "offered", "merged", "conflict", "moved"]
# How often a merge is done again because the student pushed meanwhile.
TRIES = 5


@dataclass(frozen=True, slots=True)
class Result:
    """What an update brought one student.

    ``files`` are those in conflict. ``commands`` bring the branch in; None for "current" and
    "merged". ``again`` says that an earlier run did it. ``reason`` says why a project that has
    moved away from the course's template ("moved") was left alone.
    """

    outcome: Outcome
    branch: str
    files: tuple[str, ...] = ()
    commands: tuple[str, ...] = ()
    change_url: str = ""
    again: bool = False
    reason: str = ""


@dataclass(frozen=True)
class Updater:
    """Updates the repositories of one course to the version of ``handout``."""

    handout: Handout
    remote: Remote
    journal: Journal
    pace: Pace

    @property
    def version(self) -> str:
        """The version to go to."""
        return self.handout.template.version or (self.handout.template.commit or "")[:12]

    @cached_property
    def edition(self) -> str:
        """What is delivered: the version, and the state of the layers where they have changed."""
        digest = self.handout.layers_digest
        if not digest or digest == self.journal.remembered("layers", digest):
            return self.version
        return f"{self.version}-{digest[:8]}"

    @cached_property
    def record(self) -> CourseRecord:
        """What the course knows of where its projects come from."""
        return CourseRecord(self.handout, self.journal)

    @property
    def branch(self) -> str:
        """The branch that the update is offered on."""
        return f"mlstarter/update-{self.edition}"

    def is_done(self, student: Student) -> bool:
        """Say whether an earlier run delivered this version and these layers."""
        return self.journal.delivery(student.student_id, self.edition) is not None

    def update(self, student: Student, *, preview: bool = False) -> Result:
        """Deliver the update to one student; with ``preview`` only say what it would be.

        Raises RemoteFailed and its kinds, ProjectError and TemplateError; nothing was pushed then.
        """
        url = self.remote.url(student)
        done = self.journal.delivery(student.student_id, self.edition)
        if done is not None:
            outcome = cast(Outcome, done.outcome)
            return Result(outcome, self.branch, change_url=done.change_url, again=True)
        for _ in range(TRIES):
            refs = self.remote.transport.refs(url)
            if MAIN not in refs:
                raise no_main(url, refs)
            if "refs/heads/mlstarter" in refs:
                raise RemoteFailed(
                    f"{url} has a branch called mlstarter, which leaves no room for {self.branch}.",
                    hint="the student renames it on the server: git push origin "
                    "origin/mlstarter:refs/heads/NAME :mlstarter",
                )
            with at_hand(url, refs, self.remote.transport) as project:
                self._refuse_foreign(student, url, project, refs[MAIN])
                try:
                    return self._deliver(student, project, refs, preview=preview)
                except Moved:
                    continue
        raise RemoteFailed(
            f"{url} is being pushed to all the time.", hint="run the command again later"
        )

    def _refuse_foreign(self, student: Student, url: str, project: Project, head: str) -> None:
        owner = belongs_to(project, head)
        if owner != (self.handout.config.course_run, student.student_id):
            whose = "of somebody else" if owner else "without the marker of this course"
            raise Foreign(
                f"{url} is a repository {whose}; nothing was pushed to it.",
                hint="compare its .mlstarter.toml with the roster",
            )

    def _deliver(
        self, student: Student, project: Project, refs: Mapping[str, str], *, preview: bool
    ) -> Result:
        before = self._offered_before(student, project, refs)
        if before is not None:
            tip = refs[f"refs/heads/{before.branch}"]
            return before if preview else self._record(student, before, refs[MAIN], tip)
        try:
            stated = project.record(refs[MAIN])
            authority = self.record.authority(student, project, stated)
        except MovedAway as error:
            return Result("moved", self.branch, reason=error.message)
        request = project_update.UpdateRequest(
            to=self.handout.template.version,
            template=self.handout.template,
            # Any name that is free: nothing is written into the private repository.
            branch="update",
            ask=lambda asked, given, recorded: self._answers(student, asked, given, recorded),
            layers=self.handout.config.layer,
            authority=authority,
        )
        plan = project_update.prepare(project, request).plan
        try:
            result = self._result(plan)
            if not preview:
                result = self._send(student, plan, result, refs[MAIN])
        finally:
            plan.close()
        return result

    def _answers(
        self,
        student: Student,
        asked: Questionnaire,
        given: Mapping[str, Any],
        recorded: Mapping[str, Any],
    ) -> Answers:
        """Answer what is new as the roster says; what is recorded stays."""
        return answer_again(asked, given, recorded, otherwise=self.handout.given(student))

    def _result(self, plan: Plan) -> Result:
        if plan.up_to_date:
            return Result("current", self.branch)
        if plan.conflicts:
            files = tuple(conflict.path for conflict in plan.conflicts)
            return Result("conflict", self.branch, files, self._commands(plan))
        if self.handout.config.mode == "merge":
            return Result("merged", "main")
        return Result("offered", self.branch, commands=self._commands(plan))

    def _commands(self, plan: Plan) -> tuple[str, ...]:
        """Return what a student runs to bring the branch in."""
        take = ("git fetch origin", f"git merge origin/{self.branch}")
        if not (plan.conflicts and plan.base_rendered):
            return take
        # The base is in nobody's history yet: it is taken in first, without changing a file.
        join = f"git merge -s ours --allow-unrelated-histories origin/{self.branch}~1"
        return (take[0], join, take[1])

    def _send(self, student: Student, plan: Plan, result: Result, head: str) -> Result:
        if result.outcome == "current":
            return self._record(student, result, head, "")
        commit = plan.merge_commit or plan.template_commit
        specs: tuple[str, ...]
        if result.outcome == "merged":
            specs = (f"{commit}:{MAIN}",)
        else:
            # main goes along unchanged: where it has moved on, git refuses both.
            specs = (f"{commit}:refs/heads/{self.branch}", f"{head}:{MAIN}")
        self.pace.wait()
        self.remote.transport.push(self.remote.url(student), plan.quarantine.folder, specs)
        return self._record(student, result, head, commit)

    def _record(self, student: Student, result: Result, head: str, pushed: str) -> Result:
        if self.handout.config.mode == "pr" and result.outcome in {"offered", "conflict"}:
            address = self._open_change(student, result)
            result = Result(result.outcome, result.branch, result.files, result.commands, address)
        self.journal.deliver(
            Delivery(
                student.student_id, self.edition, result.outcome, head, pushed, result.change_url
            )
        )
        return result

    def _open_change(self, student: Student, result: Result) -> str:
        lines = [f"The project's template has a new version, {self.version}."]
        if result.files:
            lines += ["", "You and the template changed the same lines of:"]
            lines += [f"- {escape.markdown_code(path)}" for path in result.files]
        lines += ["", "To bring it in yourself:", "", *(f"    {c}" for c in result.commands)]
        title = f"Update the template to {self.version}"
        return self.remote.open_change(student, result.branch, title, "\n".join(lines) + "\n")

    def _offered_before(
        self, student: Student, project: Project, refs: Mapping[str, str]
    ) -> Result | None:
        """Recognise a branch that an interrupted run pushed; nothing is opened twice."""
        for name, tip in sorted(refs.items()):
            branch = name.removeprefix("refs/heads/")
            if branch != self.branch and not branch.startswith(f"mlstarter/update-{self.version}"):
                continue
            newest = self._offering(project, tip)
            if newest is not None:
                outcome: Outcome = "conflict" if newest == tip else "offered"
                return Result(outcome, branch, again=True)
            if branch == self.branch:
                raise Foreign(
                    f"{self.remote.url(student)} has a branch {branch} that holds something else.",
                    hint="rename or delete that branch",
                )
        return None

    def _offering(self, project: Project, tip: str) -> str | None:
        """Return the template commit of this version and these layers that ``tip`` brings."""
        newest = next(template_commits(project.repository.git, tip), None)
        if newest is None or newest.trailers.origin != self.handout.origin:
            return None
        stated = (project.repository.blob(newest.commit, RECORD) or b"").decode("utf-8", "replace")
        wanted = (digest_of(folder) for folder in self.handout.config.layer)
        return newest.commit if all(digest in stated for digest in wanted) else None
