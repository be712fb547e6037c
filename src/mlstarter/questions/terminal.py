"""The prompts themselves: what a terminal can be asked to show.

Every prompt returns BACK when the user wants the question before. It raises KeyboardInterrupt on
Ctrl-C and EOFError on Ctrl-D: an interruption is never taken for an answer.
"""

from __future__ import annotations

import os
import shutil
import sys
import textwrap
from collections.abc import Callable, Sequence
from enum import Enum
from typing import TYPE_CHECKING, Any, Final, Protocol

from mlstarter.console import echo
from mlstarter.operating_system import is_posix
from mlstarter.questions.model import Choice

if TYPE_CHECKING:
    import questionary
    from prompt_toolkit.key_binding import KeyBindings, KeyPressEvent
    from prompt_toolkit.layout import Layout

Check = Callable[[Any], str | None]
"""Returns what is wrong with an answer, or None."""


class Back(Enum):
    """What a prompt returns instead of an answer."""

    BACK = "back"


BACK: Final = Back.BACK
"""The user wants to return to the question before."""


class Terminal(Protocol):
    """What asking needs of a terminal. ``can_go_back`` says whether to offer it.

    ``keys`` is the line that tells the user which keys there are.
    """

    keys: str

    def show(self, text: str) -> None:
        """Print lines between the questions."""

    def select(
        self, message: str, choices: Sequence[Choice], default: Any, *, can_go_back: bool
    ) -> Any:
        """Return the value of the choice taken, or BACK."""

    def several(
        self, message: str, choices: Sequence[Choice], default: Sequence[Any], *, can_go_back: bool
    ) -> list[Any] | Back:
        """Return the values of the choices ticked, or BACK."""

    def confirm(self, message: str, default: bool, *, can_go_back: bool) -> bool | Back:
        """Return yes or no, or BACK."""

    def text(
        self,
        message: str,
        default: str,
        check: Check,
        *,
        suggestion: str = "",
        placeholder: str = "",
        secret: bool = False,
        multiline: bool = False,
        can_go_back: bool = True,
    ) -> str | Back:
        """Return a line (or lines) for which ``check`` has no complaint, or BACK.

        ``default`` stands in the field and can be edited; ``suggestion`` is shown beside it and
        taken when nothing is typed.
        """


def open_terminal() -> Terminal:
    """Return the best terminal there is: line by line where cursor movement cannot be had."""
    if os.environ.get("TERM", "dumb" if is_posix() else "") in {"dumb", "unknown"}:
        from mlstarter.questions.plain import PlainTerminal

        return PlainTerminal()
    return FullTerminal()


def is_interactive() -> bool:
    """Say whether there is somebody to ask: input and output are both a terminal."""
    return sys.stdin.isatty() and sys.stdout.isatty()


