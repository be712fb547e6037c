"""``mlstarter cohort``: projects for a whole class."""

from __future__ import annotations

import click

from mlstarter.cli.lazy import LazyGroup

VERBS = {
    "check": ("mlstarter.cli.cohort.check", "check", "Find every bad row of a roster."),
    "create": ("mlstarter.cli.cohort.create", "create", "Make everybody's repository."),
    "adopt": ("mlstarter.cli.cohort.adopt", "adopt", "Take a class over without its journal."),
    "update": ("mlstarter.cli.cohort.update", "update", "Bring a template fix to everybody."),
    "status": ("mlstarter.cli.cohort.status", "status", "See how everybody stands."),
    "clone": ("mlstarter.cli.cohort.clone", "clone", "Clone everybody's repository."),
    "gallery": ("mlstarter.cli.cohort.gallery", "gallery", "Write a page for demo day."),
    "handout-text": (
        "mlstarter.cli.cohort.handout_text",
        "handout_text",
        "Print the page that students get.",
    ),
    "export": ("mlstarter.cli.cohort.export", "export", "Write what other engines need."),
}


@click.group("cohort", cls=LazyGroup, table=VERBS)
def cohort() -> None:
    """A repository for every student of a class, on any git server, kept up to date."""
