"""``mlstarter cohort check``: every bad row, and nothing is written."""

from __future__ import annotations

from typing import Any

import click

from mlstarter import escape
from mlstarter.cli.cohort.common import ATTENTION, common, print_notes, split
from mlstarter.console import echo


@click.command()
@common
def check(**given: Any) -> int:
    """Check the roster, the settings and everybody's answers; write nothing.

    Exit status 3 where a row is wrong.
    """
    from mlstarter.cohort.course import open_course
    from mlstarter.console import print_json

    said, _ = split(given)
    course = open_course(said.roster, said.config, said.flags(), only=said.only)
    if said.as_json:
        rows = [{"line": problem.line, "message": problem.message} for problem in course.problems]
        payload = {"ok": not rows, "students": len(course.students), "problems": rows}
        payload["notes"] = list(course.notes)
        print_json("cohort check", payload)
    else:
        print_notes(course)
        for problem in course.problems:
            echo(f"line {problem.line}: {escape.line(problem.message)}")
        count = len(course.problems)
        found = f"{count} problem{'s' * (count != 1)}" if count else "no problem"
        echo(f"{len(course.students)} students, {found}")
    return ATTENTION if course.problems else 0
