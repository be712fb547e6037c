"""``mlstarter check``: is a project fit to be shown?"""

from __future__ import annotations

from pathlib import Path

import click

from mlstarter.cli import shared_options


@click.command()
@click.argument("project", default=".", type=shared_options.FOLDER)
@click.option(
    "--html", type=shared_options.NEW_FILE, metavar="FILE", help="Write the findings as a page too."
)
@shared_options.as_json
def check(project: Path, html: Path | None, as_json: bool) -> int:
    """Check the project in the folder PROJECT (here, where none is named).

    Nothing of it is run. Exit status 3 where a check fails.
    """
    from mlstarter.checks.page import page
    from mlstarter.checks.portfolio import portfolio_checks
    from mlstarter.cli.findings import report
    from mlstarter.files import replace_file

    root = project.resolve()
    findings = portfolio_checks(root)
    if html is not None:
        replace_file(html, page(f"Portfolio check: {root.name}", findings))
    return report("check", findings, as_json=as_json, extra={"project": root.name})
