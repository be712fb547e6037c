"""On a terminal: what was read is shown, what cannot be known is asked, a change is followed."""

from __future__ import annotations

import json
import random
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from mlstarter import sources
from mlstarter.cli import answering
from mlstarter.cli.new import NewOptions
from mlstarter.data.errors import OpenQuestion, Option
from mlstarter.questions.model import Choice


class Script:
    """A terminal that takes its answers from a list: (a part of the question, the answer)."""

    keys = ""

    def __init__(self, *answers: tuple[str, Any]) -> None:
        self.answers: Iterator[tuple[str, Any]] = iter(answers)
        self.output: list[str] = []

    def show(self, text: str) -> None:
        self.output.append(text)

    def _answer(self, message: str) -> Any:
        part, answer = next(self.answers)
        assert part in message, (part, message)
        return answer

    def select(
        self, message: str, choices: Sequence[Choice], default: Any, *, can_go_back: bool
    ) -> Any:
        answer = self._answer(message)
        assert answer in [choice.value for choice in choices]
        return answer

    def several(self, *_: Any, **__: Any) -> list[Any]:
        raise AssertionError

    def confirm(self, message: str, default: bool, *, can_go_back: bool) -> bool:
        return bool(self._answer(message))

    def text(self, message: str, default: str, check: Callable[[Any], str | None], **_: Any) -> str:
        answer = self._answer(message)
        assert check(answer) is None
        return str(answer)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    chance = random.Random(2)
    rows = [
        f"1,{chance.randint(100, 900)};{chance.choice('ab')};{chance.choice('xy')};{chance.choice('pqr')}"
        for _ in range(120)
    ]
    (path := tmp_path / "trade.csv").write_text("price;kind;side;grade\n" + "\n".join(rows) + "\n")
    return path


def _answer(
    template: Path, terminal: Script, monkeypatch: pytest.MonkeyPatch, **options: Any
) -> Any:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(template / "config"))
    monkeypatch.setattr("mlstarter.questions.terminal.is_interactive", lambda: True)
    monkeypatch.setattr("mlstarter.questions.terminal.open_terminal", lambda: terminal)
    plain: dict[str, Any] = dict.fromkeys(NewOptions.__slots__) | {
        "data": (), "layer": (), "yes": False, "as_json": False, "trust": False, "copy": True,
    }  # fmt: skip
    return answering.answer(NewOptions(**plain | options), sources.resolve(str(template)))


def test_what_cannot_be_known_is_asked_and_nothing_else(
    template: Path, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    terminal = Script(
        ("which number is it", ","),
        ("Which column is to be predicted", "side"),
        ("counts as yes", "y"),
        ("project_name", "trade"),
        ("Enter to create", ""),
    )
    answer_set = _answer(template, terminal, monkeypatch, data_file=str(file))
    assert answer_set.answers["positive_class"] == "y"
    assert answer_set.answers["data_decimal"] == ","
    assert answer_set.own.looked_at.settings.decimal == ","
    output = "\n".join(terminal.output)
    assert "trade.csv: 120 rows, 4 columns" in output
    assert "as stated" in output
    assert json.dumps(answer_set.as_object())


def test_the_prompt_offers_data_of_ones_own(
    template: Path, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    terminal = Script(
        ("Start from", "own"),
        ("Where is it", str(file)),
        ("which number is it", "."),
        ("Which column is to be predicted", "price"),
        ("project_name", "trade"),
        ("Enter to create", ""),
    )
    answer_set = _answer(template, terminal, monkeypatch)
    assert answer_set.answers["task"] == "regression"
    assert answer_set.answers["data_path"] == "data/raw/trade.csv"
    assert answer_set.own.proposal.schema.target.kind == "number"


def test_a_target_that_is_changed_in_the_review_is_described_anew(
    template: Path, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Changing(Script):
        def text(
            self, message: str, default: str, check: Callable[[Any], str | None], **_: Any
        ) -> str:
            if "Enter to create" in message and not getattr(self, "has_changed", False):
                self.has_changed = True
                rows = [line.split() for line in self.output[-1].splitlines() if line.strip()]
                return next(line[0] for line in rows if line[1:2] == ["target"])
            return super().text(message, default, check)

    terminal = Changing(
        ("which number is it", ","),
        ("Which column is to be predicted", "side"),
        ("counts as yes", "y"),
        ("project_name", "trade"),
        ("target", "grade"),
        ("Enter to create", ""),
    )
    answer_set = _answer(template, terminal, monkeypatch, data_file=str(file))
    assert (answer_set.answers["target"], answer_set.answers["task"]) == ("grade", "multiclass")
    assert answer_set.own.proposal.schema.target.name == "grade"
    assert "side" in [column.name for column in answer_set.own.proposal.schema.features]


@pytest.mark.skipif(sys.platform == "win32", reason="asks sh")
def test_a_flag_to_copy_runs_nothing_that_a_column_is_called(tmp_path: Path) -> None:
    name = "$(touch x)`touch y`"
    question = OpenQuestion("target", "Which?", "Which?", [Option(name, "")])
    command = str(question.hint).removeprefix("add ")
    process = subprocess.run(
        ["sh", "-c", f"printf '%s|' {command}"], cwd=tmp_path, capture_output=True, check=True
    )
    assert process.stdout.decode() == f"--data|target={name}|"
    assert not list(tmp_path.iterdir())
