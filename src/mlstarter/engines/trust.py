"""Code in a template runs, and its texts read from the machine, only where somebody said so."""

from __future__ import annotations

from collections.abc import Sequence

from mlstarter import settings
from mlstarter.errors import NeedsTrust
from mlstarter.sources.template import Template

_SHOWN = 8


def trusts(template: Template, trust: bool) -> bool:
    """Say whether a template brings code and it may run.

    A template without code is never trusted: nothing of it needs to be.
    """
    return bool(template.code) and (trust or settings.trusts(template.source))


def require_trust(template: Template, trust: bool, more: Sequence[str] = ()) -> bool:
    """Return ``trusts``; raise where code would have to run and may not.

    ``more`` is code that runs on this occasion alone (migrations), described as in
    ``Template.code``.

    Raises:
        NeedsTrust: it brings code and is not trusted; the message lists what would run.
    """
    code = (*template.code, *more)
    if not code:
        return False
    if trust or settings.trusts(template.source):
        return True
    shown = list(code[:_SHOWN])
    if len(code) > _SHOWN:
        shown.append(f"and {len(code) - _SHOWN} more")
    raise NeedsTrust(
        f"The template {template.source} would {_doing(template, more)}: {'; '.join(shown)}.",
        hint=f"read it in {template.root}, then use --trust, or name the source under trust in "
        f"{settings.path() or 'the file that ' + settings.SETTINGS_VARIABLE + ' names'}",
    )


def _doing(template: Template, more: Sequence[str]) -> str:
    """Say what a template would do with the machine; it does one of the two at least."""
    runs = len(template.code) > len(template.reads) or more
    if not template.reads:
        return "run code on this machine"
    return "run code on this machine and read from it" if runs else "read from this machine"
