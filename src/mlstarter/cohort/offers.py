"""Offers: the branches that updates wait on, what is said of them, and which a newer one replaces.

A student has one open branch of ours at most. One that nobody took in and nobody pushed to is
replaced by the next delivery, in the same push and only while it has the commit that the journal
knows (git's ``--force-with-lease``). Whatever else lies there is somebody's work and stays.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

from mlstarter import escape
from mlstarter.cohort.journal import Delivery
from mlstarter.cohort.private_clone import MAIN
from mlstarter.cohort.versions import version_of
from mlstarter.git.identity import NEUTRAL
from mlstarter.git.merge_base import template_commits
from mlstarter.layer_records import RECORD, digest_of
from mlstarter.project import Project
from mlstarter.versions import is_older

if TYPE_CHECKING:
    from mlstarter.cohort.handout import Handout
    from mlstarter.update.merge.plan import Plan

Outcome = Literal["current", "offered", "merged", "conflict", "moved"]
PREFIX = "mlstarter/update-"
_BRANCHES = f"refs/heads/{PREFIX}"
# Branches named like ours that are looked at: a student may make any number of them.
MAX_BRANCHES = 50
# Conflicts in which git gives a file another name, and what it adds to it (see ``merge/planner``).
_OF_TWO_KINDS = frozenset({"file/directory", "directory/file", "distinct types"})
_SET_ASIDE = re.compile(r"~(yours|template-[^/~]+)$")


@dataclass(frozen=True, slots=True)
class Result:
    """What an update brought one student.

    Attributes:
        outcome: "current", "offered" on a branch, "merged", "conflict", or "moved" away from the
            course's template and left alone.
        branch: where it lies; version: the template's version that it brings.
        files: those in conflict.
        commands: they bring the branch in; none for "current" and "merged".
        change_url: the pull request's address, "" without one.
        again: whether an earlier run delivered it.
        reason: why something was left as it is, "" where nothing was.
        kind: whether the template is newer or only the course's own layers have changed.
        replaced_branches: older branches that this one replaced.
        kept_branches: older branches that stay, and why.
        waiting: a newer version that was not taken, being another minor one; "" for none.
    """

    outcome: Outcome
    branch: str
    version: str
    files: tuple[str, ...] = ()
    commands: tuple[str, ...] = ()
    change_url: str = ""
    again: bool = False
    reason: str = ""
    kind: str = "template"
    replaced_branches: tuple[str, ...] = ()
    kept_branches: tuple[KeptBranch, ...] = ()
    waiting: str = ""

    def with_branches(self, before: OpenBranches) -> Result:
        """Return the same, naming the older branches that go and that stay with it."""
        going = tuple(before.replaceable)
        return replace(self, replaced_branches=going, kept_branches=before.foreign)


@dataclass(frozen=True, slots=True)
class KeptBranch:
    """A branch named like ours that an update leaves, and why: a clause."""

    name: str
    reason: str


WITH_WORK = "somebody else pushed to it"
OF_ANOTHER_JOURNAL = (
    "this journal did not send it; where a colleague did, `mlstarter cohort adopt` learns of it"
)
UNDELETABLE = "the server did not let it be deleted"


@dataclass(frozen=True, slots=True)
class OpenBranches:
    """Branches of ours that are not merged: those as the journal knows them (with their tips), and
    those that hold something else."""

    replaceable: Mapping[str, str]
    foreign: tuple[KeptBranch, ...]


def open_branches(
    project: Project, refs: Mapping[str, str], deliveries: Sequence[Delivery], branch: str
) -> OpenBranches:
    """Return the branches that wait to be merged, other than ``branch``.

    ``deliveries`` are all that a student was ever sent.
    """
    delivered_tips = {f"{PREFIX}{each.version}": each.pushed_commit for each in deliveries}
    tips = {name.removeprefix("refs/heads/"): tip for name, tip in refs.items()}
    names = [name for name in tips if name.startswith(PREFIX) and name != branch]
    replaceable: dict[str, str] = {}
    foreign = []
    for other in sorted(names, key=lambda name: (name not in delivered_tips, name))[:MAX_BRANCHES]:
        tip = tips[other]
        if is_merged(project, tip, refs[MAIN]):
            continue
        if delivered_tips.get(other) == tip:
            replaceable[other] = tip
        else:
            is_ours = bool(delivered_tips.get(other))
            foreign.append(KeptBranch(other, WITH_WORK if is_ours else OF_ANOTHER_JOURNAL))
    return OpenBranches(replaceable, tuple(foreign))


def pending_branch(
    project: Project, refs: Mapping[str, str], deliveries: Sequence[Delivery]
) -> str | None:
    """Return the branch of ours that waits to be merged, the one delivered last; None for none."""
    waiting = open_branches(project, refs, deliveries, "")
    branches = [*(each.name for each in waiting.foreign), *waiting.replaceable]
    if not branches:
        return None
    # One that nobody pushed to is newer than any that a student took over.
    return max(branches, key=lambda name: (name in waiting.replaceable, name))


def is_merged(project: Project, tip: str, head: str) -> bool:
    """Say whether a branch's commit is part of main's history."""
    return project.repository.git.call("merge-base", "--is-ancestor", tip, head).status == 0


def is_own_commit(project: Project, tip: str, template_commit: str) -> bool:
    """Say whether ``tip`` is a commit that an update made: the template's, or its merge with main.

    Anything else that holds the template's commit holds somebody's work as well.
    """
    if tip == template_commit:
        return True
    parents, _, committer = project.repository.git.text(
        "log", "-1", "--format=%P%n%cn <%ce>", tip
    ).partition("\n")
    by_us = f"{NEUTRAL.name} <{NEUTRAL.email}>"
    return committer == by_us and parents.split()[1:] == [template_commit]


def absence(branch: str, version: str, refs: Mapping[str, str]) -> str:
    """Say that an offer's branch is not on the server any more, by what became of it."""
    editions = sorted(name.removeprefix(_BRANCHES) for name in refs if name.startswith(_BRANCHES))
    newer = [edition for edition in editions if is_older(version, version_of(edition))]
    if newer:
        return f"{branch} was replaced by {PREFIX}{newer[0]}"
    return (
        f"{branch} is gone from the server, and not merged; --mode merge brings it into main where "
        "nothing is in conflict, and a newer version is offered anew"
    )


