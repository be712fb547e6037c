"""Code in a template runs only where somebody said so."""

from __future__ import annotations

from collections.abc import Sequence

from mlstarter import settings
from mlstarter.errors import TemplateError
from mlstarter.sources.template import Template

_SHOWN = 8


class NeedsTrust(TemplateError):
    """A template brings code, and nobody said that it may run."""


def trusts(template: Template, trust: bool) -> bool:
    """Say whether a template brings code and it may run.

    A template without code is never trusted: nothing of it needs to be.
    """
    return bool(template.code) and (trust or settings.trusted(template.source))


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
    if trust or settings.trusted(template.source):
        return True
    shown = list(code[:_SHOWN])
    if len(code) > _SHOWN:
        shown.append(f"and {len(code) - _SHOWN} more")
    raise NeedsTrust(
        f"The template {template.source} would run code on this machine: {'; '.join(shown)}.",
        hint=f"read it in {template.root}, then use --trust, or name the source under trust in "
        f"{settings.path() or 'the file that ' + settings.SETTINGS_VARIABLE + ' names'}",
    )
