"""Read the questions of ``copier.yml``."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from typing import Any

import jinja2

from mlstarter.engines.copier.config import CopierConfig
from mlstarter.engines.jinja import environment
from mlstarter.errors import TemplateError
from mlstarter.operating_system import system_name
from mlstarter.questions.model import MISSING, NoDefault, Question, Questionnaire
from mlstarter.questions.values import CASTS

FIELDS = frozenset(Question.__dataclass_fields__) - {"name"}
# Copier's own keys that change how a prompt looks or when it is repeated, not what it means.
IGNORED_FIELDS = frozenset({"qmark", "ask"})


def copier_questionnaire(config: CopierConfig, *, is_trusted: bool) -> Questionnaire:
    """Return the questions of a Copier template, in the order in which they are asked.

    ``is_trusted`` says that the template's own Jinja extensions, which are code, may be imported.

    Raises:
        TemplateError: the questions are not understood.
    """
    foreign = () if is_trusted else config.foreign_extensions
    extensions = tuple(name for name in config.extensions if name not in foreign)
    questions = tuple(
        _question(name, fields, secret=name in config.secrets)
        for name, fields in config.questions.items()
    )
    env = environment(config, extensions, is_trusted=is_trusted)
    return Questionnaire(questions, env, variables=_variables())


def _variables() -> dict[str, Any]:
    """Return what a question of Copier's can read beside the answers."""
    return {
        "UNSET": jinja2.StrictUndefined("UNSET", exc=NoDefault),
        "_copier_conf": {"os": system_name(), "sep": os.sep},
        "_copier_phase": "prompt",
    }


def _question(name: str, raw: Mapping[str, Any], *, secret: bool) -> Question:
    unknown_fields = set(raw) - FIELDS - IGNORED_FIELDS
    if unknown_fields:
        raise TemplateError(
            f'The template\'s question "{name}" has a field that is not known: '
            f"{min(unknown_fields)}.",
            hint="tell its author",
        )
    fields = {key: value for key, value in raw.items() if key in FIELDS}
    fields["secret"] = secret
    fields["type"] = fields.get("type") or _implied_type(fields.get("default", MISSING))
    if not isinstance(fields.get("choices", ()), str | Mapping | Sequence):
        raise TemplateError(
            f'The choices of the template\'s question "{name}" are not a list.',
            hint="tell its author",
        )
    return Question(name, **fields)


def _implied_type(default: Any) -> str:
    name = type(default).__name__
    return name if name in CASTS else "yaml"