def commands(branch: str, *, joins: bool = False) -> tuple[str, ...]:
    """Return what a student runs to bring a branch in.

    ``joins`` is for a history that does not hold the base yet: it is taken in first, without
    changing a file.
    """
    take = ("git fetch origin", f"git merge origin/{branch}")
    if not joins:
        return take
    join = f"git merge -s ours --allow-unrelated-histories origin/{branch}~1"
    return (take[0], join, take[1])


def conflict_files(plan: Plan) -> tuple[str, ...]:
    """Return the files in conflict as a student's own merge has them.

    Where a file and a folder meet, git sets the file aside under a name with the branch in it, and
    that branch is called otherwise there.
    """
    names = (
        _SET_ASIDE.sub("", each.path) if each.kind in _OF_TWO_KINDS else each.path
        for each in plan.conflicts
    )
    return tuple(dict.fromkeys(names))


def change_text(result: Result) -> tuple[str, str]:
    """Return the title and the text of a pull request."""
    if result.kind == "layers":
        title = "Update the course's own files"
        lines = [f"The course's own files have changed; the template stays at {result.version}."]
    else:
        title = f"Update the template to {result.version}"
        lines = [f"The project's template has a new version, {result.version}."]
    if result.files:
        lines += ["", "You and the new version changed the same lines of:"]
        lines += [f"- {escape.markdown_code(path)}" for path in result.files]
    lines += ["", "To bring it in yourself:", "", *(f"    {c}" for c in result.commands)]
    return title, "\n".join(lines) + "\n"


def template_commit_of(project: Project, tip: str, handout: Handout) -> str | None:
    """Return the template commit of the handout's version and layers that ``tip`` brings."""
    newest = next(template_commits(project.repository.git, tip), None)
    if newest is None or newest.trailers.origin != handout.origin:
        return None
    record = (project.repository.blob(newest.commit, RECORD) or b"").decode("utf-8", "replace")
    digests = (digest_of(folder) for folder in handout.config.layer)
    return newest.commit if all(digest in record for digest in digests) else None
