"""Prompts for a terminal without cursor movement (``TERM=dumb``): one line at a time."""

from __future__ import annotations

import getpass
from collections.abc import Sequence
from typing import Any

from mlstarter import escape
from mlstarter.console import echo
from mlstarter.questions.model import Choice
from mlstarter.questions.terminal import BACK, Back, Check
from mlstarter.questions.values import FALSE, TRUE

BACK_KEY = "<"


class PlainTerminal:
    """Asks with plain lines; ``<`` goes back, choices are taken by number."""

    keys = f"Enter takes what stands in brackets, {BACK_KEY} goes back, Ctrl-C stops.\n"

    def show(self, text: str) -> None:
        """Print lines between the questions."""
        echo(text)

    def select(
        self, message: str, choices: Sequence[Choice], default: Any, *, can_go_back: bool
    ) -> Any:
        """Return the value of the choice whose number was typed."""
        preset = next((n for n, c in enumerate(choices, 1) if c.value == default), 1)
        self._list(message, choices, can_go_back=can_go_back)
        while True:
            entry = self._line(f"Number [{preset}]: ", can_go_back=can_go_back)
            if isinstance(entry, Back):
                return entry
            choice = _choice_of(entry or str(preset), choices)
            if choice is not None and not choice.refusal:
                return choice.value
            echo(choice.refusal if choice else f"Type a number from 1 to {len(choices)}.")

    def several(
        self, message: str, choices: Sequence[Choice], default: Sequence[Any], *, can_go_back: bool
    ) -> list[Any] | Back:
        """Return the values of the choices whose numbers were typed."""
        preset = " ".join(str(n) for n, c in enumerate(choices, 1) if c.value in default)
        self._list(message, choices, can_go_back=can_go_back)
        while True:
            entry = self._line(f"Numbers [{preset}]: ", can_go_back=can_go_back)
            if isinstance(entry, Back):
                return entry
            parts = (entry or preset).replace(",", " ").split()
            numbers = [_choice_of(part, choices) for part in parts]
            if all(choice is not None and not choice.refusal for choice in numbers):
                return [choice.value for choice in numbers if choice is not None]
            echo(f"Type numbers from 1 to {len(choices)}, with spaces between them.")

    def confirm(self, message: str, default: bool, *, can_go_back: bool) -> bool | Back:
        """Return yes or no."""
        preset = "yes" if default else "no"
        while True:
            entry = self._line(f"{message} [{preset}]: ", can_go_back=can_go_back)
            if isinstance(entry, Back):
                return entry
            word = (entry or preset).lower()
            if word in TRUE | FALSE:
                return word in TRUE
            echo("Type yes or no.")

    def text(
        self,
        message: str,
        default: str,
        check: Check,
        *,
        suggestion: str = "",
        placeholder: str = "",
        secret: bool = False,
        multiline: bool = False,  # noqa: ARG002 - a plain terminal has only lines
        can_go_back: bool = True,
    ) -> str | Back:
        """Return a line for which there is no complaint; an empty one takes the default."""
        default = default or suggestion
        example = f" (such as {placeholder})" if placeholder and not default else ""
        default_text = "" if secret or not default else f" [{default}]"
        while True:
            line = f"{message}{example}{default_text}: "
            entry = self._line(line, can_go_back=can_go_back, secret=secret)
            if isinstance(entry, Back):
                return entry
            complaint = check(entry or default)
            if complaint is None:
                return entry or default
            echo(complaint)

    def _list(self, message: str, choices: Sequence[Choice], *, can_go_back: bool) -> None:
        echo(message + (f" ({BACK_KEY} goes back)" if can_go_back else ""))
        for number, choice in enumerate(choices, 1):
            note = f" ({choice.refusal})" if choice.refusal else ""
            echo(f"  {number}. {choice.title}{note}")

    def _line(self, message: str, *, can_go_back: bool, secret: bool = False) -> str | Back:
        message = escape.line(message)
        entry = (getpass.getpass(message) if secret else input(message)).strip()
        return BACK if entry == BACK_KEY and can_go_back else entry


def _choice_of(entry: str, choices: Sequence[Choice]) -> Choice | None:
    if entry.isdecimal() and 1 <= int(entry) <= len(choices):
        return choices[int(entry) - 1]
    return next((choice for choice in choices if entry == str(choice.value)), None)
