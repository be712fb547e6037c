"""Update: a template fix for a whole class, merged for each student, never over their work.

A clean result goes to the branch ``mlstarter/update-V`` (or into main, where that is asked for and
a fast-forward). With a conflict that branch holds the template's commit alone, ready for the
student's own ``git merge``. No push is forced and no work of a student's deleted; an older branch
of ours that nobody took in goes when a newer one comes, see ``offers``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from mlstarter import engines, sources
from mlstarter.cohort.create import Foreign
from mlstarter.cohort.delivery import Deliverer, Visit
from mlstarter.cohort.offers import Result
from mlstarter.cohort.private_clone import MAIN, at_hand, belongs_to
from mlstarter.cohort.roster import Student
from mlstarter.cohort.server_answers import BranchMoved, RemoteFailed, no_main
from mlstarter.engines import Record
from mlstarter.errors import ProjectError
from mlstarter.git.merge_base import template_commits
from mlstarter.project import USUAL_RECORD, Project
from mlstarter.sources import is_same_source
from mlstarter.update.preparation import questionnaire_of
from mlstarter.versions import parse_version

# How often a merge is done again because the student pushed meanwhile.
TRIES = 5


@dataclass(frozen=True)
class Updater:
    """Updates the repositories of one course to the version that ``newest`` delivers.

    With ``within_minor`` a project stays in its own minor version: one at 1.0.3 goes to the newest
    1.0, although there is a 1.1.
    """

    newest: Deliverer
    within_minor: bool = False
    _by_version: dict[str, Deliverer] = field(default_factory=dict, repr=False, compare=False)

    def is_done(self, student: Student) -> bool:
        """Say whether an earlier run delivered this version and these layers."""
        if self.newest.journal.delivery(student.student_id, self.newest.edition) is not None:
            return True
        if not self.within_minor:
            return False
        deliveries = self.newest.journal.deliveries(student.student_id)
        return any(each.version in self._newest_of_each_minor for each in deliveries)

    @cached_property
    def _newest_of_each_minor(self) -> frozenset[str]:
        return frozenset({v.release[:2]: str(v) for v in self._releases}.values())

    @cached_property
    def _releases(self) -> list[Any]:
        """The released versions up to the newest, that one last; no pre-releases."""
        template = self.newest.handout.template
        last = parse_version(template.version)
        versions = sources.versions(template.source)
        return [v for v in versions if (last is None or v <= last) and not v.is_prerelease]

    def update(self, student: Student, *, preview: bool = False) -> Result:
        """Deliver the update to one student; with ``preview`` only say what it would be.

        Raises RemoteFailed and its kinds, ProjectError and TemplateError; nothing was pushed then.
        """
        if (before := self.newest.settlement(student)) is not None:
            return before
        addresses = self.newest.addresses
        for _ in range(TRIES):
            location = addresses.locate(student)
            url, refs = location.entry.url, dict(location.refs)
            _refuse_refs(url, refs, self.newest.branch)
            with at_hand(url, refs, addresses.remote.transport) as project:
                self._refuse_foreign(student, url, project, refs[MAIN])
                record = _record(url, project, refs[MAIN])
                deliverer = self._deliverer(record)
                try:
                    result = deliverer.deliver(Visit(student, project, refs, record, preview))
                except BranchMoved:
                    continue
            waiting = self.newest.version if deliverer is not self.newest else ""
            return replace(result, waiting=waiting)
        raise RemoteFailed(
            f"{addresses.url(student)} is being pushed to all the time.",
            hint="run the command again later",
        )

    def _deliverer(self, record: Record) -> Deliverer:
        """Return who updates a project: to the newest version, or the newest of its minor one."""
        template = self.newest.handout.template
        here, there = parse_version(record.version), parse_version(template.version)
        if not self.within_minor or here is None or there is None or here > there:
            return self.newest
        if not is_same_source(record.source, template.source):
            return self.newest
        near = [str(v) for v in self._releases if v.release[:2] == here.release[:2]]
        if not near or here.release[:2] == there.release[:2]:
            return self.newest
        if near[-1] not in self._by_version:
            older = engines.with_trust(sources.resolve(template.source, near[-1]))
            questions = questionnaire_of(older)
            handout = replace(self.newest.handout, template=older, questionnaire=questions)
            self._by_version[near[-1]] = replace(self.newest, handout=handout)
        return self._by_version[near[-1]]

    def _refuse_foreign(self, student: Student, url: str, project: Project, head: str) -> None:
        owner = belongs_to(project, head)
        if owner != (self.newest.handout.config.course_run, student.student_id):
            whose = "of somebody else" if owner else "without the marker of this course"
            raise Foreign(
                f"{url} is a repository {whose}; nothing was pushed to it.",
                hint="compare its .mlstarter.toml with the roster",
            )


def _record(url: str, project: Project, head: str) -> Record:
    """Return the record of a student's project; raises RemoteFailed, with what brings it back."""
    try:
        return project.record(head)
    except ProjectError as error:
        commits = template_commits(project.repository.git, head)
        commit = next((each.commit[:12] for each in commits if not each.trailers.layer), "COMMIT")
        raise RemoteFailed(
            f"{url} does not say which template it was made from: its {USUAL_RECORD} is gone or "
            "was changed.",
            hint=f"the student brings it back: git checkout {commit} -- {USUAL_RECORD}, then "
            "commits and pushes",
        ) from error


def _refuse_refs(url: str, refs: Mapping[str, str], branch: str) -> None:
    """Raise RemoteFailed for a repository whose branches leave no room for an update."""
    if MAIN not in refs:
        raise no_main(url, refs)
    if "refs/heads/mlstarter" in refs:
        raise RemoteFailed(
            f"{url} has a branch called mlstarter, which leaves no room for {branch}.",
            hint="the student renames it on the server: git push origin "
            "refs/remotes/origin/mlstarter:refs/heads/NAME :refs/heads/mlstarter",
        )
