"""``mlstarter doctor``: what this machine has and lacks, and how to mend it."""

from __future__ import annotations

from pathlib import Path

import click

from mlstarter.cli import shared_options


@click.command()
@shared_options.as_json
def doctor(as_json: bool) -> int:
    """Check git, Python, disk space, a container engine, settings and Kaggle credentials.

    Credentials are looked for and never printed. Exit status 3 where something that every
    project needs is missing, or settings.toml cannot be read.
    """
    from mlstarter.checks.machine import machine
    from mlstarter.cli.findings import report

    return report("doctor", machine(Path.cwd()), as_json=as_json, extra={})
