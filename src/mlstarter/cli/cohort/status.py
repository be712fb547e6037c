"""``mlstarter cohort status``: how everybody stands."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from mlstarter import escape
from mlstarter.cli import shared_options
from mlstarter.cli.cohort.common import (
    common,
    exit_status,
    failures,
    journal_of,
    print_differences,
    split,
    work,
)
from mlstarter.console import echo
from mlstarter.errors import UsageError

if TYPE_CHECKING:
    from mlstarter.cohort.course import Course
    from mlstarter.cohort.jobs import JobResult
    from mlstarter.cohort.status import Standing


@click.command()
@common
@click.option(
    "--html", type=shared_options.NEW_FILE, metavar="FILE", help="Write a board as one page."
)
@click.option(
    "--csv", type=shared_options.NEW_FILE, metavar="FILE", help="Write the same for a spreadsheet."
)
@click.option("--names", is_flag=True, help="Show names beside the ids in both files.")
@click.option(
    "--fail-on",
    metavar="[behind]",
    help="Exit status 3 where somebody is behind or has moved away.",
)
def status(**values: Any) -> int:
    """Show template versions, last commits, CI, results, and who has not started."""
    from mlstarter import sources
    from mlstarter.cohort.status import Observer

    base, own = split(values)
    if own["fail_on"] not in {None, "behind"}:
        raise UsageError(f'There is no --fail-on "{own["fail_on"]}".', hint="--fail-on behind")
    course = base.open()
    # Where no version is named the course has the newest: its server is not asked twice.
    template = course.handout.template
    if course.config.ref is not None:
        template = sources.resolve(course.config.template, None)
    newest = template.version
    with journal_of(base, course) as (journal, addresses):
        observer = Observer(addresses, journal, newest, course.handout.template.source)
        outcomes = work(course, base, "asking", observer.look)
        print_differences(base, course, journal, is_new=False)
    standings = [each.result for each in outcomes if each.result is not None]
    _write(own, course, [*standings, *_unreached_students(outcomes)])
    _print(base.as_json, newest, standings, failures(outcomes))
    behind = bool(own["fail_on"]) and any(s.behind or s.has_moved for s in standings)
    return exit_status(outcomes, attention=behind)


def _unreached_students(outcomes: list[JobResult[Standing]]) -> list[Standing]:
    """Return those whose server could not be asked: a board without them would be a wrong one."""
    from mlstarter.cohort.status import Standing

    students = [each.student for each in outcomes if each.result is None]
    return [Standing(s.student_id, s.section, s.team, state="unreached") for s in students]


def _write(own: dict[str, Any], course: Course, standings: list[Standing]) -> None:
    """Write the files that were asked for; without ``names`` nothing in them says who it is."""
    from mlstarter.cohort.pseudonyms import without_naming_links
    from mlstarter.files import replace_file

    standings = sorted(standings, key=lambda standing: standing.student_id)
    students = {student.student_id: student for student in course.students}
    names = {key: student.name for key, student in students.items()} if own["names"] else {}
    if not own["names"]:
        standings = [without_naming_links(s, students[s.student_id]) for s in standings]
    if own["html"] is not None:
        from datetime import datetime

        from mlstarter.cohort.board import board

        page = board(course.config.course_run, standings, names, datetime.now().astimezone())
        replace_file(own["html"], page)
    if own["csv"] is not None:
        from mlstarter.cohort.standings_csv import standings_csv

        replace_file(own["csv"], standings_csv(standings, names))


def _print(
    as_json: bool, newest: str | None, standings: list[Standing], failure_rows: list[dict[str, str]]
) -> None:
    from mlstarter.cohort.moments import local_minute
    from mlstarter.cohort.states import states_of
    from mlstarter.console import print_json, print_table

    if as_json:
        students = [standing.as_dict() for standing in standings]
        payload = {"newest": newest, "students": students, "failures": failure_rows}
        print_json("cohort status", payload)
        return
    columns = ("student", "state", "template", "commits", "last commit", "CI", "result")
    rows: list[tuple[object, ...]] = []
    for standing in standings:
        state = states_of(standing)[0]
        if standing.conflict:
            state = f"{state}, conflict"
        elif standing.pending is not None:
            state = f"{state}, update waits"
        if not standing.active:
            state = f"{state} (dropped out)"
        result = f"{standing.metric} {standing.value:.3f}" if standing.value is not None else ""
        version = f"{standing.version or ''}{' (behind)' if standing.behind else ''}"
        version = "moved away" if standing.has_moved else version
        last = local_minute(standing.last_commit)
        commits = standing.commits if standing.state == "verified" else ""
        rows.append((standing.student_id, state, version, commits, last, standing.ci or "", result))
    print_table(columns, rows)
    for failure in failure_rows:
        echo(f"{failure['student_id']}: {escape.line(failure['error'])}", err=True)
