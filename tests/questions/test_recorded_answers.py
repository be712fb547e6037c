"""A project's answers meet the questions of a newer version; none is replaced in silence."""

from __future__ import annotations

import sys
from typing import Any

import pytest

from mlstarter.errors import AnswersError
from mlstarter.questions import Questionnaire
from mlstarter.questions.recorded_answers import answer_again
from tests.questions.conftest import Make
from tests.questions.scripted_terminal import ENTER, ScriptedTerminal

NEW = """\
level: {type: str, help: "Which level?", choices: [basic, full], default: basic}
size: {type: int, help: "How big?", default: 3, validator: "{% if size > 9 %}at most 9{% endif %}"}
title: {type: str, help: "Title?", default: "{{ name | default('x') }}"}
key: {type: str, help: "Key?", secret: true, default: none, validator: "{% if key == 'old' %}changed{% endif %}"}
deep: {type: bool, help: "Deep?", default: false, when: "{{ level == 'full' }}"}
"""  # noqa: E501
PROJECT_ANSWERS = {"level": "full", "size": 5, "name": "moon", "deep": True}


@pytest.fixture
def newer(questionnaire: Make) -> Questionnaire:
    return questionnaire(NEW)


def test_what_is_recorded_stays_and_what_is_new_takes_its_default(newer: Questionnaire) -> None:
    answers = answer_again(newer, {}, PROJECT_ANSWERS)
    assert answers.applicable == {
        "level": "full", "size": 5, "title": "moon", "key": "none", "deep": True,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("answers_before", "sentence"),
    [
        (
            {"level": "huge"},
            'The new version does not take "huge", which the project answers to "level": '
            "Choose basic or full.",
        ),
        (
            {"size": 12},
            'The new version does not take "12", which the project answers to "size": At most 9.',
        ),
        (
            {"size": "many"},
            'The new version does not take "many", which the project answers to "size": '
            "A whole number is needed.",
        ),
        (
            {"key": "old"},
            'The new version does not take its answer, which the project answers to "key": '
            "Changed.",
        ),
    ],
)
def test_a_recorded_answer_that_is_none_any_more_is_a_sentence(
    newer: Questionnaire, answers_before: dict[str, Any], sentence: str
) -> None:
    with pytest.raises(AnswersError) as error:
        answer_again(newer, {}, {**PROJECT_ANSWERS, **answers_before})
    assert error.value.message == sentence
    assert (
        error.value.hint == f"say what it is from now on: --data {next(iter(answers_before))}=VALUE"
    )


def test_an_input_takes_its_place(newer: Questionnaire) -> None:
    answers = answer_again(newer, {"level": "basic"}, {**PROJECT_ANSWERS, "level": "huge"})
    assert answers["level"] == "basic"


def test_one_whose_question_does_not_apply_any_more_is_nobody_s_matter(
    newer: Questionnaire,
) -> None:
    answers_before = {**PROJECT_ANSWERS, "level": "basic", "deep": "no truth value"}
    assert "deep" not in answer_again(newer, {}, answers_before).applicable


def test_a_course_answers_what_a_project_cannot(newer: Questionnaire) -> None:
    course = {"level": "basic", "title": "ours", "size": 1}
    answers = answer_again(newer, {}, {**PROJECT_ANSWERS, "level": "huge"}, otherwise=course)
    assert answers.applicable["level"] == "basic"
    assert answers["title"] == "ours"
    assert answers["size"] == 5
    with pytest.raises(AnswersError, match="huge"):
        answer_again(newer, {}, {**PROJECT_ANSWERS, "level": "huge"}, otherwise={"level": "larger"})


def test_at_a_terminal_it_is_asked_again_and_so_is_what_is_new(newer: Questionnaire) -> None:
    terminal = ScriptedTerminal(
        ("Which level", "full"), ("Title", ENTER), ("Key", "k"),
    )  # fmt: skip
    answers = answer_again(
        newer, {}, {**PROJECT_ANSWERS, "level": "huge"}, open_terminal=lambda: terminal
    )
    assert terminal.script == []
    assert terminal.lines == [
        "The new version asks:",
        'The new version does not take "huge", which the project answers to "level": '
        "Choose basic or full.",
    ]
    assert answers.applicable == {
        "level": "full", "size": 5, "title": "moon", "key": "k", "deep": True,
    }  # fmt: skip


def test_no_terminal_is_opened_where_nothing_is_new(questionnaire: Make) -> None:
    def open_none() -> ScriptedTerminal:
        raise AssertionError("a terminal was opened")

    answers = answer_again(questionnaire("a: 1\n"), {}, {"a": 2}, open_terminal=open_none)
    assert dict(answers) == {"a": 2}


def test_what_nothing_answers_is_missing(questionnaire: Make) -> None:
    with pytest.raises(AnswersError, match="missing: b") as error:
        answer_again(questionnaire("a: 1\nb: {type: str}\n"), {}, {"a": 2})
    assert error.value.hint == "give --data b=VALUE"


@pytest.mark.parametrize(
    ("platform", "name"), [("linux", "linux"), ("darwin", "macos"), ("win32", "windows")]
)
def test_questions_and_files_see_the_same_name_of_the_system(
    platform: str, name: str, questionnaire: Make, tmp_path: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from mlstarter import engines, questions, sources

    monkeypatch.setattr(sys, "platform", platform)
    (tmp_path / "f.jinja").write_text("{{ _copier_conf.os }} {{ system }}")
    questionnaire('system: {type: str, default: "{{ _copier_conf.os }}"}\n')
    template = sources.resolve(str(tmp_path))

    tree = engines.render(template, questions.complete(questions.load(template), {}))

    assert tree["f"].data.decode() == f"{name} {name}"
