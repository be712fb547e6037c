"""``mlstarter cohort create``: everybody's repository."""

from __future__ import annotations

from typing import Any

import click

from mlstarter.cli.cohort.common import common, exit_status, failures, split, summary, work
from mlstarter.console import echo


@click.command()
@common
@click.option("--dry-run", is_flag=True, help="Print which repositories would be made.")
@click.option(
    "--recreate", is_flag=True, help="Make repositories that are gone from the server anew."
)
def create(**given: Any) -> int:
    """Make a repository for every student; run it again to repair what is not proven."""
    from mlstarter.cohort.create import Creator
    from mlstarter.cohort.journal import opened
    from mlstarter.console import print_json

    said, own = split(given)
    course = said.open()
    with opened(said.journal, course.config.course_run) as journal:
        if own["dry_run"]:
            rows = []
            for student in course.students:
                entry = journal.entry(student.student_id)
                rows.append(
                    {
                        "student_id": student.student_id,
                        "url": course.remote.url(student),
                        "state": entry.state if entry else "new",
                    }
                )
            if said.as_json:
                print_json("cohort create", {"dry_run": True, "students": rows})
            else:
                for row in rows:
                    echo(f"{row['student_id']}\t{row['state']}\t{row['url']}")
            return 0
        creator = Creator(course.handout, course.remote, journal, own["recreate"])
        found = work(course, said, "creating", creator.create)
    if said.as_json:
        rows = [
            {"student_id": d.result.student_id, "url": d.result.url, "state": d.result.state,
             "commit": d.result.commit_id}
            for d in found if d.result is not None
        ]  # fmt: skip
        payload = {"dry_run": False, "students": rows, "failures": failures(found)}
        print_json("cohort create", payload)
    else:
        summary(found, lambda entry: str(entry.state))
    return exit_status(found)
