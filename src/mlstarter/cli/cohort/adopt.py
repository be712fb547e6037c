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
def adopt(**given: Any) -> int:
    """Take a class over without its journal: as a second instructor, or on another machine.

    A repository is found at its address, or by its marker, and goes into the journal where its
    first commit is what cohort.toml and the roster give. Anything else is listed and left alone;
    nothing is pushed. Exit status 3 where a repository is unproved or absent.
    """
    from mlstarter.cohort.adopt import Adopter
    from mlstarter.cohort.proof import Prover
    from mlstarter.cohort.versions import CourseVersions
    from mlstarter.console import print_json

    said, _ = split(given)
    course = said.open()
    with journal_of(said, course) as (journal, addresses):
        adopter = Adopter(Prover(CourseVersions(course.handout)), addresses, journal)
        found = work(course, said, "looking", adopter.adopt)
    results = [(done.student.student_id, done.result) for done in found if done.result is not None]
    if said.as_json:
        rows = [
            {"student_id": student_id, "outcome": r.outcome, "url": r.url,
             "commit": r.commit_id, "reason": r.reason}
            for student_id, r in results
        ]  # fmt: skip
        print_json("cohort adopt", {"students": rows, "failures": failures(found)})
    else:
        summary(found, lambda result: str(result.outcome))
        for student_id, result in results:
            if result.reason:
                echo(f"{student_id}: {escape.line(result.reason)}", err=True)
    open_cases = any(result.outcome in {"unproved", "absent"} for _, result in results)
    return exit_status(found, attention=open_cases)
