"""The findings as one HTML page that is readable without a network."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from mlstarter.checks.finding import Finding
from mlstarter.escape import line

TEMPLATE = Path(__file__).with_name("page.html.jinja")


def page(title: str, findings: Sequence[Finding]) -> str:
    """Return the page; every text of the project is escaped."""
    from jinja2 import Environment, StrictUndefined

    environment = Environment(
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    # Before the escaping: what cannot be seen is written out.
    environment.filters["line"] = line
    template = environment.from_string(TEMPLATE.read_text(encoding="utf-8"))
    return template.render(title=line(title), findings=findings)
