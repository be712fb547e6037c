"""``mlstarter cohort adopt``: take a class over without its journal."""

from __future__ import annotations

from typing import Any

import click

from mlstarter import escape
from mlstarter.cli.cohort.common import (
    common,
    exit_status,
    failures,
    journal_of,
    split,
    summary,
    work,
)
from mlstarter.console import echo


@click.command()
@common
def adopt(**options: Any) -> int:
    """Take a class over without its journal: as a second instructor, or on another machine.

    A repository is found at its address, or by its marker, and goes into the journal where its
    first commit is what cohort.toml and the roster give. Anything else is listed and left alone;
    nothing is pushed. Exit status 3 where a repository is unproved or absent.
    """
    from mlstarter.cohort.adopt import Adopter
    from mlstarter.cohort.proof import Prover
    from mlstarter.cohort.versions import CourseVersions
    from mlstarter.console import print_json

    base, _ = split(options)
    course = base.open()
    with journal_of(base, course) as (journal, addresses):
        adopter = Adopter(Prover(CourseVersions(course.handout)), addresses, journal)
        outcomes = work(course, base, "looking", adopter.adopt)
    results = [
        (each.student.student_id, each.result) for each in outcomes if each.result is not None
    ]
    # Who dropped out may never have had one.
    gone_ids = {student.student_id for student in course.students if not student.active}
    if base.as_json:
        rows = [
            {"student_id": student_id, "outcome": r.outcome, "url": r.url,
             "commit": r.commit_id, "reason": r.reason, "offers": list(r.offers)}
            for student_id, r in results
        ]  # fmt: skip
        print_json("cohort adopt", {"students": rows, "failures": failures(outcomes)})
    else:
        summary(outcomes, lambda result: str(result.outcome))
        for student_id, result in results:
            if result.reason and not (result.outcome == "absent" and student_id in gone_ids):
                echo(f"{student_id}: {escape.line(result.reason)}", err=True)
            for branch in result.offers:
                echo(f"{student_id}: {escape.line(branch)} waits to be merged", err=True)
    open_cases = any(
        result.outcome == "unproved" or (result.outcome == "absent" and student_id not in gone_ids)
        for student_id, result in results
    )
    return exit_status(outcomes, attention=open_cases)
