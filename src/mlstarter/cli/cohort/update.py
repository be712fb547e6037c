"""``mlstarter cohort update``: a template fix for everybody."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from mlstarter import escape
from mlstarter.cli.cohort.common import (
    Common,
    active_only,
    common,
    exit_status,
    failures,
    journal_of,
    split,
    summary,
    work,
)
from mlstarter.console import echo

if TYPE_CHECKING:
    from mlstarter.cohort.jobs import JobResult
    from mlstarter.cohort.offers import Result


@click.command()
@common
@click.option(
    "--to", metavar="VERSION",
    help="The template version to go to. Default: the newest of the same minor version.",
)  # fmt: skip
@click.option(
    "--mode", metavar="[branch|merge|pr]",
    help="Offer a branch, merge into main, or open a pull request. Default: branch.",
)  # fmt: skip
@click.option("--canary", type=click.IntRange(1), metavar="N", help="Only the next N students.")
@click.option("--max-per-hour", type=click.IntRange(1), metavar="N", help="Push to N an hour.")
@click.option("--dry-run", is_flag=True, help="Say what would happen; push nothing.")
def update(**options: Any) -> int:
    """Merge a newer template into everybody's project, never over their work.

    A clean result is pushed to a branch mlstarter/update-V. For a conflict that branch holds the
    template's commit alone, and the files are named. A project that names another template than
    the course's has moved away and is left alone. Exit status 3 where there is either. A branch of
    an older update that nobody took in is replaced. Without --to a project stays in its minor
    version.
    """
    import functools
    from dataclasses import replace

    from mlstarter.cohort.delivery import Deliverer
    from mlstarter.cohort.rate_limit import Pace
    from mlstarter.cohort.update import Updater

    base, own = split(options)
    course = base.open(ref=own["to"], mode=own["mode"])
    course = active_only(base, course)
    limits = [(own["max_per_hour"], 3600.0)] if own["max_per_hour"] else []
    with journal_of(base, course) as (journal, addresses):
        history = (journal.sent_since, journal.count_sending)
        pace = Pace(limits, *history, announce=_announce_wait, stop=course.stop)
        stays = own["to"] is None and course.config.ref is None
        newest = Deliverer(course.handout, addresses, journal, pace)
        updater = Updater(newest, within_minor=stays)
        if own["canary"]:
            waiting = [s for s in course.students if not updater.is_done(s)]
            course = replace(course, students=waiting[: own["canary"]])
        deliver = functools.partial(updater.update, preview=own["dry_run"])
        outcomes = work(course, base, "updating", deliver)
    _report(base, newest.version, outcomes, dry_run=own["dry_run"])
    results = [each.result for each in outcomes if each.result is not None]
    attention = any(result.outcome in {"conflict", "moved"} for result in results)
    return exit_status(outcomes, attention=attention)


def _announce_wait(moment: float) -> None:
    from datetime import datetime

    clock = datetime.fromtimestamp(moment).astimezone().strftime("%H:%M")
    echo(
        f" --max-per-hour is reached; it goes on at {clock} (cut it off, and the same command goes "
        "on from here)",
        head="note:", err=True,
    )  # fmt: skip


def _report(
    base: Common, version: str, outcomes: list[JobResult[Result]], *, dry_run: bool
) -> None:
    from mlstarter.console import print_json

    results = [(o.student.student_id, o.result) for o in outcomes if o.result is not None]
    if base.as_json:
        rows = [
            {"student_id": student_id, "outcome": r.outcome, "branch": r.branch,
             "files": r.files, "commands": r.commands, "change_url": r.change_url,
             "again": r.again, "reason": r.reason, "version": r.version, "kind": r.kind,
             "replaced_branches": r.replaced_branches,
             "kept_branches": [branch.name for branch in r.kept_branches], "waiting": r.waiting}
            for student_id, r in results
        ]  # fmt: skip
        payload = {"dry_run": dry_run, "version": version, "students": rows}
        print_json("cohort update", {**payload, "failures": failures(outcomes)})
        return
    summary(outcomes, lambda result: str(result.outcome))
    for student_id, result in results:
        if result.outcome == "conflict":
            names = ", ".join(escape.line(path) for path in result.files)
            what = " with the course's own files" if result.kind == "layers" else ""
            echo(f"{student_id}: conflict{what} in {names}")
            for command in result.commands:
                echo(f"  {command}")
        if result.outcome == "moved":
            echo(f"{student_id}: moved away and left alone: {escape.line(result.reason)}")
        elif result.reason:
            echo(f"{student_id}: {escape.line(result.reason)}")
        for branch in result.kept_branches:
            echo(f"{student_id}: {escape.line(branch.name)} was left: {branch.reason}")
    for newer in sorted({result.waiting for _, result in results} - {""}):
        name = escape.line(newer)
        echo(f" {name} is another minor version; go there with --to {name}", head="note:", err=True)
