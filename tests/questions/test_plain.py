"""Prompts without cursor keys: one line at a time, until there is an answer."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from mlstarter.questions.model import Choice
from mlstarter.questions.plain import PlainTerminal
from mlstarter.questions.terminal import BACK

CHOICES = [
    Choice("Tabular", "tabular"),
    Choice("Vision", "cv"),
    Choice("Old", "old", "It is gone."),
]
Type = Callable[..., list[str]]


@pytest.fixture
def typing(monkeypatch: pytest.MonkeyPatch) -> Type:
    """Return what plays lines that are typed, and returns the prompts that asked for them."""

    def play(*lines: str) -> list[str]:
        prompts: list[str] = []
        script = iter(lines)

        def answer(prompt: str) -> str:
            prompts.append(prompt)
            return next(script)

        monkeypatch.setattr("builtins.input", answer)
        monkeypatch.setattr("mlstarter.questions.plain.getpass.getpass", answer)
        return prompts

    return play


@pytest.mark.parametrize(
    ("lines", "value"),
    [
        ([""], "cv"),
        (["1"], "tabular"),
        (["tabular"], "tabular"),
        ([" 2 "], "cv"),
        (["0", "4", "two", "\u00b2", "-1", "1"], "tabular"),
        (["3", "1"], "tabular"),
        (["<"], BACK),
    ],
)
def test_a_choice_is_taken_by_number_or_value(
    typing: Type, capsys: pytest.CaptureFixture[str], lines: list[str], value: object
) -> None:
    prompts = typing(*lines)
    assert PlainTerminal().select("Which?", CHOICES, "cv", can_go_back=True) == value
    assert prompts == ["Number [2]: "] * len(lines)
    out = capsys.readouterr().out
    assert "Which? (< goes back)" in out
    assert "  3. Old (It is gone.)" in out
    assert ("Type a number from 1 to 3." in out) == (len(lines) > 2)


def test_where_nothing_lies_behind_the_sign_for_back_is_an_entry_like_any(
    typing: Type, capsys: pytest.CaptureFixture[str]
) -> None:
    typing("<", "1")
    assert PlainTerminal().select("Which?", CHOICES, "cv", can_go_back=False) == "tabular"
    assert "goes back" not in capsys.readouterr().out


@pytest.mark.parametrize(
    ("lines", "values"),
    [
        ([""], ["cv"]),
        (["1,2"], ["tabular", "cv"]),
        (["1 cv"], ["tabular", "cv"]),
        (["1 3", "9", "2"], ["cv"]),
        (["<"], BACK),
    ],
)
def test_several_are_taken_by_their_numbers(typing: Type, lines: list[str], values: object) -> None:
    prompts = typing(*lines)
    assert PlainTerminal().several("Which?", CHOICES, ["cv"], can_go_back=True) == values
    assert prompts == ["Numbers [2]: "] * len(lines)


@pytest.mark.parametrize(
    ("lines", "default", "value"),
    [
        ([""], True, True),
        ([""], False, False),
        (["No"], True, False),
        (["maybe", "y"], False, True),
        (["<"], True, BACK),
    ],
)
def test_yes_and_no(typing: Type, lines: list[str], default: bool, value: object) -> None:
    prompts = typing(*lines)
    assert PlainTerminal().confirm("Really?", default, can_go_back=True) == value
    assert prompts[0] == f"Really? [{'yes' if default else 'no'}]: "


def is_short(text: str) -> str | None:
    return None if len(text) < 6 else "Use fewer letters."


@pytest.mark.parametrize(
    ("lines", "default", "suggestion", "value"),
    [
        ([""], "churn", "", "churn"),
        ([""], "", "sales", "sales"),
        (["a name that is long", "x"], "churn", "", "x"),
        (["<"], "churn", "", BACK),
    ],
)
def test_a_text_is_asked_for_until_there_is_no_complaint(
    typing: Type,
    capsys: pytest.CaptureFixture[str],
    lines: list[str],
    default: str,
    suggestion: str,
    value: object,
) -> None:
    prompts = typing(*lines)
    answer = PlainTerminal().text("Name", default, is_short, suggestion=suggestion)
    assert answer == value
    assert prompts[0] == f"Name [{default or suggestion}]: "
    assert ("Use fewer letters." in capsys.readouterr().out) == (len(lines) > 1)


def test_a_secret_s_default_is_not_shown_and_an_example_is(typing: Type) -> None:
    prompts = typing("", "")
    terminal = PlainTerminal()
    assert terminal.text("Token", "abc", is_short, secret=True) == "abc"
    assert terminal.text("Name", "", is_short, placeholder="churn") == ""
    assert prompts == ["Token: ", "Name (such as churn): "]


def test_what_a_template_says_moves_no_cursor(
    typing: Type, capsys: pytest.CaptureFixture[str]
) -> None:
    prompts = typing("")
    terminal = PlainTerminal()
    terminal.show("\x1b[2Jhello")
    terminal.text("\x1b[31mName", "x", is_short)
    assert "\x1b" not in prompts[0] + capsys.readouterr().out
