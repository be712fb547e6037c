"""``mlstarter cohort status``: how everybody stands."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from mlstarter.cli import options
from mlstarter.cli.cohort.common import ATTENTION, FAILED, common, failures, split, work
from mlstarter.errors import UsageError

if TYPE_CHECKING:
    from mlstarter.cohort.status import Standing


@click.command()
@common
@click.option("--html", type=options.FILE, metavar="FILE", help="Write a board as one page.")
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
        found = work(course, said, "asking", Observer(course.remote, journal, newest).look)
    standings = [done.result for done in found if done.result is not None]
    if own["html"] is not None:
        names = {s.student_id: s.name or s.student_id for s in course.students}
        page = board(course.config.course_run, standings, names if own["names"] else {})
        own["html"].write_text(page, encoding="utf-8")
    _print(said.as_json, newest, standings, failures(found))
    if any(done.error for done in found):
        return FAILED
    return ATTENTION if own["fail_on"] and any(s.behind for s in standings) else 0


def _print(
    as_json: bool, newest: str | None, standings: list[Standing], failed: list[dict[str, str]]
) -> None:
    from mlstarter.console import print_json, table, to_stdout

    if as_json:
        rows = [standing.as_dict() for standing in standings]
        print_json("cohort status", {"newest": newest, "students": rows, "failures": failed})
        return
    shown = table("student", "state", "template", "commits", "last commit", "CI", "result")
    for standing in standings:
        state = standing.state
        if state == "verified":
            state = "started" if standing.started else "not started"
        result = f"{standing.metric} {standing.value:.3f}" if standing.value is not None else ""
        version = f"{standing.version or ''}{' (behind)' if standing.behind else ''}"
        last = (standing.last_commit or "")[:16].replace("T", " ")
        shown.add_row(
            standing.student_id, state, version, str(standing.commits), last,
            standing.ci or "", result,
        )  # fmt: skip
    to_stdout().print(shown)
    for failure in failed:
        click.echo(f"{failure['student_id']}: {failure['error']}", err=True)
