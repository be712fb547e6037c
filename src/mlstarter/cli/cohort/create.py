"""``mlstarter cohort create``: everybody's repository."""

from __future__ import annotations

from pathlib import Path
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
    print_differences,
    split,
    summary,
    work,
)
from mlstarter.console import echo

if TYPE_CHECKING:
    from mlstarter.cohort.addresses import Addresses
    from mlstarter.cohort.course import Course
    from mlstarter.cohort.create import Creation, Creator
    from mlstarter.cohort.jobs import JobResult
    from mlstarter.cohort.journal import Journal
    from mlstarter.cohort.roster import Student


@click.command()
@common
@click.option("--dry-run", is_flag=True, help="Print which repositories would be made.")
@click.option(
    "--recreate", is_flag=True,
    help="Make repositories that are gone from the server anew, from --clones or the handout.",
)  # fmt: skip
@click.option(
    "--clones", type=click.Path(file_okay=False, path_type=Path), default=Path("clones"),
    metavar="DIR", help="Where `cohort clone` keeps its clones. Default: clones.",
)  # fmt: skip
@click.option(
    "--with-history",
    is_flag=True,
    help="Bring new repositories the updates that the class has had, one after the other.",
)
def create(**options: Any) -> int:
    """Make a repository for every student; run it again to repair what is not proven.

    Whoever joins later gets the version that the class is at. Exit status 3 where a repository is
    gone, or a student has no account yet.
    """
    base, own = split(options)
    course = active_only(base, base.open())
    with journal_of(base, course) as (journal, addresses):
        if own["dry_run"]:
            _print_plan(base, course, journal)
            return 0
        course = _at_class_version(base, course, journal, from_first=own["with_history"])
        creator = _creator(course, journal, addresses, own)
        outcomes = work(course, base, "creating", creator.create)
        print_differences(base, course, journal, is_new=True)
    _report(base, outcomes)
    return exit_status(outcomes)


def _at_class_version(
    base: Common, course: Course, journal: Journal, *, from_first: bool
) -> Course:
    """Return the course at the version that new students get, where none was asked for.

    That is the class's, or, with ``from_first``, the one that the class began with.
    """
    from mlstarter.cohort.versions import class_version

    version = class_version(journal)
    if version is None or course.config.ref is not None:
        return course
    version_for_new = version.first if from_first else version.current
    if version_for_new == course.handout.template.version:
        return course
    return active_only(base, base.open(ref=version_for_new), quiet=True)


def _creator(
    course: Course, journal: Journal, addresses: Addresses, own: dict[str, Any]
) -> Creator:
    from mlstarter.cohort.adopt import Adopter
    from mlstarter.cohort.create import Creator
    from mlstarter.cohort.proof import Prover
    from mlstarter.cohort.versions import CourseVersions

    versions = CourseVersions(course.handout)
    adopter = Adopter(Prover(versions), addresses, journal)
    catch_up = None
    if own["with_history"]:
        updaters = _updaters(course, versions, journal, addresses)

        def catch_up(student: Student) -> None:
            for updater in updaters:
                updater.update(student)

    return Creator(versions, adopter, own["recreate"], own["clones"], catch_up)


def _updaters(course: Course, versions: Any, journal: Journal, addresses: Addresses) -> list[Any]:
    """Return what brings each update that the class has had into main, the oldest first."""
    from dataclasses import replace

    from mlstarter.cohort.delivery import Deliverer
    from mlstarter.cohort.rate_limit import Pace
    from mlstarter.cohort.update import Updater
    from mlstarter.cohort.versions import class_version

    version = class_version(journal)
    updaters = []
    for later in version.later if version else ():
        handout = versions.handout(later)
        if handout is not None:
            handout = replace(handout, config=replace(handout.config, mode="merge"))
            pace = Pace((), stop=course.stop)
            updaters.append(Updater(Deliverer(handout, addresses, journal, pace)))
    return updaters


def _print_plan(base: Common, course: Course, journal: Journal) -> None:
    from mlstarter.cohort.remotes import NoAddress
    from mlstarter.console import print_json

    rows = []
    for student in course.students:
        entry = journal.entry(student.student_id)
        state = entry.state if entry else "new"
        try:
            url = course.remote.url(student) if entry is None else entry.url
        except NoAddress:
            url, state = "", "skipped"
        rows.append({"student_id": student.student_id, "url": url, "state": state})
    if base.as_json:
        print_json("cohort create", {"dry_run": True, "students": rows})
        return
    for row in rows:
        echo(f"{row['student_id']}\t{row['state']}\t{row['url']}")


def _report(base: Common, outcomes: list[JobResult[Creation]]) -> None:
    from mlstarter.console import print_json

    results = [each.result for each in outcomes if each.result is not None]
    if base.as_json:
        rows = [
            {"student_id": each.entry.student_id, "url": each.entry.url,
             "state": each.entry.state, "commit": each.entry.commit_id, "note": each.note}
            for each in results
        ]  # fmt: skip
        payload = {"dry_run": False, "students": rows, "failures": failures(outcomes)}
        print_json("cohort create", payload)
        return
    summary(outcomes, lambda creation: str(creation.entry.state))
    for each in results:
        if each.note:
            echo(f"{each.entry.student_id}: {escape.line(each.note)}", err=True)
