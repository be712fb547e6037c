"""Proof that a repository is what a course handed out to a student, without any journal.

The marker says whose it is, and anybody could write one. What proves it is the first commit: its
tree equals the render that the course's settings and the roster give today. Layers, which may have
changed since, are not compared.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from mlstarter.cohort.journal import Delivery
from mlstarter.cohort.private_clone import belongs_to
from mlstarter.cohort.roster import Student
from mlstarter.cohort.versions import CourseVersions
from mlstarter.data_files import Unusable, load_toml
from mlstarter.errors import NeedsAttention
from mlstarter.git.identity import NEUTRAL
from mlstarter.git.merge_base import Pristine, template_commits
from mlstarter.git.objects import ObjectSet, object_id
from mlstarter.git.pristine_commit import add_pristine_commits
from mlstarter.git.template_commits import Trailers, parse_trailers
from mlstarter.layer_records import MARKER_LAYER, RECORD, read_marker
from mlstarter.project import Project

# What engines/chance.py draws a student's chance from.
_SEED = re.compile(r"[0-9a-f]{1,128}")
_COMMITTER = re.compile(rb"^committer .*> (\d+ [+-]\d{4})$", re.MULTILINE)


class NotProven(NeedsAttention):
    """A repository may be a student's, and nothing proves it; it is left alone."""

    outcome = "unproved"


@dataclass(frozen=True, slots=True)
class Proof:
    """What a repository's history shows: see ``journal.RepositoryEntry``.

    ``layers`` is the digest of the layers that were handed out, as ``Handout.layers_digest``;
    ``offers`` are the updates that wait to be merged there.
    """

    commit_id: str
    stamp: str
    version: str
    layers: str
    offers: tuple[Delivery, ...] = ()


@dataclass(frozen=True)
class Prover:
    """Proves whose a repository is from its own history."""

    versions: CourseVersions

    def prove(self, student: Student, project: Project, head: str, *names: str) -> Proof:
        """Return what the history of ``head`` proves.

        Args:
            student: whose the repository should be.
            project: the repository at hand.
            head: the commit of its main branch.
            names: what the repository's folder may have been called when it was rendered.

        Raises NotProven, with what is not as it was handed out.
        """
        self._check_marker(student, project, head)
        root = self._root(student, project, head)
        trailers, stamp = self._first_commit(student, project, root)
        handout = self.versions.handout(trailers.origin.version)
        if handout is None:
            raise self._not_proven(
                student,
                f"its first commit names version {trailers.origin.version or 'none'}, which the "
                "course's template does not have",
            )
        if not self.is_render(student, project, trailers, names):
            raise self._not_proven(
                student,
                "its first commit is not what cohort.toml and the roster give for this student "
                "(template, answers, address)",
            )
        commit, marker = self._handed_out(student, project, head, root, trailers)
        return Proof(commit, stamp, trailers.origin.version or "", _layers_digest(marker))

    def is_render(
        self,
        student: Student,
        project: Project,
        trailers: Trailers,
        names: tuple[str, ...],
        project_answers: Mapping[str, Any] | None = None,
    ) -> bool:
        """Say whether a template commit's tree is what the course gives a student at its version.

        ``names`` are what the repository's folder may have been called when it was rendered;
        ``project_answers`` those that an update of the project began with, see Handout.render.
        """
        handout = self.versions.handout(trailers.origin.version)
        if handout is None or handout.origin != trailers.origin:
            return False
        seed = trailers.seed if _SEED.fullmatch(trailers.seed) else ""
        renders = (handout.render(student, name, seed, project_answers) for name in names)
        return trailers.tree in (_tree(project, render) for render in renders)

    def _check_marker(self, student: Student, project: Project, head: str) -> None:
        owner = belongs_to(project, head)
        if owner is None:
            raise self._not_proven(student, "it carries no marker of a course (.mlstarter.toml)")
        if owner != self.whose(student):
            raise self._not_proven(student, f"its marker names {owner[1]} of the course {owner[0]}")

    def whose(self, student: Student) -> tuple[str, str]:
        """Return what the marker of a student's repository says: the course and the id."""
        return self.versions.newest.config.course_run, student.student_id

    def _root(self, student: Student, project: Project, head: str) -> str:
        git = project.repository.git
        roots = git.text("rev-list", "--first-parent", "--max-parents=0", head).split()
        if len(roots) != 1:
            raise self._not_proven(student, "its history has no beginning")
        return roots[0]

    def _first_commit(self, student: Student, project: Project, root: str) -> tuple[Trailers, str]:
        data = read_commit(project, root)
        trailers = parse_trailers(data.decode("utf-8", "replace"))
        moment = _COMMITTER.search(data)
        tree = re.match(rb"tree ([0-9a-f]+)\n", data)
        if trailers is None or moment is None or tree is None:
            raise self._not_proven(
                student, "its first commit is not the template's: the history was rewritten"
            )
        if tree[1].decode() != trailers.tree:
            raise self._not_proven(student, "its first commit holds other files than it says")
        return trailers, moment[1].decode()

    def _handed_out(
        self, student: Student, project: Project, head: str, root: str, trailers: Trailers
    ) -> tuple[str, bytes]:
        """Return the last commit that was handed out, which holds the marker, and the marker."""
        children = {
            each.parents[0]: each
            for each in template_commits(project.repository.git, head)
            if len(each.parents) == 1
            and each.trailers.layer
            and each.trailers.origin == trailers.origin
        }
        commit = root
        while commit in children:
            child = children.pop(commit)
            commit = child.commit
            if (child.trailers.layer or "").startswith(f"{MARKER_LAYER} "):
                marker = project.repository.blob(commit, RECORD) or b""
                if read_marker(marker) == self.whose(student):
                    return commit, marker
                break
        raise self._not_proven(student, "the commit that brought its marker is not in its history")

    @staticmethod
    def _not_proven(student: Student, reason: str) -> NotProven:
        return NotProven(
            f"Nothing proves that the repository is {student.student_id}'s: {reason}.",
            hint="look at it by hand; it was left as it is",
        )


def _tree(project: Project, render: Pristine) -> str:
    """Return the id of a render's tree, without its layers, as it is committed."""
    alone = Pristine(render.origin, render.tree)
    git = project.repository.git
    return add_pristine_commits(git, ObjectSet(), alone, NEUTRAL, "0 +0000")[1]


def read_commit(project: Project, commit: str) -> bytes:
    """Return a commit's bytes, b"" where the object is not what its name says.

    In a folder that a student can write to, it need not be.
    """
    data = project.repository.git.call("cat-file", "commit", commit).stdout
    is_true = object_id("commit", data, project.repository.algorithm) == commit
    return data if is_true else b""


def _layers_digest(marker: bytes) -> str:
    """Return the digest of the layers that a marker names, see ``Handout.layers_digest``."""
    try:
        rows = load_toml(marker).get("layers", [])
        digests = [str(row["digest"]) for row in rows]
    except (Unusable, KeyError, TypeError, AttributeError):
        return ""
    return hashlib.sha256("".join(digests).encode()).hexdigest() if digests else ""
