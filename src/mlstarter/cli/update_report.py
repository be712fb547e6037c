"""What ``mlstarter update`` says: each file, each answer, what is open and how to go on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mlstarter import escape
from mlstarter.console import echo

if TYPE_CHECKING:
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
    prepared: PreparedUpdate, outcome: str, *, branch: str | None, diff: bool
) -> dict[str, Any]:
    """Return the object that ``--json`` prints."""
    plan = prepared.plan
    payload: dict[str, Any] = {
        "outcome": outcome,
        "project": str(prepared.project.folder),
        "source": plan.new.source,
        "from": plan.old.version,
        "to": plan.new.version,
        "base": "rendered" if plan.base_rendered else "history",
        "changes": [change.as_json() for change in plan.changes],
        "conflicts": [{"path": c.path, "kind": c.kind, "reason": c.reason} for c in plan.conflicts],
        "answers": {
            "new": dict(prepared.new_answers),
            "changed": dict(prepared.changed_answers),
        },
        "migrations": {"ran": list(prepared.migrations), "waiting": list(prepared.waiting)},
        "changelog": prepared.changelog,
        "commit": plan.merge_commit if outcome in ("merged", "branched") else None,
        "branch": branch if outcome == "branched" else None,
        "fallback_identity": prepared.by.fallback,
    }
    if diff:
        payload["diff"] = plan.patch()
    return payload


def print_report(prepared: PreparedUpdate, outcome: str, *, branch: str | None) -> None:
    """Print what happened, or would happen, for people."""
    plan = prepared.plan
    if outcome == "up to date":
        echo(f"Up to date: version {plan.new.version or 'none'} with the same answers.")
        return
    for line in prepared.before:
        echo(line)
    echo(_title(plan, outcome, branch))
    for change in plan.changes:
        _print_change(change)
    for title, answers in (
        ("New questions", prepared.new_answers),
        ("Changed answers", prepared.changed_answers),
    ):
        if answers:
            echo(f"\n{title}:")
            for name, value in answers.items():
                echo(f"  {escape.line(name)} = {escape.line(value)}")
    for title, commands in (
        ("Migrations that ran in a copy", prepared.migrations),
        ("Migrations to run when the conflicts are resolved", prepared.waiting),
    ):
        if commands:
            echo(f"\n{title}:")
            for command in commands:
                echo(f"  {escape.line(command)}")
    if prepared.changelog and outcome == "preview":
        echo(f"\n{prepared.changelog}")
    for line in _next(plan, outcome, branch):
        echo(line)
    _print_after(prepared, outcome)
    echo(_describe(prepared, outcome), nl=False)
    if prepared.by.fallback and outcome != "preview":
        from mlstarter.git.identity import IDENTITY_HINT

        echo(
            "hint: git does not know who you are, so the commit names a stand-in. Set it with\n"
            f"      {IDENTITY_HINT}",
            err=True,
        )


def _print_after(prepared: PreparedUpdate, outcome: str) -> None:
    """Print what the template's author suggests to do afterwards."""
    if prepared.after and outcome in ("merged", "branched", "conflicts"):
        echo("\nNext:" if outcome == "merged" else "\nAfter the merge:")
        for line in prepared.after:
            echo(f"  {escape.line(line)}")


def _describe(prepared: PreparedUpdate, outcome: str) -> str:
    """Return the command that comes next where an update brought a table of the user's own."""
    import shlex

    answers = {**prepared.new_answers, **prepared.changed_answers}
    folder = prepared.project.folder
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
