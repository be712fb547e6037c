"""``mlstarter cohort status``: how everybody stands."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from mlstarter import escape
from mlstarter.cli import shared_options
from mlstarter.cli.cohort.common import common, exit_status, failures, split, work
from mlstarter.console import echo
from mlstarter.errors import UsageError

if TYPE_CHECKING:
    from mlstarter.cohort.status import Standing


@click.command()
@common
@click.option("--html", type=shared_options.FILE, metavar="FILE", help="Write a board as one page.")
@click.option("--names", is_flag=True, help="Show names on the board; without it, ids alone.")
@click.option("--fail-on", metavar="[behind]", help="Exit status 3 where somebody is behind.")
def status(**given: Any) -> int:
    """Show template versions, last commits, CI, results, and who has not started."""
    from mlstarter import sources
    from mlstarter.cohort.board import board
    from mlstarter.cohort.journal import opened
    from mlstarter.cohort.status import Observer

    said, own = split(given)
    if own["fail_on"] not in {None, "behind"}:
        raise UsageError(f'There is no --fail-on "{own["fail_on"]}".', hint="--fail-on behind")
    course = said.open()
    newest = sources.resolve(course.config.template, None).version
    with opened(said.journal, course.config.course_run) as journal:
        observer = Observer(course.remote, journal, newest, course.handout.template.source)
        found = work(course, said, "asking", observer.look)
    standings = [done.result for done in found if done.result is not None]
    if own["html"] is not None:
        names = {s.student_id: s.name or s.student_id for s in course.students}
        page = board(course.config.course_run, standings, names if own["names"] else {})
        own["html"].write_text(page, encoding="utf-8")
    _print(said.as_json, newest, standings, failures(found))
    behind = bool(own["fail_on"]) and any(s.behind or s.moved for s in standings)
    return exit_status(found, attention=behind)


def _print(
    as_json: bool, newest: str | None, standings: list[Standing], failed: list[dict[str, str]]
) -> None:
    from mlstarter.console import print_json, print_table

    if as_json:
        students = [standing.as_dict() for standing in standings]
        print_json("cohort status", {"newest": newest, "students": students, "failures": failed})
        return
    columns = ("student", "state", "template", "commits", "last commit", "CI", "result")
    rows: list[tuple[object, ...]] = []
    for standing in standings:
        state = standing.state
        if state == "verified":
            state = "started" if standing.started else "not started"
        result = f"{standing.metric} {standing.value:.3f}" if standing.value is not None else ""
        version = f"{standing.version or ''}{' (behind)' if standing.behind else ''}"
        version = "moved away" if standing.moved else version
        last = (standing.last_commit or "")[:16].replace("T", " ")
        rows.append(
            (standing.student_id, state, version, standing.commits, last, standing.ci or "", result)
        )
    print_table(columns, rows)
    for failure in failed:
        echo(f"{failure['student_id']}: {escape.line(failure['error'])}", err=True)
