"""Delivering an update to one student: computing it, pushing it, and saying how it stands later."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, cast

from mlstarter import update as project_update
from mlstarter.cohort.addresses import Addresses
from mlstarter.cohort.authority import CourseRecord, MovedAway
from mlstarter.cohort.create import Foreign
from mlstarter.cohort.handout import Handout, class_defaults
from mlstarter.cohort.journal import Delivery, Journal
from mlstarter.cohort.offers import (
    UNDELETABLE,
    WITH_WORK,
    KeptBranch,
    OpenBranches,
    Outcome,
    Result,
    absence,
    change_text,
    commands,
    conflict_files,
    is_own_commit,
    open_branches,
    template_commit_of,
)
from mlstarter.cohort.private_clone import MAIN
from mlstarter.cohort.rate_limit import Pace
from mlstarter.cohort.roster import Student
from mlstarter.cohort.server_answers import PushRefused
from mlstarter.engines import Record
from mlstarter.git.identity import NEUTRAL
from mlstarter.project import Project
from mlstarter.questions import Answers, Questionnaire
from mlstarter.questions.recorded_answers import answer_again
from mlstarter.update.merge.plan import Plan


@dataclass(frozen=True, slots=True)
class Visit:
    """One student's repository as it was found: the refs, the project in it and its record."""

    student: Student
    project: Project
    refs: Mapping[str, str]
    record: Record
    preview: bool

    @property
    def head(self) -> str:
        """The commit of main."""
        return self.refs[MAIN]


