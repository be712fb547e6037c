"""A value of the wrong kind in a template's settings is a sentence, in every verb that reads it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import Run
from tests.engines.helpers import write_template

pytestmark = pytest.mark.usefixtures("own_folders")

VALUES: list[Any] = [
    3,
    True,
    None,
    "x",
    "",
    [],
    [3],
    [["a"]],
    {},
    {"a": 1},
    "{{ 1/0 }}",
    "{% if %}",
]
VALUES += [["{{ 1/0 }}"], float("nan"), {"block_start_string": ""}]
VALUES += [{"variable_start_string": 3}, {"line_statement_prefix": ""}, [{"command": 3}]]
COPIER = [
    *("_answers_file", "_envops", "_exclude", "_external_data", "_jinja_extensions"),
    *("_message_after_copy", "_migrations", "_min_copier_version", "_preserve_symlinks"),
    *("_secret_questions", "_skip_if_exists", "_subdirectory", "_tasks", "_templates_suffix"),
]
COOKIECUTTER = [
    *("_copy_without_render", "_extensions", "_jinja2_env_vars", "_new_lines", "__prompts__"),
    *("_private", "v", "s"),
]


def verbs(source: Path, out: Path) -> list[tuple[str | Path, ...]]:
    return [
        ("new", out, "--template", source, "--yes"),
        ("list", "questions", "--template", source),
        ("template", "lint", source),
        ("template", "test", source),
        ("template", "convert", source, out / "converted"),
    ]


def assert_each_verb_answers(run: Run, source: Path, folder: Path) -> None:
    for number, words in enumerate(verbs(source, folder / "out")):
        status, out, err = run(*words)

        assert status in {0, 1, 2, 3}, (words, err)
        assert "unexpected went wrong" not in out + err, (words, err)
        if status in {1, 2}:
            lines = [line for line in err.splitlines() if not line.startswith("warning: ")]
            assert lines, words
            assert lines[0].startswith("error: "), (words, err)
            assert number or not (folder / "out").exists()


@pytest.mark.slow
@pytest.mark.parametrize("key", COPIER)
def test_a_setting_of_copier_may_be_anything(key: str, mlstarter: Run, tmp_path: Path) -> None:
    for number, value in enumerate(VALUES):
        folder = tmp_path / str(number)
        files = {"copier.yml": json.dumps({key: value, "n": "x"}), "a.jinja": "{{ n }} now\n"}
        assert_each_verb_answers(mlstarter, write_template(folder / "t", files), folder)


@pytest.mark.slow
@pytest.mark.parametrize("key", COOKIECUTTER)
def test_a_variable_of_cookiecutter_may_be_anything(
    key: str, mlstarter: Run, tmp_path: Path
) -> None:
    for number, value in enumerate(VALUES):
        folder = tmp_path / str(number)
        files = {
            "cookiecutter.json": json.dumps({"s": "project", key: value}),
            "{{cookiecutter.s}}/a": "{{ cookiecutter.s }} now\n",
        }
        assert_each_verb_answers(mlstarter, write_template(folder / "t", files), folder)


@pytest.mark.parametrize("value", ["3", "x", "{a: 1}"])
@pytest.mark.parametrize("key", ["_exclude", "_jinja_extensions", "_secret_questions"])
def test_a_list_that_is_none_is_named(key: str, value: str, mlstarter: Run, tmp_path: Path) -> None:
    source = write_template(tmp_path / "t", {"copier.yml": f"{key}: {value}\nn: x\n"})

    status, _, err = mlstarter("new", tmp_path / "p", "--template", source, "--yes")

    assert status == 1
    assert f"{key} in the template's question file is not a list of texts." in err


def test_a_question_whose_text_is_no_jinja_is_found_by_lint(mlstarter: Run, tmp_path: Path) -> None:
    question = "n: {type: str, default: x, help: '{% if %}'}\n"
    source = write_template(tmp_path / "t", {"copier.yml": question})

    status, out, _ = mlstarter("template", "lint", source)

    assert status == 3
    assert "syntax: n.help is not valid Jinja" in out
