"""What no update can start from, and what it would run into."""

from __future__ import annotations

from mlstarter.errors import ProjectError, UsageError
from mlstarter.project import Project
from mlstarter.update.apply.journal import require_uninterrupted
from mlstarter.update.apply.preconditions import check_branch_name, check_files
from mlstarter.update.merge.plan import Plan
from mlstarter.update.request import Wanted


def refuse_state(project: Project, wanted: Wanted) -> None:
    """Refuse what no update can start from, before anything costs time."""
    repository = project.repository
    require_uninterrupted(repository)
    if wanted.source is not None and not wanted.adopt:
        raise UsageError("--template goes with --adopt.", hint="mlstarter update --help")
    if wanted.commit is not None:
        return
    if wanted.branch is not None:
        check_branch_name(repository, wanted.branch)
        return
    top = repository.work_tree
    repository.require_idle()
    if repository.branch() is None:
        raise ProjectError(
            f"No branch is checked out in {top} (HEAD is detached).",
            hint="`git switch BRANCH` first, or put the result on a branch with --branch NAME",
        )
    repository.require_clean(project.prefix)


def refuse_obstacles(project: Project, made: Plan, wanted: Wanted) -> None:
    """Refuse a plan that would overwrite a file; the plan is closed then."""
    if wanted.branch is None and wanted.commit is None and not made.up_to_date:
        try:
            check_files(project.repository, made.files)
        except BaseException:
            made.close()
            raise
