"""``mlstarter cohort gallery``: a page for demo day."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from mlstarter import escape
from mlstarter.cli.cohort.common import (
    active_only,
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
@click.option(
    "--into", type=click.Path(file_okay=False, path_type=Path), required=True, metavar="DIR",
    help="The folder for the page and its pictures.",
)  # fmt: skip
@click.option("--names", is_flag=True, help="Show names; without it, ids alone.")
def gallery(**options: Any) -> int:
    """Write one static page with a card for each project: problem, result, picture and links."""
    from mlstarter.cohort.gallery import GalleryReader, write_gallery
    from mlstarter.console import print_json

    base, own = split(options)
    course = active_only(base, base.open())
    with journal_of(base, course) as (_, addresses):
        reader = GalleryReader(addresses, own["names"])
        each = work(course, base, "reading", reader.card)
    cards = [each.result for each in each if each.result is not None]
    is_written = bool(cards) or not failures(each)
    if is_written:
        write_gallery(course.config.course_run, cards, own["into"])
    if base.as_json:
        rows = [
            {"student_id": card.student_id, "problem": card.problem, "result": card.result,
             "score": card.score, "picture": card.picture is not None,
             "complaint": card.complaint, "links": [link.address for link in card.links]}
            for card in cards
        ]  # fmt: skip
        payload = {"page": str(own["into"] / "index.html") if is_written else None, "cards": rows}
        print_json("cohort gallery", {**payload, "failures": failures(each)})
        return exit_status(each)
    summary(each, lambda card: "with a result" if card.score else "without a result")
    for card in cards:
        if card.complaint:
            echo(f"{card.student_id}: no picture: {escape.line(card.complaint)}", err=True)
    if is_written:
        echo(str(own["into"] / "index.html"))
    else:
        echo(f"{own['into']} was left as it was: no project could be read", err=True)
    return exit_status(each)
