"""Answering without a terminal, held against what Copier itself does with the same file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import copier
import pytest
import yaml

from mlstarter.errors import AnswersError, TemplateError
from mlstarter.questions import complete, load
from mlstarter.sources.template import Template
from tests.questions.conftest import Make

RICH = """\
name: {type: str, default: Moon Shot}
slug: {type: str, default: "{{ name | lower | regex_replace('[^a-z]+', '-') }}"}
count: {type: int, default: "{{ name | length }}"}
rate: {type: float, default: 0.5}
deep: {type: bool, default: "yes"}
tags: {type: str, multiselect: true, default: [b, a], choices: [a, b, c]}
level: {type: int, default: 2, choices: {Low: 1, High: 2}}
pairs:
  type: str
  default: y
  choices:
    - [Ex, x]
    - [Why, {value: y, validator: "{% if count > 100 %}too many{% endif %}"}]
dynamic: {type: str, default: two, choices: "[one, {{ 'two' if deep else 'three' }}]"}
table: {type: yaml, default: "{a: 1, b: [x, y]}"}
blob: {type: json, default: '{"k": null}'}
where: {type: path, default: "data/{{ slug }}"}
untyped: 7
hidden: {type: str, default: "from {{ slug }}", when: "{{ count > 100 }}"}
never: {type: str, default: computed, when: false}
token: {type: str, default: s3cret, secret: true}
lines: {type: str, multiline: true, default: "one\\ntwo"}
"""
INPUTS: list[dict[str, Any]] = [
    {},
    {"name": "Sun", "deep": "no", "dynamic": "three", "level": "1", "tags": ["c", "a"]},
    {"rate": "1e-3", "table": "[1, 2]", "blob": "[]", "untyped": "9", "pairs": "x", "count": "5"},
    {"count": 200, "hidden": "shown now", "pairs": "x", "lines": "a\n\nb"},
]


@pytest.mark.parametrize("inputs", INPUTS)
def test_answers_are_those_that_copier_records(
    questionnaire: Make, tmp_path: Path, inputs: dict[str, Any]
) -> None:
    ours = complete(questionnaire(RICH), inputs)
    template = tmp_path / "{{ _copier_conf.answers_file }}.jinja"
    template.write_text("{{ _copier_answers | to_nice_yaml }}")
    out = tmp_path / "out"
    copier.run_copy(str(tmp_path), str(out), data=inputs, defaults=True, quiet=True)
    theirs = yaml.safe_load((out / ".copier-answers.yml").read_text())
    assert ours.for_record == {k: v for k, v in theirs.items() if not k.startswith("_")}


def test_hidden_questions_keep_their_default_for_the_render_alone(questionnaire: Make) -> None:
    answers = complete(questionnaire(RICH), {})
    assert answers["hidden"] == "from moon-shot"
    assert {"hidden", "never"} == answers.hidden_names
    assert not {"hidden", "never"} & set(answers.for_record)
    assert answers.secrets == {"token"}
    assert answers.applicable["token"] == "s3cret"
    assert "token" not in answers.for_record


def test_a_comma_separates_several_answers_on_the_command_line(questionnaire: Make) -> None:
    answers = complete(questionnaire(RICH), {"tags": "c, a"})
    assert answers["tags"] == ["a", "c"]


@pytest.mark.parametrize(
    ("inputs", "message"),
    [
        ({"count": "3.5"}, 'The answer to "count" cannot be "3.5": a whole number is needed.'),
        ({"rate": "nan"}, 'The answer to "rate" cannot be "nan": a finite number is needed.'),
        ({"rate": "x"}, 'The answer to "rate" cannot be "x": a number is needed.'),
        ({"blob": "{"}, 'The answer to "blob" cannot be "{": this is not JSON.'),
        ({"table": "{a: ["}, 'The answer to "table" cannot be "{a: [": this is not YAML.'),
        ({"tags": "a,z"}, 'The answer to "tags" cannot be "a,z": choose a, b or c.'),
        ({"count": 101, "pairs": "y"}, 'The answer to "pairs" cannot be "y": too many.'),
        ({"never": "x"}, '"never" does not apply with the other answers that were given.'),
        ({"name": {"a": 1}}, 'The answer to "name" cannot be "{\'a\': 1}": a text is needed.'),
    ],
)
def test_a_value_that_does_not_fit_is_refused_in_a_sentence(
    questionnaire: Make, inputs: dict[str, Any], message: str
) -> None:
    with pytest.raises(AnswersError) as error:
        complete(questionnaire(RICH), inputs)
    assert error.value.message == message


def test_a_secret_is_not_repeated_in_its_error(questionnaire: Make) -> None:
    sample = questionnaire(
        'key: {type: str, secret: true, default: "", validator: "{% if key %}wrong{% endif %}"}'
    )
    with pytest.raises(AnswersError) as error:
        complete(sample, {"key": "hush-hush"})
    assert "hush" not in error.value.message


def test_a_question_without_default_is_missing_and_its_flag_named(questionnaire: Make) -> None:
    sample = questionnaire('a: {type: str}\nb: {type: int, default: "{{ UNSET }}"}\nc: 1\n')
    with pytest.raises(AnswersError) as error:
        complete(sample, {})
    assert error.value.message == "Answers are missing: a, b."
    assert error.value.hint == "give --data a=VALUE --data b=VALUE"
    assert dict(complete(sample, {"a": "x", "b": "2"})) == {"a": "x", "b": 2, "c": 1}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a: {type: string, default: x}",
         'The template\'s question "a" has the unknown type "string".'),
        ("a: {type: str, default: '{{ 1 / 0 }}'}",
         'The template\'s question "a" cannot be rendered: division by zero.'),
        ("a: {type: str, defualt: x}",
         'The template\'s question "a" has a field that is not known: defualt.'),
        ("a: {type: str, default: x, choices: 3}",
         'The choices of the template\'s question "a" are not a list.'),
    ],
)  # fmt: skip
def test_a_template_that_is_wrong_is_named(questionnaire: Make, text: str, message: str) -> None:
    with pytest.raises(TemplateError) as error:
        complete(questionnaire(text), {})
    assert error.value.message == message


def test_a_template_cannot_reach_out_of_its_sandbox(questionnaire: Make) -> None:
    reach = "{{ ''.__class__.__mro__[1].__subclasses__() }}"
    with pytest.raises(TemplateError, match="unsafe"):
        complete(questionnaire(f'a: {{type: str, default: "{reach}"}}'), {})


def test_cookiecutter_questions_are_read_as_cookiecutter_means_them(tmp_path: Path) -> None:
    (tmp_path / "cookiecutter.json").write_text(
        """{"name": "Moon Shot", "slug": "{{ cookiecutter.name | slugify }}",
        "licence": ["MIT", "none"], "docker": true, "extra": {"k": [1]},
        "__year": "in {{ cookiecutter.slug }}", "_copy_without_render": ["*.html"],
        "__prompts__": {"name": "Which name?", "licence": {"__prompt__": "Whose?", "MIT": "M."}}}"""
    )
    sample = load(Template(str(tmp_path), None, tmp_path, "cookiecutter"))
    answers = complete(sample, {"docker": "no"})
    assert answers.applicable == {
        "name": "Moon Shot",
        "slug": "moon-shot",
        "licence": "MIT",
        "docker": False,
        "extra": {"k": ["1"]},  # Cookiecutter renders numbers to text
    }
    assert answers["__year"] == "in moon-shot"
    assert sample["name"].help == "Which name?"
    with pytest.raises(AnswersError, match="choose MIT or none"):
        complete(sample, {"licence": "GPL"})


@pytest.mark.slow
def test_every_built_in_preset_is_a_valid_set_of_answers() -> None:
    from mlstarter.questions.presets import load_presets, preset_answers

    templates = Path(__file__).parents[2] / "templates"
    sample = load(Template("built-in", None, templates, "copier"))
    types = list(sample["project_type"].choices.values())
    for preset in load_presets(templates):
        if preset.type not in types:
            continue
        suggestions = preset_answers(preset, sample.names)
        assert set(suggestions) <= set(sample.names), preset.name
        answers = complete(sample, {"project_name": "a-project"}, suggestions=suggestions)
        for name, value in suggestions.items():
            assert answers[name] == value, (preset.name, name)
