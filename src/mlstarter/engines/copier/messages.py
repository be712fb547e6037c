"""What a Copier template says before and after it is copied or brought into a project."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mlstarter.engines.protocol import Moment
from mlstarter.errors import MlstarterError
from mlstarter.questions.interview import Interview
from mlstarter.questions.model import Question, Questionnaire


def render_message(
    text: str,
    questionnaire: Questionnaire,
    answers: Mapping[str, Any],
    moment: Moment,
    folder: str,
) -> tuple[str, ...]:
    """Return the lines of a ``_message_before_copy`` or its kind.

    ``folder`` is the project's, which a message may name (``_copier_conf.dst_path``).
    """
    interview = Interview(questionnaire, answers)
    interview.values.update(answers)
    conf = {**questionnaire.variables["_copier_conf"], "dst_path": folder}
    question = Question(f"_message_{moment}")
    try:
        shown_text = str(interview.render(text, question, {"_copier_conf": conf}))
    except MlstarterError as error:
        return (f"(the template's message cannot be shown: {error.message.rstrip('.')})",)
    return tuple(line.rstrip() for line in shown_text.strip().splitlines())
