"""Undoing the last update: back to the commit before it, with nothing lost."""

from __future__ import annotations

from dataclasses import dataclass

from mlstarter.errors import ProjectError
from mlstarter.git.merge_base import template_commits
from mlstarter.git.repository import Repository
from mlstarter.update.apply.journal import Move, one_at_a_time, require_uninterrupted
from mlstarter.update.apply.preconditions import check_ready
from mlstarter.update.apply.switch import Switch, carry_out
from mlstarter.update.merge.changes import tree_changes


@dataclass(frozen=True, slots=True)
class Undoing:
    """The commit that the branch returned to, and the merge commit that it left."""

    commit: str
    merge: str


def undo(repository: Repository, prefix: str = "") -> Undoing:
    """Return branch, index and work tree to the commit before the last update.

    Raises:
        ProjectError: there was no update, something was committed since, or the repository is
            in no state to be changed; nothing was touched.
    """
    require_uninterrupted(repository)
    _refuse_open_merge(repository)
    repository.require_idle()
    if repository.branch() is None:
        raise ProjectError("No branch is checked out (HEAD is detached).", hint="git switch BRANCH")
    head = repository.commit("HEAD")
    merge, before = _last_update(repository, head, prefix)
    if merge != head:
        raise ProjectError(
            f"There are commits after the last update ({merge[:10]}), which undoing would drop.",
            hint=f"take its changes back in a commit of their own: git revert -m 1 {merge[:10]}",
        )
    files, _ = tree_changes(repository.git, head, before)
    reflog = f"mlstarter update --undo: back to {before[:10]}"
    move = Move(mode="commit", head=head, target=before, tree=before, reflog=reflog)
    with one_at_a_time(repository):
        check_ready(repository, head, files, prefix)
        carry_out(repository, Switch(move, files))
    return Undoing(before, head)


def _refuse_open_merge(repository: Repository) -> None:
    if (repository.folder / "MERGE_HEAD").exists():
        raise ProjectError(
            "The update is not done: its conflicts wait to be resolved.",
            hint="git merge --abort",
        )


def _last_update(repository: Repository, head: str, prefix: str) -> tuple[str, str]:
    """Return the newest merge of a template commit and its first parent."""
    pristine = {
        entry.commit
        for entry in template_commits(repository.git, head)
        if entry.trailers.folder == prefix
    }
    log = repository.git.text("log", "--first-parent", "--merges", "--format=%H %P", head)
    for line in log.splitlines():
        commit, *parents = line.split()
        if pristine.intersection(parents[1:]):
            return commit, parents[0]
    raise ProjectError("There is no update to undo in this branch.", hint="`git log` shows it")
