"""One prompt of a questionnaire, and the review of all its answers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from mlstarter.questions.interview import Interview
from mlstarter.questions.model import MISSING, InvalidAnswer, Question
from mlstarter.questions.terminal import BACK, Terminal
from mlstarter.questions.values import as_text


def put(
    question: Question,
    interview: Interview,
    default: Any,
    terminal: Terminal,
    *,
    can_go_back: bool,
    editing: bool = False,
) -> Any:
    """Ask one question and return its answer, which is valid, or BACK.

    ``editing`` an answer given before puts it into the field; a default is only offered there.
    """
    message = interview.help(question)
    choices = interview.choices(question)

    def complaint(answer: Any) -> str | None:
        try:
            interview.check(question, answer)
        except InvalidAnswer as error:
            return error.reason
        return None

    if choices and question.multiselect:
        preset = default if isinstance(default, list) else []
        return terminal.several(message, choices, preset, can_go_back=can_go_back)
    # The question's validator may refuse what its list offers.
    while choices:
        answer = terminal.select(message, choices, default, can_go_back=can_go_back)
        trouble = None if answer is BACK else complaint(answer)
        if trouble is None:
            return answer
        terminal.show(trouble)
    type_name = interview.type_name(question)
    if type_name == "bool":
        start = default is not MISSING and str(default).lower() in {"true", "yes", "1"}
        return terminal.confirm(message, start, can_go_back=can_go_back)
    multiline = interview.multiline(question)
    text = "" if default is MISSING else as_text(default, type_name, multiline=multiline)
    return terminal.text(
        message,
        text if editing or multiline else "",
        complaint,
        suggestion="" if editing or multiline else text,
        placeholder=interview.placeholder(question),
        secret=question.secret,
        multiline=multiline,
        can_go_back=can_go_back,
    )


def review(questions: Sequence[Question], interview: Interview) -> str:
    """Return every answer as a numbered line; secrets as asterisks."""
    width = max((len(question.name) for question in questions), default=0)
    lines = ["", "Your answers"]
    for number, question in enumerate(questions, 1):
        value = as_text(interview.values[question.name], interview.type_name(question))
        text = ("*" * 8 if value else "") if question.secret else value.replace("\n", " / ")
        lines.append(f"  {number:2}  {question.name:{width}}  {text or '(empty)'}")
    return "\n".join([*lines, ""])
