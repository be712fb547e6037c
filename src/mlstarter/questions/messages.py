"""What a Copier template says before and after it is copied or brought into a project."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from mlstarter.errors import MlstarterError
from mlstarter.questions.interview import Interview
from mlstarter.questions.load import load
from mlstarter.questions.model import Question
from mlstarter.sources.template import Template

Moment = Literal["before_copy", "after_copy", "before_update", "after_update"]


def message(
    template: Template, answers: Mapping[str, Any], moment: Moment, folder: str
) -> tuple[str, ...]:
    """Return the lines of the template's message for a moment, none where it has none.

    They are Copier's own ``_message_before_copy`` and its kind, so that plain Copier shows them
    too. One that cannot be rendered is a line that says so: it must not end what is being done.

    Args:
        template: any template; those of Cookiecutter have no messages.
        answers: the answers so far; Copier, too, has none before it asks.
        moment: when it is shown.
        folder: the project's folder as the user knows it, which a message may name
            (``_copier_conf.dst_path``).
    """
    if template.engine != "copier":
        return ()
    text = template.config.settings.get(f"message_{moment}")
    if not text:
        return ()
    try:
        # Whatever code the template brings was allowed to run before anything was done.
        interview = Interview(load(template, trust=bool(template.code)), answers)
        interview.values.update(answers)
        shared = {"_copier_conf": {"dst_path": folder}}
        shown = str(interview.render(text, Question(f"_message_{moment}"), shared))
    except MlstarterError as error:
        return (f"(the template's message cannot be shown: {error.message.rstrip('.')})",)
    return tuple(line.rstrip() for line in shown.strip().splitlines())
