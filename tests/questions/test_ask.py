"""The dialogue: what is asked, going back, the review; on a terminal that plays a script."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from mlstarter.errors import AnswersError
from mlstarter.questions import Answers, Questionnaire
from mlstarter.questions.ask import DialogueOutcome, OtherType, StartFromData, Starts, ask
from mlstarter.questions.presets import Preset
from mlstarter.questions.terminal import BACK
from tests.questions.conftest import Make
from tests.questions.scripted_terminal import CTRL_C, CTRL_D, ENTER, ScriptedTerminal

QUESTIONS = """\
project_type: {type: str, help: "What kind?", choices: {Tables: tabular, Pictures: cv}, default: tabular}
project_name:
  type: str
  help: What is it called?
  default: "my-{{ project_type }}"
  validator: "{% if not (project_name | regex_search('^[a-z][a-z0-9-]+$')) %}Use small letters.{% endif %}"
size: {type: int, help: "How big?", default: 3, when: "{{ project_type == 'cv' }}"}
tags: {type: str, help: "Which tags?", multiselect: true, choices: [a, b, c], default: [a]}
deep: {type: bool, help: "Deep?", default: false}
token: {type: str, help: "A token?", secret: true, default: ""}
licence: {type: str, help: "Which licence?", choices: [MIT, none], default: MIT}
"""  # noqa: E501
DIGITS = Preset("digits", "Handwritten digits", "cv", "Small pictures", {"size": 8})
PICTURES: list[tuple[str, Any]] = [
    ("What kind", "Pictures"),
    ("called", "moon"),
    ("How big", "9"),
    ("Which tags", ["b", "c"]),
    ("Deep", True),
    ("A token", "hush-hush"),
    ("licence", ENTER),
    ("Enter to create", ""),
]


@pytest.fixture
def sample(questionnaire: Make) -> Questionnaire:
    return questionnaire(QUESTIONS)


def dialogue(
    questionnaire: Questionnaire,
    *script: tuple[str, Any],
    inputs: Mapping[str, Any] | None = None,
    **options: Any,
) -> tuple[DialogueOutcome, ScriptedTerminal]:
    terminal = ScriptedTerminal(*script)
    outcome = ask(questionnaire, inputs or {}, terminal, **options)
    assert terminal.script == []
    return outcome, terminal


def answers_of(outcome: DialogueOutcome) -> dict[str, Any]:
    assert isinstance(outcome, Answers)
    return outcome.applicable


def test_what_applies_is_asked_in_order_and_nothing_else(sample: Questionnaire) -> None:
    outcome, _ = dialogue(sample, *PICTURES)
    assert answers_of(outcome) == {
        "project_type": "cv", "project_name": "moon", "size": 9, "tags": ["b", "c"], "deep": True,
        "token": "hush-hush", "licence": "MIT",
    }  # fmt: skip
    tables = [("What kind", ENTER), *PICTURES[1:2], *PICTURES[3:]]
    outcome, _ = dialogue(sample, *tables)
    assert "size" not in answers_of(outcome)


def test_inputs_are_not_asked(sample: Questionnaire) -> None:
    inputs = {"project_type": "tabular", "project_name": "sun", "tags": "a", "deep": "no"}
    outcome, terminal = dialogue(sample, *PICTURES[5:], inputs=inputs)
    assert answers_of(outcome)["project_name"] == "sun"
    assert not any("kind" in message for message in terminal.messages)


@pytest.mark.parametrize(
    ("inputs", "sentence"),
    [
        ({"colour": "red"}, 'no question called "colour"'),
        ({"project_type": "tabular", "project_name": "xy", "size": 3}, '"size" does not apply'),
        (
            {"project_type": "cv", "project_name": "xy", "size": 1, "tags": "a", "deep": "perhaps"},
            '"deep" cannot be "perhaps"',
        ),
    ],
)
def test_an_input_that_cannot_be_is_a_sentence(
    sample: Questionnaire, inputs: dict[str, Any], sentence: str
) -> None:
    with pytest.raises(AnswersError, match=sentence):
        ask(sample, inputs, ScriptedTerminal(*PICTURES))


def test_a_wrong_answer_is_explained_and_asked_again(sample: Questionnaire) -> None:
    script = [PICTURES[0], ("called", ["9 lives", "nine-lives"]), *PICTURES[2:]]
    outcome, terminal = dialogue(sample, *script)
    assert answers_of(outcome)["project_name"] == "nine-lives"
    assert terminal.complaints == ["Use small letters."]


def test_going_back_keeps_what_was_typed_and_asks_what_applies_then(sample: Questionnaire) -> None:
    script = [
        *PICTURES[:2],
        ("How big", BACK),
        ("called", BACK),
        ("What kind", "Tables"),
        ("called", ENTER),
        *PICTURES[3:],
    ]
    outcome, terminal = dialogue(sample, *script)
    assert answers_of(outcome)["project_name"] == "moon"
    assert "size" not in answers_of(outcome)
    assert terminal.offers[:3] == ["my-cv", "3", "moon"]


def test_there_is_no_way_back_from_the_first_question(sample: Questionnaire) -> None:
    with pytest.raises(AssertionError, match="no way back"):
        ask(sample, {}, ScriptedTerminal(("What kind", BACK)))


def test_the_review_shows_every_answer_but_secrets(sample: Questionnaire) -> None:
    _, terminal = dialogue(sample, *PICTURES)
    assert "Your answers" in terminal.screen
    for part in ("moon", "9", "MIT", "********"):
        assert part in terminal.screen
    assert "hush" not in terminal.screen


def test_a_number_at_the_review_changes_that_answer(sample: Questionnaire) -> None:
    script = [
        *PICTURES[:-1],
        ("Enter to create", ["99", "3"]),
        ("How big", "6"),
        ("Enter to create", "3"),
        ("How big", BACK),
        PICTURES[-1],
    ]
    outcome, terminal = dialogue(sample, *script)
    assert answers_of(outcome)["size"] == 6
    assert terminal.complaints == ["Press Enter, or type a number from 1 to 7."]


def test_a_change_at_the_review_asks_what_it_raises(sample: Questionnaire) -> None:
    tables = [("What kind", "Tables"), PICTURES[1], *PICTURES[3:-1]]
    change = [("Enter to create", "1"), ("What kind", "Pictures"), ("How big", "5"), PICTURES[-1]]
    outcome, _ = dialogue(sample, *tables, *change)
    assert answers_of(outcome)["size"] == 5


def test_an_input_stays_at_the_review(sample: Questionnaire) -> None:
    script = [PICTURES[0], *PICTURES[2:-1], ("Enter to create", "2"), PICTURES[-1]]
    _, terminal = dialogue(sample, *script, inputs={"project_name": "sun"})
    assert "project_name was given on the command line; it stays." in terminal.screen


def test_a_preset_answers_all_but_the_name(sample: Questionnaire) -> None:
    script = [
        ("Start from", "A preset (1 ready sets of answers)"),
        ("Which preset", BACK),
        ("Start from", "A preset (1 ready sets of answers)"),
        ("Which preset", "cv: Handwritten digits"),
        PICTURES[1],
        PICTURES[-1],
    ]
    outcome, _ = dialogue(sample, *script, starts=Starts(presets=[DIGITS]))
    assert answers_of(outcome)["size"] == 8
    outcome, _ = dialogue(sample, PICTURES[1], PICTURES[-1], start=DIGITS)
    assert answers_of(outcome)["project_type"] == "cv"


def test_the_last_answers_start_the_next_project(sample: Questionnaire) -> None:
    last = {"project_type": "cv", "project_name": "old", "size": 12, "deep": "never valid"}
    script = [("Start from", "My last answers"), ("called", "new"), PICTURES[-1]]
    outcome, terminal = dialogue(sample, *script, starts=Starts(last=last))
    # A suggestion that is not valid is passed over: nobody said it of this project.
    assert answers_of(outcome)["size"] == 12 and answers_of(outcome)["deep"] is False
    assert terminal.offers[0] == "my-cv"


def test_back_from_the_first_question_leads_to_the_start(sample: Questionnaire) -> None:
    starts = Starts(presets=[DIGITS])
    script = [
        ("Start from", "Choose everything"),
        ("What kind", BACK),
        ("Start from", "Choose everything"),
        *PICTURES,
    ]
    assert answers_of(dialogue(sample, *script, starts=starts)[0])["size"] == 9


def test_the_type_of_another_package_is_returned(sample: Questionnaire) -> None:
    others = {"robot": "robot (from the package x)"}
    outcome, _ = dialogue(sample, ("What kind", others["robot"]), other_types=others)
    assert outcome == OtherType("robot")
    at_the_end = [*PICTURES[:-1], ("Enter to create", "1"), ("What kind", others["robot"])]
    assert dialogue(sample, *at_the_end, other_types=others)[0] == OtherType("robot")


def test_starting_from_data_is_returned(questionnaire: Make) -> None:
    template = questionnaire("data_path: {type: str, default: ''}\n")
    outcome, _ = dialogue(template, ("Start from", "Data of my own (a file or a folder)"))
    assert outcome == StartFromData()


@pytest.mark.parametrize("key", [CTRL_C, CTRL_D], ids=["ctrl-c", "ctrl-d"])
@pytest.mark.parametrize("at", range(len(PICTURES)))
def test_stopping_at_any_prompt_is_never_an_answer(
    sample: Questionnaire, at: int, key: BaseException
) -> None:
    script = [*PICTURES[:at], (PICTURES[at][0], key)]
    with pytest.raises(type(key)):
        ask(sample, {}, ScriptedTerminal(*script))


def test_a_choice_refused_by_an_answer_is_asked_again(questionnaire: Make) -> None:
    text = (
        "a: {type: int, help: A, default: 1}\n"
        "b: {type: str, help: B, default: x, choices: {X: x, Y: {value: y, validator: "
        "\"{% if a > 1 %}too many{% endif %}\"}}}\n"
    )  # fmt: skip
    script = [("A", "1"), ("B", "Y"), ("Enter", "1"), ("A", "2"), ("B", "X"), ("Enter", "")]
    outcome, _ = dialogue(questionnaire(text), *script)
    assert answers_of(outcome) == {"a": 2, "b": "x"}