class FullTerminal:
    """Prompts with cursor keys, by questionary."""

    keys = "Enter takes an answer, Shift-Tab goes back, Ctrl-C stops.\n"

    def __init__(self) -> None:
        import questionary

        self.q = questionary
        plain = bool(os.environ.get("NO_COLOR"))
        self.style = questionary.Style(
            [("bottom-toolbar", "noreverse")]
            if plain
            else [
                ("bottom-toolbar", "noreverse"),
                ("qmark", "fg:ansicyan bold"),
                ("question", "bold"),
                ("answer", "fg:ansigreen"),
                ("pointer", "fg:ansicyan bold"),
                ("highlighted", "fg:ansicyan bold"),
                ("selected", "fg:ansigreen"),
                ("instruction", "fg:ansibrightblack"),
                ("placeholder", "fg:ansibrightblack"),
                ("disabled", "fg:ansibrightblack"),
                ("validation-toolbar", "fg:ansired bg:default"),
            ]
        )

    def show(self, text: str) -> None:
        """Print lines between the questions."""
        echo(text)

    def select(
        self, message: str, choices: Sequence[Choice], default: Any, *, can_go_back: bool
    ) -> Any:
        """Return the value of the choice taken with the arrow keys."""
        entries = [self._entry(choice) for choice in choices]
        start = next((e for e, c in zip(entries, choices, strict=True) if c.value == default), None)
        prompt = self.q.select(
            message,
            entries,
            default=start if start is not None and not start.disabled else None,
            qmark="?",
            pointer="›",  # noqa: RUF001 - an arrow
            instruction=_instruction(can_go_back),
            style=self.style,
        )
        return self._run(prompt, can_go_back=can_go_back)

    def several(
        self, message: str, choices: Sequence[Choice], default: Sequence[Any], *, can_go_back: bool
    ) -> list[Any] | Back:
        """Return the values of the choices ticked with the space bar."""
        entries = [self._entry(choice, is_ticked=choice.value in default) for choice in choices]
        prompt = self.q.checkbox(
            message,
            entries,
            qmark="?",
            pointer="›",  # noqa: RUF001 - an arrow
            instruction="(Space ticks, Enter goes on)",
            style=self.style,
        )
        answer = self._run(prompt, can_go_back=can_go_back)
        return answer if answer is BACK else list(answer)

    def confirm(self, message: str, default: bool, *, can_go_back: bool) -> bool | Back:
        """Return yes or no, by one key."""
        prompt = self.q.confirm(message, default=default, qmark="?", style=self.style)
        answer = self._run(prompt, can_go_back=can_go_back)
        return answer if answer is BACK else bool(answer)

    def text(
        self,
        message: str,
        default: str,
        check: Check,
        *,
        suggestion: str = "",
        placeholder: str = "",
        secret: bool = False,
        multiline: bool = False,
        can_go_back: bool = True,
    ) -> str | Back:
        """Return a line (or lines, ended with Esc and Enter) for which there is no complaint."""
        options: dict[str, Any] = {
            "default": default,
            "qmark": "?",
            "style": self.style,
            "validate": lambda text: check(text) or True,
            "bottom_toolbar": [("class:instruction", _toolbar(can_go_back, multiline=multiline))],
        }
        grey = ("*" * 8 if secret and suggestion else suggestion) or placeholder
        if grey:
            options["placeholder"] = [("class:placeholder", grey)]
        if secret:
            prompt = self.q.password(message, **options)
        else:
            # A space keeps questionary's own words about many lines away.
            options["instruction"] = " " if multiline else None
            prompt = self.q.text(message, multiline=multiline, **options)
        answer = self._run(prompt, can_go_back=can_go_back, suggestion=suggestion)
        return answer if answer is BACK else str(answer)

    def _entry(self, choice: Choice, *, is_ticked: bool = False) -> questionary.Choice:
        return self.q.Choice(
            choice.title,
            checked=is_ticked and not choice.refusal,
            value=_Box(choice.value),
            disabled=choice.refusal or None,
            description=_fold(choice.description) or None,
        )

    def _run(self, prompt: questionary.Question, *, can_go_back: bool, suggestion: str = "") -> Any:
        from prompt_toolkit.key_binding import merge_key_bindings

        application = prompt.application
        bindings = _keys(can_go_back=can_go_back, suggestion=suggestion)
        own = [application.key_bindings] if application.key_bindings is not None else []
        application.key_bindings = merge_key_bindings([*own, bindings])
        _show_complaints_whole(application.layout)
        answer = prompt.unsafe_ask()
        if isinstance(answer, list):
            return [item.value for item in answer]
        return answer.value if isinstance(answer, _Box) else answer


class _Box:
    """A choice's value as an object: questionary takes None and lists for something else."""

    def __init__(self, value: Any) -> None:
        self.value = value


def _instruction(can_go_back: bool) -> str:
    # A space where there is nothing to say: questionary puts its own words in place of "".
    return "(Shift-Tab: back)" if can_go_back else " "


def _toolbar(can_go_back: bool, *, multiline: bool) -> str:
    parts = ["Esc Enter: done"] * multiline + ["Shift-Tab: back"] * can_go_back + ["Ctrl-C: stop"]
    return "  " + "   ".join(parts)


def _fold(text: str) -> str:
    """Return a description in lines that fit beside questionary's own "Description:"."""
    width = max(shutil.get_terminal_size().columns - 18, 20)
    return ("\n" + " " * 15).join(textwrap.wrap(text, width))


def _show_complaints_whole(layout: Layout) -> None:
    """Let the line that says why an answer cannot be taken grow: prompt_toolkit cuts it at one."""
    from prompt_toolkit.filters import to_filter
    from prompt_toolkit.layout.controls import FormattedTextControl
    from prompt_toolkit.layout.dimension import Dimension

    for window in layout.find_all_windows():
        if not isinstance(window.content, FormattedTextControl):
            continue
        if "ValidationToolbar" in getattr(window.content.text, "__qualname__", ""):
            window.height = Dimension(min=1, max=5)
            window.wrap_lines = to_filter(True)
            window.dont_extend_height = to_filter(True)


def _keys(*, can_go_back: bool, suggestion: str) -> KeyBindings:
    from prompt_toolkit.application import get_app
    from prompt_toolkit.filters import Condition
    from prompt_toolkit.key_binding import KeyBindings

    bindings = KeyBindings()
    empty = Condition(lambda: not get_app().current_buffer.text)

    @bindings.add("c-d", filter=empty, eager=True)
    def _end(event: KeyPressEvent) -> None:
        event.app.exit(exception=EOFError(), style="class:aborting")

    @bindings.add("c-c", eager=True)
    def _stop(event: KeyPressEvent) -> None:
        event.app.exit(exception=KeyboardInterrupt(), style="class:aborting")

    if suggestion:

        @bindings.add("enter", filter=empty, eager=True)
        def _take(event: KeyPressEvent) -> None:
            event.current_buffer.text = suggestion
            event.current_buffer.validate_and_handle()

    if can_go_back:

        @bindings.add("s-tab", eager=True)
        def _back(event: KeyPressEvent) -> None:
            event.app.exit(result=BACK, style="class:aborting")

    return bindings
