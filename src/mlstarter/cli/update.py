"""``mlstarter update``: preview, merge, put on a branch, undo or recover."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from mlstarter import escape
from mlstarter.cli import shared_options
from mlstarter.console import echo, print_document
from mlstarter.errors import ExitStatus, UsageError

if TYPE_CHECKING:
    from mlstarter.project import Project
    from mlstarter.questions import Answers, Questionnaire
    from mlstarter.update import PreparedUpdate
    from mlstarter.update.merge.plan import Plan


@dataclass(frozen=True, slots=True, kw_only=True)
class UpdateOptions:
    """What was said on the command line."""

    project: Path
    to: str | None
    data: tuple[str, ...]
    dry_run: bool
    diff: bool
    branch: str | None
    check: bool
    undo: bool
    recover: bool
    adopt: bool
    source: str | None
    directory: str | None
    ref: str | None
    layer: tuple[Path, ...]
    allow_downgrade: bool
    trust: bool
    yes: bool
    as_json: bool


@click.command()
@click.argument("project", default=".", type=click.Path(path_type=Path))
@click.option("--to", metavar="VERSION", help="The template version to go to. Default: the newest.")
@shared_options.data
@click.option("--dry-run", is_flag=True, help="Print what would happen to each file; do nothing.")
@click.option("--diff", is_flag=True, help="Print what would happen as a patch; do nothing.")
@click.option("--branch", metavar="NAME", help="Put a clean result on a new branch; touch no file.")
@click.option("--check", is_flag=True, help="Say whether a newer version exists (exit status 3).")
@click.option("--undo", is_flag=True, help="Return to the commit before the last update.")
@click.option("--recover", is_flag=True, help="Put an update right that was interrupted.")
@click.option("--adopt", is_flag=True, help="Record where a project of another tool comes from.")
@shared_options.template_source
@click.option(
    "--layer", multiple=True, metavar="DIR", type=shared_options.FOLDER,
    help="A layer's folder as it is now. Default: the layer as it was. May be repeated.",
)  # fmt: skip
@click.option("--allow-downgrade", is_flag=True, help="Let --to name an older version.")
@shared_options.trust
@click.option("-y", "--yes", is_flag=True, help="Ask nothing; new questions take their defaults.")
@shared_options.as_json
def update(**parameters: object) -> None:
    """Bring a newer template, or other answers, into a project as a git merge.

    Clean: one merge commit. With conflicts: an ordinary merge in progress and exit status 3;
    resolve and commit, or leave it with `git merge --abort`. Nothing is ever overwritten.
    """
    status = run(UpdateOptions(**parameters))  # type: ignore[arg-type]
    if status:
        raise click.exceptions.Exit(status)


def run(options: UpdateOptions) -> int:
    """Do what the command line says; return the exit status."""
    from mlstarter.git.process import require_git
    from mlstarter.project import Project

    alone = [f"--{name}" for name in ("check", "undo", "recover") if getattr(options, name)]
    if len(alone) > 1 or (
        alone and (options.dry_run or options.diff or options.branch or options.adopt)
    ):
        raise UsageError(f"{alone[0]} goes alone.", hint="mlstarter update --help")
    require_git()
    project = Project.open(options.project)
    if options.check:
        return _check(options, project)
    if options.undo:
        return _undo(options, project)
    if options.recover:
        return _recover(options, project)
    return _update(options, project)


def _update(options: UpdateOptions, project: Project) -> int:
    from mlstarter.console import steps
    from mlstarter.questions.answers_file import parse_pairs
    from mlstarter.questions.terminal import is_interactive
    from mlstarter.update import UpdateRequest, prepare, take_defaults

    asks = is_interactive() and not (options.yes or options.as_json)
    request = UpdateRequest(
        to=options.to,
        data=parse_pairs(options.data),
        branch=options.branch,
        ask=_ask if asks else take_defaults,
        allow_downgrade=options.allow_downgrade,
        trust=options.trust,
        adopt=options.adopt,
        source=options.source,
        ref=options.ref,
        directory=options.directory,
        layers=options.layer,
    )
    with steps(quiet=options.as_json or asks) as step:
        step("comparing with the template")
        update_plan = prepare(project, request)
    plan = update_plan.plan
    try:
        preview = options.dry_run or options.diff
        outcome = _outcome(plan, preview=preview, branch=options.branch)
        _apply(plan, outcome, options.branch)
        _report(options, update_plan, outcome)
        return ExitStatus.NEEDS_ATTENTION if plan.conflicts else 0
    finally:
        plan.close()


def _apply(plan: Plan, outcome: str, branch: str | None) -> None:
    """Do what was previewed; a preview alone loads nothing of it."""
    if outcome not in ("branched", "merged", "conflicts"):
        return
    from mlstarter.update.apply.application import apply_plan, create_branch

    if outcome == "branched" and branch:
        create_branch(plan, branch)
    else:
        apply_plan(plan)


def _outcome(plan: Plan, *, preview: bool, branch: str | None) -> str:
    if plan.up_to_date:
        return "up to date"
    if preview:
        return "preview"
    if branch is not None:
        return "not branched" if plan.conflicts else "branched"
    return "conflicts" if plan.conflicts else "merged"


def _ask(
    questionnaire: Questionnaire, answers: Mapping[str, Any], recorded_answers: Mapping[str, Any]
) -> Answers:
    """Ask on the terminal what the project has not answered yet."""
    from mlstarter.questions.recorded_answers import answer_again
    from mlstarter.questions.terminal import open_terminal

    return answer_again(questionnaire, answers, recorded_answers, open_terminal=open_terminal)


def _check(options: UpdateOptions, project: Project) -> int:
    from mlstarter.console import print_json
    from mlstarter.update import version_status

    status = version_status(project)
    if options.as_json:
        payload = {
            "project": str(project.folder),
            "source": status.source,
            "version": status.version,
            "newest": status.newest,
            "behind": status.behind,
        }
        print_json("update", {"outcome": "check", **payload})
    elif status.behind:
        echo(f"Behind: {status.version or 'no version'}, the newest is {status.newest}.")
    else:
        echo(f"Up to date: {status.version or 'no version'}.")
    return ExitStatus.NEEDS_ATTENTION if status.behind else 0


def _undo(options: UpdateOptions, project: Project) -> int:
    from mlstarter.console import print_json
    from mlstarter.update.apply.undo import undo

    undoing = undo(project.repository, project.prefix)
    if options.as_json:
        payload = {"project": str(project.folder), "commit": undoing.commit, "left": undoing.merge}
        print_json("update", {"outcome": "undone", **payload})
    else:
        echo(
            f"Back at {undoing.commit[:10]}, the commit before the update. "
            f"`git merge {undoing.merge[:10]}` brings the update back."
        )
    return 0


def _recover(options: UpdateOptions, project: Project) -> int:
    from mlstarter.console import print_json
    from mlstarter.update.apply.recovery import recover

    recovery = recover(project.repository)
    if options.as_json:
        payload = {
            "project": str(project.folder),
            "recovery": recovery.outcome,
            "kept": list(recovery.edited_files),
            "saved": str(recovery.saved_folder) if recovery.saved_folder else None,
        }
        print_json("update", {"outcome": "recovered", **payload})
        return 0
    echo(
        {
            "nothing": "There was nothing to recover.",
            "undone": "Everything is as it was before the update.",
            "finished": "The update is done.",
            "moved on": "The branch has moved on since, so nothing was touched. The files that the "
            f"update had replaced are in {recovery.saved_folder}.",
        }[recovery.outcome]
    )
    for path in recovery.edited_files:
        echo(f"  kept as you have edited it since: {escape.line(path)}")
    return 0


def _report(options: UpdateOptions, update_plan: PreparedUpdate, outcome: str) -> None:
    from mlstarter.cli.update_report import as_json, print_report
    from mlstarter.console import print_json

    if options.as_json:
        print_json(
            "update", as_json(update_plan, outcome, branch=options.branch, diff=options.diff)
        )
    elif options.diff:
        print_document(update_plan.plan.patch())
    else:
        print_report(update_plan, outcome, branch=options.branch)
