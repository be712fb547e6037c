"""``mlstarter cohort clone``: everybody's repository here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

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

if TYPE_CHECKING:
    from mlstarter.cohort.clone import CloneResult


@click.command()
@common
@click.option(
    "--into", type=click.Path(file_okay=False, path_type=Path), default=Path("clones"),
    metavar="DIR", help="Where to. Default: clones.",
)  # fmt: skip
@click.option("--at", metavar="DATE|TAG|deadline",
              help="As it stood at the end of a day, at a moment or at a tag. With deadline, at "
              "each student's own in the roster.")  # fmt: skip
def clone(**values: Any) -> int:
    """Clone everybody's repository, or bring the clones up; one with changes is left alone."""
    from mlstarter.cohort.clone import Cloner
    from mlstarter.console import print_json

    base, own = split(values)
    course = base.open()
    with journal_of(base, course) as (journal, addresses):
        # Who dropped out may never have had a repository.
        students = [s for s in course.students if s.active or journal.entry(s.student_id)]
        course = replace(course, students=students)
        cloner = Cloner(addresses, journal, own["into"].absolute(), own["at"])
        outcomes = work(course, base, "cloning", cloner.clone)
    if base.as_json:
        rows = [
            {"student_id": d.student.student_id, "outcome": d.result.outcome,
             "path": str(d.result.path), "commit": d.result.commit,
             "deadline": d.result.deadline, "clock": d.result.clock,
             "late": [{"at": late.at, "commit": late.commit} for late in d.result.late]}
            for d in outcomes if d.result is not None
        ]  # fmt: skip
        print_json("cohort clone", {"students": rows, "failures": failures(outcomes)})
    else:
        summary(outcomes, lambda clone_result: str(clone_result.outcome))
        _print_late([d.result for d in outcomes if d.result is not None])
    return exit_status(outcomes)


def _print_late(clones: Sequence[CloneResult]) -> None:
    """Say who pushed after the moment, and whose word the moments are."""
    for clone_result in clones:
        if clone_result.late:
            count, last = len(clone_result.late), clone_result.late[-1]
            what = "push" if clone_result.clock == "server" else "commit"
            echo(
                f"{clone_result.path.name}: {count} {what}{_plural(what, count)} after the "
                f"deadline, the last at {last.at} ({last.commit[:12]})"
            )
    unproved_ids = [each.path.name for each in clones if each.clock == "commits"]
    if unproved_ids:
        names = ", ".join(unproved_ids[:10]) + (" ..." if len(unproved_ids) > 10 else "")
        echo(
            f" the server does not say when {names} pushed; the commits' own dates counted, which "
            "are the student's word",
            head="warning:",
            err=True,
        )


def _plural(noun: str, count: int) -> str:
    if count == 1:
        return ""
    return "es" if noun.endswith("sh") else "s"
