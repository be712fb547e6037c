"""``mlstarter cohort clone``: everybody's repository here."""

from __future__ import annotations

from pathlib import Path
from typing import Any

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


@click.command()
@common
@click.option(
    "--into", type=click.Path(file_okay=False, path_type=Path), default=Path("clones"),
    metavar="DIR", help="Where to; the folder clones.",
)  # fmt: skip
@click.option("--at", metavar="DATE|TAG", help="As it stood at the end of a day, or at a tag.")
def clone(**given: Any) -> int:
    """Clone everybody's repository, or bring the clones up; one with changes is left alone."""
    from mlstarter.cohort.clone import Cloner
    from mlstarter.console import print_json

    said, own = split(given)
    course = said.open()
    with journal_of(said, course) as (journal, addresses):
        cloner = Cloner(addresses, journal, own["into"].absolute(), own["at"])
        found = work(course, said, "cloning", cloner.clone)
    if said.as_json:
        rows = [
            {"student_id": d.student.student_id, "outcome": d.result.outcome,
             "path": str(d.result.path), "commit": d.result.commit}
            for d in found if d.result is not None
        ]  # fmt: skip
        print_json("cohort clone", {"students": rows, "failures": failures(found)})
    else:
        summary(found, lambda cloned: str(cloned.outcome))
    return exit_status(found)
