"""What no update can start from, and what it would run into."""

from __future__ import annotations

from mlstarter.errors import ProjectError, UsageError
from mlstarter.project import Project
from mlstarter.update.apply.journal import require_uninterrupted
from mlstarter.update.apply.preconditions import check_branch_name, check_files
from mlstarter.update.merge.plan import Plan
from mlstarter.update.request import UpdateRequest


def refuse_state(project: Project, request: UpdateRequest) -> None:
    """Refuse what no update can start from, before anything costs time."""
    repository = project.repository
    require_uninterrupted(repository)
    if request.source is not None and not request.adopt:
        raise UsageError("--template goes with --adopt.", hint="mlstarter update --help")
    if request.commit is not None:
        return
    if request.branch is not None:
        check_branch_name(repository, request.branch)
        return
    top = repository.work_tree
    repository.require_idle()
    if repository.branch() is None:
        raise ProjectError(
            f"No branch is checked out in {top} (HEAD is detached).",
            hint="`git switch BRANCH` first, or put the result on a branch with --branch NAME",
        )
    repository.require_clean(project.prefix)


def refuse_obstacles(result: Plan, request: UpdateRequest) -> None:
    """Refuse a plan that would overwrite a file; the plan is closed then."""
    if request.branch is None and request.commit is None and not result.up_to_date:
        try:
            check_files(result.repository, result.files)
        except BaseException:
            result.close()
            raise
