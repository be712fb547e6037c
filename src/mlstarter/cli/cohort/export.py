"""``mlstarter cohort export``: what other engines need."""

from __future__ import annotations

from typing import Any

import click

from mlstarter.cli.cohort.common import common, journal_of, split
from mlstarter.console import print_document
from mlstarter.errors import UsageError
from mlstarter.suggest import hint_for


@click.command()
@common
@click.option("--for", "engine", required=True, metavar="[renovate|multi-gitter|csv]",
              help="Who reads it.")  # fmt: skip
def export(**options: Any) -> None:
    """Print what Renovate or multi-gitter needs to run the fleet, or a CSV of addresses."""
    from mlstarter.cohort.export import ENGINES
    from mlstarter.cohort.export import export as write
    from mlstarter.console import print_json

    base, own = split(options)
    if own["engine"] not in ENGINES:
        raise UsageError(
            f'There is no export for "{own["engine"]}".',
            hint=hint_for(own["engine"], ENGINES, "mlstarter cohort export --help"),
        )
    course = base.open()
    with journal_of(base, course) as (journal, addresses):
        text = write(own["engine"], course.config, addresses, journal, course.students)
    if base.as_json:
        print_json("cohort export", {"for": own["engine"], "text": text})
    else:
        print_document(text)
