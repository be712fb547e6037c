"""``_copier_conf``, as far as a render in this process can know it."""

from __future__ import annotations

from typing import Any, NoReturn

from mlstarter.engines.jinja_guard import needs_trust
from mlstarter.errors import TemplateError


class CopierConf(dict[str, Any]):
    """An internal variable of Copier's: those entries that do not describe its own call."""

    def __missing__(self, key: str) -> NoReturn:
        raise self._refusal(f"_copier_conf.{key}")

    def __iter__(self) -> NoReturn:
        raise self._refusal("_copier_conf as a whole")

    keys = values = items = __iter__
    __str__ = __repr__ = __iter__

    def _refusal(self, what: str) -> TemplateError:
        # Templates that name it go to Copier (``coverage``); this one hides the name.
        return TemplateError(
            f"A text of the template reads {what}, which only Copier knows.",
            hint=f"its author writes {what} as such, so that Copier itself renders the template",
        )


class GuardedConf(CopierConf):
    """The same for a template that nobody trusts: what describes the call needs trust."""

    def _refusal(self, what: str) -> TemplateError:
        return needs_trust(what)
