"""A terminal that plays a script: prompts are tested in milliseconds, without a pty."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from mlstarter.questions.model import Choice
from mlstarter.questions.terminal import BACK, Back, Check

ENTER = object()
"""Take what the prompt offers."""
CTRL_C = KeyboardInterrupt()
CTRL_D = EOFError()


class ScriptedTerminal:
    """Answers prompts from a script of (part of the message, answer).

    An answer is a value, ``ENTER``, ``BACK``, an exception to raise, or (for a text) a list: what
    is typed one after the other until there is no complaint.
    """

    keys = "the keys"

    def __init__(self, *script: tuple[str, Any]) -> None:
        self.script = list(script)
        self.lines: list[str] = []
        self.complaints: list[str] = []
        self.messages: list[str] = []
        self.offers: list[str] = []

    @property
    def screen(self) -> str:
        """Everything that was shown between the prompts."""
        return "\n".join(self.lines)

    def show(self, text: str) -> None:
        self.lines.append(text)

    def select(
        self, message: str, choices: Sequence[Choice], default: Any, *, can_go_back: bool
    ) -> Any:
        answer = self._next(message, can_go_back=can_go_back)
        if answer is ENTER:
            values = [choice.value for choice in choices if not choice.refusal]
            return default if default in values else values[0]
        if answer is BACK:
            return answer
        titles = [choice.title for choice in choices]
        assert answer in titles, f"{answer} is none of {titles}"
        choice = choices[titles.index(answer)]
        assert not choice.refusal, choice.refusal
        return choice.value

    def several(
        self, message: str, choices: Sequence[Choice], default: Sequence[Any], *, can_go_back: bool
    ) -> list[Any] | Back:
        answer = self._next(message, can_go_back=can_go_back)
        if answer is ENTER:
            return [choice.value for choice in choices if choice.value in default]
        if isinstance(answer, Back):
            return answer
        return [choice.value for choice in choices if choice.title in answer]

    def confirm(self, message: str, default: bool, *, can_go_back: bool) -> bool | Back:
        answer = self._next(message, can_go_back=can_go_back)
        if answer is ENTER:
            return default
        return answer if isinstance(answer, Back) else bool(answer)

    def text(
        self,
        message: str,
        default: str,
        check: Check,
        *,
        suggestion: str = "",
        placeholder: str = "",  # noqa: ARG002 - how a prompt looks is for the ptys
        secret: bool = False,  # noqa: ARG002
        multiline: bool = False,  # noqa: ARG002
        can_go_back: bool = True,
    ) -> str | Back:
        answer = self._next(message, can_go_back=can_go_back)
        self.offers.append(default or suggestion)
        if isinstance(answer, Back):
            return answer
        for entry in answer if isinstance(answer, list) else [answer]:
            text = (default or suggestion) if entry is ENTER else str(entry)
            complaint = check(text)
            if complaint is None:
                return text
            self.complaints.append(complaint)
        raise AssertionError(f"{message}: {self.complaints[-1]}")

    def _next(self, message: str, *, can_go_back: bool) -> Any:
        self.messages.append(message)
        assert self.script, f"nothing in the script answers {message!r}"
        part, answer = self.script.pop(0)
        assert part in message, f"{part!r} was to be asked, not {message!r}"
        if isinstance(answer, BaseException):
            raise answer
        assert answer is not BACK or can_go_back, f"no way back from {message!r}"
        return answer
