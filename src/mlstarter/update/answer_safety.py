"""A project's answers on their way to code of a template that the settings trust.

Tasks and hooks put answers into commands. Who trusts a source for good trusts its author, not
whoever wrote the project: a cloned project may name that source, and answer with a command.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from mlstarter import questions
from mlstarter.engines import Record
from mlstarter.engines.machine_reads import strings_in
from mlstarter.errors import NeedsTrust
from mlstarter.escape import shorten
from mlstarter.sources import Template

# An option, what begins or redirects a command of a shell, or a call of Python behind a quote. A
# quote or a bracket alone is in many a name.
_MORE_THAN_TEXT = re.compile(r"^-|[\x00-\x1f\x7f`$;|&<>]|^[^\"']*[\"'].*\(")


def require_plain_answers(template: Template, record: Record) -> None:
    """Refuse a recorded answer that could be a command; the template's own words may be any.

    Raises:
        NeedsTrust: there is one.
    """
    odd = {
        name: text
        for name, value in record.answers.items()
        for text in strings_in(value)
        if _MORE_THAN_TEXT.search(text)
    }
    if not odd:
        return
    own = _own_texts(template)
    for name, text in odd.items():
        if text not in own.get(name, ()):
            raise NeedsTrust(
                f'{record.path} answers "{name}" with {shorten(repr(text))}, which code of the '
                "template may run as a command.",
                hint="read it; where you wrote it, or it is harmless, use --trust",
            )


def _own_texts(template: Template) -> Mapping[str, frozenset[Any]]:
    """Return, for each question, the texts that its default and choices hold."""
    return {
        question.name: frozenset(strings_in([question.default, question.choices]))
        for question in questions.load(template).questions
    }