@dataclass(frozen=True)
class Deliverer:
    """Delivers one version of a course's template, with its layers, to student after student."""

    handout: Handout
    addresses: Addresses
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
        if not digest or digest == self.journal.remember("layers", digest):
            return self.version
        return f"{self.version}-{digest[:8]}"

    @cached_property
    def course_record(self) -> CourseRecord:
        """What the course knows of where its projects come from."""
        return CourseRecord(self.handout, self.journal)

    @property
    def branch(self) -> str:
        """The branch that the update is offered on."""
        return f"mlstarter/update-{self.edition}"

    def settlement(self, student: Student) -> Result | None:
        """Return what the journal says is over, None where the server has to be asked."""
        earlier = self.journal.delivery(student.student_id, self.edition)
        if earlier is None or earlier.outcome not in {"current", "merged"}:
            return None
        return self._result(cast(Outcome, earlier.outcome), again=True)

    def deliver(self, visit: Visit) -> Result:
        """Deliver, or say how an earlier delivery stands by now.

        Raises BranchMoved where the student pushed meanwhile; nothing was pushed then.
        """
        if (before := self.settlement(visit.student)) is not None:
            return before
        earlier = self.journal.delivery(visit.student.student_id, self.edition)
        branch = self.branch
        if earlier is None:
            branch, earlier = self._interrupted_delivery(visit) or (branch, None)
        elif self._stays(visit, earlier):
            take = commands(branch)
            return self._result("offered", commands=take, change_url=earlier.change_url, again=True)
        try:
            plan = self._plan(visit)
        except MovedAway as error:
            return self._result("moved", reason=error.message)
        try:
            if earlier is not None:
                return self._deliver_again(visit, plan, earlier, branch)
            return self._send(visit, plan)
        finally:
            plan.close()

    def _stays(self, visit: Visit, earlier: Delivery) -> bool:
        """Say whether an offer stands as it was made, so that nothing has to be computed."""
        if earlier.outcome != "offered" or earlier.head != visit.head:
            return False
        mode = self.handout.config.mode
        settlement = mode == "branch" or (mode == "pr" and earlier.change_url)
        return (
            bool(settlement)
            and visit.refs.get(f"refs/heads/{self.branch}") == earlier.pushed_commit
        )

    def _plan(self, visit: Visit) -> Plan:
        """Compute the merge; raises MovedAway where the course has no say in the project."""
        authority = self.course_record.authority(visit.student, visit.project, visit.record)
        request = project_update.UpdateRequest(
            to=self.handout.template.version,
            template=self.handout.template,
            commit=visit.head,
            record=visit.record,
            by=NEUTRAL,
            ask=functools.partial(self._answers, visit.student),
            layers=self.handout.config.layer,
            authority=authority,
        )
        return project_update.prepare(visit.project, request).plan

    def _answers(
        self,
        student: Student,
        questionnaire: Questionnaire,
        answers: Mapping[str, Any],
        record_answers: Mapping[str, Any],
    ) -> Answers:
        """Answer what is new as the roster says; what is recorded stays."""
        course = {**class_defaults(questionnaire), **self.handout.roster_answers(student)}
        return answer_again(questionnaire, answers, record_answers, otherwise=course)

    def _result(self, outcome: Outcome, branch: str | None = None, **more: Any) -> Result:
        return Result(outcome, branch or self.branch, self.version, **more)

    def _send(self, visit: Visit, plan: Plan) -> Result:
        """Deliver for the first time: to the branch, or into main."""
        kind = "layers" if plan.old == plan.new else "template"
        if plan.up_to_date:
            result = self._result("current")
            return result if visit.preview else self._record(visit, result, "")
        files = conflict_files(plan)
        take = commands(self.branch, joins=bool(plan.conflicts) and plan.base_rendered)
        result = self._result("offered", commands=take, kind=kind)
        if plan.conflicts:
            result = self._result("conflict", files=files, commands=take, kind=kind)
        elif self.handout.config.mode == "merge":
            result = self._result("merged", "main", kind=kind)
        before = open_branches(
            visit.project,
            visit.refs,
            self.journal.deliveries(visit.student.student_id),
            self.branch,
        )
        if visit.preview:
            return result.with_branches(before)
        commit = plan.merge_commit or plan.template_commit
        if result.outcome == "merged":
            specs: tuple[str, ...] = (f"{commit}:{MAIN}",)
        else:
            # main goes along unchanged: where it has moved on, git refuses both.
            specs = (f"{commit}:refs/heads/{self.branch}", f"{visit.head}:{MAIN}")
        return self._record(visit, self._push(visit, plan, specs, before, result), commit)

    def _push(
        self,
        visit: Visit,
        plan: Plan,
        specs: tuple[str, ...],
        before: OpenBranches,
        result: Result,
    ) -> Result:
        """Push, with the older branches gone in the same step; say what became of them."""
        url, store = self.addresses.url(visit.student), plan.quarantine.folder
        push = self.addresses.remote.transport.push
        self.pace.wait()
        leases = {f"refs/heads/{name}": tip for name, tip in before.replaceable.items()}
        try:
            push(url, store, specs, leases=leases)
        except PushRefused:
            if not leases:
                raise
            # Perhaps the server lets nobody delete a branch: then the older one stays.
            push(url, store, specs)
            others = (KeptBranch(name, UNDELETABLE) for name in before.replaceable)
            return replace(result, kept_branches=(*before.foreign, *others))
        return result.with_branches(before)

    def _deliver_again(self, visit: Visit, plan: Plan, earlier: Delivery, branch: str) -> Result:
        """Say how an earlier delivery stands by now; with the mode ``merge``, merge it."""
        kind = "layers" if plan.old == plan.new else "template"
        if plan.up_to_date:
            result = self._result("merged", branch, again=True)
            return result if visit.preview else self._record(visit, result, earlier.pushed_commit)
        tip = visit.refs.get(f"refs/heads/{branch}", "")
        if self.handout.config.mode == "merge" and not plan.conflicts:
            return self._merge_offer(visit, plan, earlier, branch, tip)
        files = conflict_files(plan)
        joins = bool(files) and plan.base_rendered and earlier.outcome == "conflict"
        result = self._result(
            "conflict" if files else "offered",
            branch,
            files=files,
            commands=commands(branch, joins=joins) if tip else (),
            change_url=earlier.change_url,
            again=True,
            kind=kind,
            reason="" if tip else absence(branch, self.version, visit.refs),
        )
        opens = self.handout.config.mode == "pr" and not earlier.change_url and tip
        fresh = self.journal.delivery(visit.student.student_id, self.edition) is None
        if (opens or fresh) and not visit.preview:
            outcome = cast(Outcome, earlier.outcome)
            result = replace(
                self._record(visit, result, earlier.pushed_commit, outcome), again=True
            )
        return result

    def _merge_offer(
        self, visit: Visit, plan: Plan, earlier: Delivery, branch: str, tip: str
    ) -> Result:
        """Merge into main what was only offered so far, and take the branch away with it."""
        result = self._result("merged", "main")
        if visit.preview:
            return result
        commit = plan.merge_commit or plan.template_commit
        ours = {branch: tip} if tip and tip == earlier.pushed_commit else {}
        foreign = (KeptBranch(branch, WITH_WORK),) if tip and not ours else ()
        before = OpenBranches(ours, foreign)
        result = self._push(visit, plan, (f"{commit}:{MAIN}",), before, result)
        return self._record(visit, result, commit)

    def _record(
        self, visit: Visit, result: Result, pushed_commit: str, outcome: Outcome | None = None
    ) -> Result:
        """Open a pull request where that is asked for, and write into the journal what was done.

        ``outcome`` is what the branch holds, where that is not how the delivery stands by now.
        """
        student, edition = visit.student, self.edition
        if self.handout.config.mode == "pr" and result.outcome in {"offered", "conflict"}:
            title, text = change_text(result)
            url = self.addresses.url(student)
            address = self.addresses.remote.open_change(url, result.branch, title, text)
            result = replace(result, change_url=address)
        delivery = Delivery(
            student.student_id,
            edition,
            outcome or result.outcome,
            visit.head,
            pushed_commit,
            result.change_url,
        )
        self.journal.deliver(delivery)
        return result

    def _interrupted_delivery(self, visit: Visit) -> tuple[str, Delivery] | None:
        """Recognise a branch that a run pushed and did not write down; nothing is opened twice."""
        for name, tip in sorted(visit.refs.items()):
            branch = name.removeprefix("refs/heads/")
            if branch != self.branch and not branch.startswith(f"mlstarter/update-{self.version}"):
                continue
            newest = template_commit_of(visit.project, tip, self.handout)
            if newest is not None:
                outcome = "conflict" if newest == tip else "offered"
                identifier = visit.student.student_id
                # Where somebody has gone on from there, no later update may take it away.
                pushed_commit = tip if is_own_commit(visit.project, tip, newest) else ""
                return branch, Delivery(
                    identifier, self.edition, outcome, visit.head, pushed_commit
                )
            if branch == self.branch:
                raise Foreign(
                    f"{self.addresses.url(visit.student)} has a branch {branch} that holds "
                    "something else.",
                    hint="rename or delete that branch",
                )
        return None
