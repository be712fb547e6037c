"""Applying a plan: into the work tree, or onto a branch."""

from __future__ import annotations

from mlstarter.update.apply.journal import Move, one_at_a_time
from mlstarter.update.apply.preconditions import check_branch_name, check_ready
from mlstarter.update.apply.switch import Switch, carry_out
from mlstarter.update.merge.plan import Plan


def apply_plan(plan: Plan) -> None:
    """Bring a plan's result into the work tree: a merge commit, or an in-progress merge.

    Raises:
        ProjectError: the repository is not in the state that the plan was made for, or a file is
            in the way; nothing was changed.
        EnvironmentProblem: the disk is full or a file cannot be written; nothing was changed.
    """
    clean = plan.merge_commit is not None
    move = Move(
        mode="commit" if clean else "conflict",
        head=plan.head,
        target=plan.merge_commit or plan.template_commit,
        tree=plan.tree,
        reflog=plan.reflog,
    )
    switch = Switch(move, plan.files, plan.stages, plan.message)
    with one_at_a_time(plan.repository):
        check_ready(plan.repository, plan.head, switch.files, plan.prefix)
        plan.quarantine.keep()
        carry_out(plan.repository, switch)
    if not clean:
        # As `git merge` ends: where the user has rerere on, it takes the conflicts down, and
        # `git mergetool` asks it for them. Elsewhere it does nothing; its failure harms nothing.
        plan.repository.git.in_work_tree().call("rerere")


def create_branch(plan: Plan, name: str) -> None:
    """Put a clean plan's result on the new branch ``name``; touch nothing else.

    Raises:
        ProjectError: the branch exists, or its name is not one.
    """
    check_branch_name(plan.repository, name)
    if plan.merge_commit is None:
        raise ValueError("only a clean plan can become a branch")
    plan.quarantine.keep()
    none = "0" * len(plan.merge_commit)
    plan.repository.git.run(
        "update-ref", "-m", plan.reflog, f"refs/heads/{name}", plan.merge_commit, none
    )
