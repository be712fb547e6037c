"""Proof that an open branch is an update that somebody else offered for this course.

A journal knows what it offered itself. Of a second instructor's, or of a lost one, the branches are
all that is left, and anybody who may push could name one like ours. What proves it is what it
brings: the template's commit, whose tree is the render that the course's settings and the roster
give for its version; or, where a student has answered something else since, the render that the
answers in ``main`` give. The branch's own record never counts: it could hold what is nowhere else.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from mlstarter import engines
from mlstarter.cohort.journal import Delivery
from mlstarter.cohort.offers import MAX_BRANCHES, PREFIX, is_merged, is_own_commit
from mlstarter.cohort.private_clone import MAIN
from mlstarter.cohort.proof import Prover, read_commit
from mlstarter.cohort.roster import Student
from mlstarter.errors import MlstarterError
from mlstarter.git.merge_base import TemplateCommit, template_commits
from mlstarter.git.template_commits import Trailers
from mlstarter.layer_records import RECORD, read_marker
from mlstarter.project import Project

_BRANCHES = f"refs/heads/{PREFIX}"


def offered_editions(refs: Mapping[str, str]) -> set[str]:
    """Return the versions, with a mark of changed layers, that branches like ours are named for."""
    return {name.removeprefix(_BRANCHES) for name in refs if name.startswith(_BRANCHES)}


@dataclass(frozen=True)
class OfferProver:
    """Proves which branches of a repository are open offers of the course."""

    prover: Prover

    def offers(
        self, student: Student, project: Project, refs: Mapping[str, str], *names: str
    ) -> list[Delivery]:
        """Return the offers that wait to be merged, as the journal writes them down.

        ``names`` are what the repository's folder may have been called when it was rendered.
        """
        offers = []
        for edition in sorted(offered_editions(refs))[:MAX_BRANCHES]:
            tip = refs[_BRANCHES + edition]
            if is_merged(project, tip, refs[MAIN]):
                continue
            newest = self._proven_commit(student, project, refs[MAIN], tip, edition, names)
            if newest is not None:
                offers.append(_delivery(student, project, refs[MAIN], tip, newest, edition))
        return offers

    def _proven_commit(
        self,
        student: Student,
        project: Project,
        head: str,
        tip: str,
        edition: str,
        names: tuple[str, ...],
    ) -> str | None:
        """Return the last commit of the template's that a branch brings, None without proof."""
        commits = list(_pristine_commits(project, tip))
        if not commits or commits[-1].trailers.layer:
            return None
        newest, render = commits[0], commits[-1].trailers
        version = render.origin.version or ""
        if re.fullmatch(re.escape(version) + r"(-[0-9a-f]{8})?", edition) is None:
            return None
        if any(not read_commit(project, each.commit) for each in commits):
            return None
        marker = read_marker(project.repository.blob(newest.commit, RECORD))
        if marker != self.prover.whose(student):
            return None
        is_render = self.prover.is_render(student, project, render, names)
        if not is_render:
            is_render = self._is_render_of_main(student, project, head, render, names)
        return newest.commit if is_render else None

    def _is_render_of_main(
        self,
        student: Student,
        project: Project,
        head: str,
        render: Trailers,
        names: tuple[str, ...],
    ) -> bool:
        """Say whether a template commit's tree is what an update of ``head`` brings.

        Answers of a student's reach no template that runs code, as in an update.
        """
        handout = self.prover.versions.handout(render.origin.version)
        if handout is None or engines.runs_code(engines.of(handout.template)):
            return False
        try:
            answers = project.record(head).answers
            return self.prover.is_render(student, project, render, names, answers)
        except MlstarterError:
            # A record that cannot be read, or answers that the version does not take.
            return False


def _pristine_commits(project: Project, tip: str) -> Iterator[TemplateCommit]:
    """Yield the newest render's commits that ``tip`` brings, its layers first, the render last."""
    for each in template_commits(project.repository.git, tip):
        yield each
        if not each.trailers.layer:
            return


def _delivery(
    student: Student, project: Project, head: str, tip: str, newest: str, edition: str
) -> Delivery:
    if tip == newest:
        return Delivery(student.student_id, edition, "conflict", head, tip)
    git = project.repository.git
    parent = git.text("rev-parse", f"{tip}^1")
    # Where somebody has gone on from there, no later update may take it away.
    is_ours = is_own_commit(project, tip, newest) and is_merged(project, parent, head)
    return Delivery(student.student_id, edition, "offered", parent, tip if is_ours else "")
