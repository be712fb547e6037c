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
            typed = self._line(f"Number [{preset}]: ", can_go_back=can_go_back)
            if isinstance(typed, Back):
                return typed
            choice = _numbered(typed or str(preset), choices)
            if choice is not None and not choice.refused:
                return choice.value
            echo(choice.refused if choice else f"Type a number from 1 to {len(choices)}.")

    def several(
        self, message: str, choices: Sequence[Choice], default: Sequence[Any], *, can_go_back: bool
    ) -> list[Any] | Back:
        """Return the values of the choices whose numbers were typed."""
        preset = " ".join(str(n) for n, c in enumerate(choices, 1) if c.value in default)
        self._list(message, choices, can_go_back=can_go_back)
        while True:
            typed = self._line(f"Numbers [{preset}]: ", can_go_back=can_go_back)
            if isinstance(typed, Back):
                return typed
            parts = (typed or preset).replace(",", " ").split()
            ticked = [_numbered(part, choices) for part in parts]
            if all(choice is not None and not choice.refused for choice in ticked):
                return [choice.value for choice in ticked if choice is not None]
            echo(f"Type numbers from 1 to {len(choices)}, with spaces between them.")

    def confirm(self, message: str, default: bool, *, can_go_back: bool) -> bool | Back:
        """Return yes or no."""
        preset = "yes" if default else "no"
        while True:
            typed = self._line(f"{message} [{preset}]: ", can_go_back=can_go_back)
            if isinstance(typed, Back):
                return typed
            word = (typed or preset).lower()
            if word in TRUE | FALSE:
                return word in TRUE
            echo("Type yes or no.")

    def text(
        self,
        message: str,
        default: str,
        check: Check,
        *,
        offered: str = "",
        placeholder: str = "",
        secret: bool = False,
        multiline: bool = False,  # noqa: ARG002 - a plain terminal has only lines
        can_go_back: bool = True,
    ) -> str | Back:
        """Return a line for which there is no complaint; an empty one takes the default."""
        default = default or offered
        example = f" (such as {placeholder})" if placeholder and not default else ""
        shown = "" if secret or not default else f" [{default}]"
        while True:
            line = f"{message}{example}{shown}: "
            typed = self._line(line, can_go_back=can_go_back, secret=secret)
            if isinstance(typed, Back):
                return typed
            complaint = check(typed or default)
            if complaint is None:
                return typed or default
            echo(complaint)

    def _list(self, message: str, choices: Sequence[Choice], *, can_go_back: bool) -> None:
        echo(message + (f" ({BACK_KEY} goes back)" if can_go_back else ""))
        for number, choice in enumerate(choices, 1):
            note = f" ({choice.refused})" if choice.refused else ""
            echo(f"  {number}. {choice.title}{note}")

    def _line(self, message: str, *, can_go_back: bool, secret: bool = False) -> str | Back:
        message = escape.line(message)
        typed = (getpass.getpass(message) if secret else input(message)).strip()
        return BACK if typed == BACK_KEY and can_go_back else typed


def _numbered(typed: str, choices: Sequence[Choice]) -> Choice | None:
    if typed.isdigit() and 1 <= int(typed) <= len(choices):
        return choices[int(typed) - 1]
    return next((choice for choice in choices if typed == str(choice.value)), None)
