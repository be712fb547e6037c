"""``mlstarter cohort handout-text``: the page that students get."""

from __future__ import annotations

from typing import Any

import click

from mlstarter.cli.cohort.common import common, split
from mlstarter.console import print_document


@click.command("handout-text")
@common
@click.option("--deadline", metavar="TEXT", default="", help="When it is due, as it is to be read.")
@click.option("--contact", metavar="TEXT", default="", help="Whom students ask.")
def handout_text(**options: Any) -> None:
    """Print a page for students: where their project is, how they work, what is kept of them.

    It is Markdown: `mlstarter cohort handout-text roster.csv > handout.md`.
    """
    from mlstarter.cohort.config import load_config
    from mlstarter.cohort.handout_text import handout_text as text_for
    from mlstarter.console import print_json

    base, own = split(options)
    beside = base.roster.parent / "cohort.toml"
    config = load_config(base.config or (beside if beside.exists() else None), base.flags())
    text = text_for(config, own["deadline"], own["contact"])
    if base.as_json:
        print_json("cohort handout-text", {"text": text})
    else:
        print_document(text)
