"""What ``mlstarter update`` says: each file, each answer, what is open and how to go on."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any

from mlstarter import escape
from mlstarter.console import echo
from mlstarter.errors import ProjectError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mlstarter.update import PreparedUpdate
    from mlstarter.update.merge.changes import Change
    from mlstarter.update.merge.plan import Plan

_COLOURS = {
    "added": "green",
    "deleted": "red",
    "renamed": "cyan",
    "merged": "yellow",
    "conflicting": "red",
}


def as_json(
    update_plan: PreparedUpdate, outcome: str, *, branch: str | None, diff: bool
) -> dict[str, Any]:
    """Return the object that ``--json`` prints."""
    plan = update_plan.plan
    payload: dict[str, Any] = {
        "outcome": outcome,
        "project": str(update_plan.project.folder),
        "source": plan.new.source,
        "from": plan.old.version,
        "to": plan.new.version,
        "base": "rendered" if plan.base_rendered else "history",
        "changes": [change.as_json() for change in plan.changes],
        "conflicts": [{"path": c.path, "kind": c.kind, "reason": c.reason} for c in plan.conflicts],
        "answers": {
            "new": dict(update_plan.new_answers),
            "changed": dict(update_plan.changed_answers),
        },
        "migrations": {"ran": list(update_plan.migrations), "waiting": list(update_plan.waiting)},
        "changelog": update_plan.changelog,
        "commit": plan.merge_commit if outcome in ("merged", "branched") else None,
        "branch": branch if outcome == "branched" else None,
        "fallback_identity": update_plan.by.fallback,
    }
    if diff:
        payload["diff"] = plan.patch()
    return payload


def print_report(update_plan: PreparedUpdate, outcome: str, *, branch: str | None) -> None:
    """Print what happened, or would happen, for people."""
    plan = update_plan.plan
    if outcome == "up to date":
        echo(f"Up to date: version {plan.new.version or 'none'} with the same answers.")
        return
    for line in update_plan.before:
        echo(line)
    echo(_title(plan, outcome, branch))
    for change in plan.changes:
        _print_change(change)
    for title, answers in (
        ("New questions", update_plan.new_answers),
        ("Changed answers", update_plan.changed_answers),
    ):
        if answers:
            echo(f"\n{title}:")
            for name, value in answers.items():
                echo(f"  {escape.line(name)} = {escape.line(value)}")
    for title, commands in (
        ("Migrations that ran in a copy", update_plan.migrations),
        ("Migrations to run when the conflicts are resolved", update_plan.waiting),
    ):
        if commands:
            echo(f"\n{title}:")
            for command in commands:
                echo(f"  {escape.line(command)}")
    if update_plan.changelog and outcome == "preview":
        echo(f"\n{update_plan.changelog}")
    for line in _next(plan, outcome, branch):
        echo(line)
    _print_after(update_plan, outcome)
    echo(_describe(update_plan, outcome), nl=False)
    if update_plan.by.fallback and outcome != "preview":
        from mlstarter.git.identity import IDENTITY_HINT

        echo(
            "hint: git does not know who you are, so the commit names a stand-in. Set it with\n"
            f"      {IDENTITY_HINT}",
            err=True,
        )


def _print_after(update_plan: PreparedUpdate, outcome: str) -> None:
    """Print what the template's author suggests to do afterwards."""
    if update_plan.after and outcome in ("merged", "branched", "conflicts"):
        echo("\nNext:" if outcome == "merged" else "\nAfter the merge:")
        for line in update_plan.after:
            echo(f"  {escape.line(line)}")


def _describe(update_plan: PreparedUpdate, outcome: str) -> str:
    """Return the command that comes next where an update left a table without its description.

    It came just now, or the project described it otherwise before, as those of 0.1.0 did.
    """
    import shlex

    answers_of_record: Mapping[str, Any] = {}
    with suppress(ProjectError):  # a project that is adopted has no record yet
        answers_of_record = update_plan.project.record("HEAD").answers
    answers = {**answers_of_record, **update_plan.new_answers, **update_plan.changed_answers}
    folder = update_plan.project.folder
    own = answers.get("data_source") == "local" and "split_rule" in answers
    if outcome not in ("merged", "conflicts") or not own or (folder / "schema.toml").exists():
        return ""
    path = str(answers.get("data_path", ""))
    place = folder / path if path and not path.startswith("env:") else None
    file = shlex.quote(str(place)) if place is not None and place.is_file() else "FILE"
    return f"\nNext: mlstarter describe {file} {shlex.quote(str(folder))}\n"


def _title(plan: Plan, outcome: str, branch: str | None) -> str:
    what = plan.message.splitlines()[0]
    if outcome == "merged":
        return f"{what}: commit {(plan.merge_commit or '')[:10]}."
    if outcome == "branched":
        return f"{what}: on branch {branch}, commit {(plan.merge_commit or '')[:10]}."
    if outcome == "preview":
        return f"{what}: nothing was changed. It would do this:"
    if outcome == "not branched":
        return f"{what}: there are conflicts, so no branch was made and nothing was touched."
    return f"{what}: there are conflicts."


def _print_change(change: Change) -> None:
    name = f"{change.old_path} -> {change.path}" if change.old_path else change.path
    reason = f": {change.reason}" if change.reason else ""
    head = f"  {change.kind:11}"
    echo(f" {escape.line(name + reason)}", head=head, colour=_COLOURS.get(change.kind))


def _next(plan: Plan, outcome: str, branch: str | None) -> list[str]:
    if outcome == "conflicts":
        return [
            "",
            "Resolve the files marked conflicting, then:",
            "  git add FILE...      and  git merge --continue",
            "or leave everything as it was before: git merge --abort",
        ]
    if outcome == "not branched":
        return ["", "Run it without --branch to resolve them."]
    if outcome == "branched":
        return ["", f"git merge {branch}"]
    if outcome == "merged":
        return ["", "git show --stat; `mlstarter update --undo` takes it back"]
    if plan.conflicts:
        return ["", "With conflicts it ends as an ordinary git merge to be resolved."]
    return []
