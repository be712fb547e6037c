"""``mlstarter cohort check``: every bad row, and nothing is written."""

from __future__ import annotations

from typing import Any

import click

from mlstarter import escape
from mlstarter.cli.cohort.common import ATTENTION, common, print_notes, split
from mlstarter.console import echo


@click.command()
@common
def check(**options: Any) -> int:
    """Check the roster, the settings, everybody's answers and the class's folder; write nothing.

    Exit status 3 where a row is wrong, a student has no account or team yet, or everybody on this
    machine may write into the folder.
    """
    from dataclasses import asdict

    from mlstarter.cohort.course import open_course
    from mlstarter.cohort.permissions import permission_findings
    from mlstarter.console import print_json

    base, _ = split(options)
    course = open_course(base.roster, base.config, base.flags(), only=base.only)
    without_address = course.without_address
    findings = permission_findings(course.urls)
    serious = [finding for finding in findings if finding.is_serious]
    if base.as_json:
        rows = [{"line": problem.line, "message": problem.message} for problem in course.problems]
        payload = {"ok": not rows, "students": len(course.students), "problems": rows}
        payload["skipped"] = [{"line": row.line, "message": row.message} for row in without_address]
        payload["permissions"] = [asdict(finding) for finding in findings]
        payload["notes"] = list(course.notes)
        print_json("cohort check", payload)
    else:
        print_notes(course)
        for problem in (*course.problems, *without_address):
            echo(f"line {problem.line}: {escape.line(problem.message)}")
        for finding in findings:
            echo(f" {escape.line(finding.message)}", head="note:", err=True)
            echo(f"  hint: {escape.line(finding.hint)}", err=True)
        count = len(course.problems)
        total = f"{count} problem{'s' * (count != 1)}" if count else "no problem"
        size = len(course.students)
        echo(f"{size} student{'s' * (size != 1)}, {total}")
    return ATTENTION if course.problems or without_address or serious else 0
