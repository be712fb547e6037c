"""Code in a template runs, and its texts read from the machine, only where somebody said so.

That is decided once, by ``with_trust``, and travels with the template.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING

from mlstarter import settings
from mlstarter.errors import NeedsTrust

if TYPE_CHECKING:
    from mlstarter.engines.protocol import Engine
    from mlstarter.sources.template import Template

# Of a longer list the rest is counted: nobody reads more in a terminal.
_MOST_LISTED = 8


def with_trust(template: Template, flag: bool = False) -> Template:
    """Return a template with what its user decided: by ``flag`` or by the settings."""
    from mlstarter.engines import of

    if template.is_trusted:
        return template
    engine = of(template)
    # The settings are for code; a text that hides what it reads needs the user's own word.
    if flag or ((engine.code or engine.has_migrations) and settings.trusts(template.source)):
        return replace(template, is_trusted=True)
    return template


def runs_code(engine: Engine) -> bool:
    """Say whether a template brings code, or reads from the machine, and may."""
    return engine.template.is_trusted and bool(engine.code)


def require_trust(engine: Engine, migrations: Iterable[str] = ()) -> None:
    """Refuse a template that would have to run code, and may not.

    ``migrations`` are commands that run on this occasion alone.

    Raises:
        NeedsTrust: it is not trusted; the message lists what would run.
    """
    template = engine.template
    more = [f"migration {command}" for command in migrations]
    code = (*engine.code, *more)
    if not code or template.is_trusted:
        return
    lines = list(code[:_MOST_LISTED])
    if len(code) > _MOST_LISTED:
        lines.append(f"and {len(code) - _MOST_LISTED} more")
    runs = len(engine.code) > len(engine.reads) or bool(more)
    raise NeedsTrust(
        f"The template {template.source} would {_act(engine, runs=runs)}: {'; '.join(lines)}.",
        hint=f"read it in {template.root}, then use --trust, or name the source under trust in "
        f"{settings.path() or 'the file that ' + settings.SETTINGS_VARIABLE + ' names'}",
    )


def _act(engine: Engine, *, runs: bool) -> str:
    """Say what a template would do with the machine; it does one of the two at least."""
    if not engine.reads:
        return "run code on this machine"
    return "run code on this machine and read from it" if runs else "read from this machine"
