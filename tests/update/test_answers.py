"""Answers: edited by hand, new, renamed, and the comments beside them."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from mlstarter.cli import run
from tests.update.story import (
    ANSWERS,
    QUESTIONS,
    Template,
    commit,
    git,
    number_lines,
    snapshot,
    update,
    write,
)

pytestmark = pytest.mark.usefixtures("identity")


@pytest.mark.slow
def test_answers_edited_by_hand_are_new_answers(template: Template, dest: Path) -> None:
    write(template.folder, {"copier.yml": QUESTIONS + "zcolour: {type: str, default: red}\n"})
    template.release("1.0.0", {"a.txt.jinja": "{{ zcolour }}\n" + number_lines(9)})
    template.release("1.1.0", {"a.txt.jinja": "{{ zcolour }}\n" + number_lines(9, line9="theirs")})
    template.new(dest, "1.0.0")
    path = dest / ".copier-answers.yml"
    commit(dest, "By hand", {path.name: path.read_text().replace("red", "blue")})

    outcome = update(dest)

    assert outcome.status == 0
    assert (dest / "a.txt").read_text() == "blue\n" + number_lines(9, line9="theirs")
    assert "zcolour: blue" in path.read_text()
    assert "_commit: 1.1.0" in path.read_text()


@pytest.mark.slow
def test_a_comment_in_the_answers_file_is_not_lost(template: Template, dest: Path) -> None:
    template.release("1.0.0", {"a": "a\n"})
    template.release("1.1.0", {"a": "b\n"})
    template.new(dest, "1.0.0")
    path = dest / ".copier-answers.yml"
    commit(dest, "Comment", {path.name: path.read_text() + "# mine\n"})
    update(dest)
    assert "# mine" in path.read_text()
    assert "1.1.0" in path.read_text()


@pytest.mark.slow
@pytest.mark.parametrize("edit", ["# mine\n", "own: 1\n"])
def test_an_answers_file_with_the_line_endings_of_windows(
    edit: str, template: Template, dest: Path
) -> None:
    template.release("1.0.0", {"a": "a\n"})
    template.release("1.1.0", {"a": "b\n"})
    template.new(dest, "1.0.0")
    path = dest / ".copier-answers.yml"
    text = (path.read_text() + edit).replace("\n", "\r\n")
    commit(dest, "From Windows", {path.name: text.encode()})

    update(dest)

    assert "_commit: 1.1.0" in path.read_text()
    assert (dest / "a").read_text() == "b\n"


@pytest.mark.slow
def test_new_answers_alone_are_a_merge_too(template: Template, dest: Path) -> None:
    template.release("1.0.0", {"a.txt.jinja": "{{ name }}\n" + number_lines(9)})
    template.new(dest, "1.0.0", name="churn")
    commit(dest, "Mine", {"a.txt": "churn\n" + number_lines(9, line9="mine")})

    outcome = update(dest, data={"name": "sales"})

    assert outcome.status == 0
    assert (dest / "a.txt").read_text() == "sales\n" + number_lines(9, line9="mine")
    assert outcome.preview.changed_answers == {"name": "sales"}
    assert "with other answers" in git(dest, "log", "-1", "--format=%s")


def test_a_new_question_takes_its_default_and_is_shown(template: Template, dest: Path) -> None:
    template.release("1.0.0", {"a": "a\n"})
    write(template.folder, {"copier.yml": QUESTIONS + "colour: {type: str, default: red}\n"})
    template.release("1.1.0", {"c.jinja": "{{ colour }}\n"})
    template.new(dest, "1.0.0")
    outcome = update(dest)
    assert outcome.preview.new_answers == {"colour": "red"}
    assert (dest / "c").read_text() == "red\n"


@pytest.mark.slow
def test_a_renamed_question_takes_the_old_ones_answer(template: Template, dest: Path) -> None:
    write(template.folder, {"copier.yml": QUESTIONS + "colour: {type: str, default: red}\n"})
    template.release("1.0.0", {"c.jinja": "{{ colour }}\n"})
    new_questions = QUESTIONS + "tint: {type: str, default: \"{{ colour | default('red') }}\"}\n"
    template.release("1.1.0", {"copier.yml": new_questions, "c.jinja": "{{ tint }}\n"})
    template.new(dest, "1.0.0", colour="blue")
    plain = dest.parent / "plain"
    shutil.copytree(dest, plain)
    outcome = update(dest)
    assert outcome.preview.new_answers == {"tint": "blue"}
    assert (dest / "c").read_text() == "blue\n"
    assert "colour" not in (dest / ".copier-answers.yml").read_text()
    # Plain Copier, and with it Renovate, follows the same way.
    command = [sys.executable, "-m", "copier", "update", "--defaults", "--quiet"]
    subprocess.run(command, cwd=plain, check=True, capture_output=True)
    assert (plain / "c").read_text() == "blue\n"
    assert snapshot(plain) == snapshot(dest)


@pytest.mark.slow
def test_a_project_made_with_the_answers_files_own_name_of_old_stays_readable(
    template: Template, dest: Path
) -> None:
    template.release(
        "1.0.0", {ANSWERS: "# Written by the template\n{{ _copier_answers|to_nice_yaml }}"}
    )
    template.new(dest, "1.0.0")
    template.release("1.1.0", {"a": "a\n"})
    assert update(dest).status == 0
    assert (dest / ".copier-answers.yml").read_text().startswith("# Written by the template\n")


@pytest.mark.slow
def test_an_answer_that_the_new_version_does_not_take_is_never_replaced_unasked(
    template: Template, dest: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    levels = "level: {type: str, choices: [small, large], default: small}\n"
    write(template.folder, {"copier.yml": QUESTIONS + levels})
    template.release("1.0.0", {"a.txt.jinja": "{{ level }}\n"})
    levels = "level: {type: str, choices: [basic, full], default: basic}\n"
    write(template.folder, {"copier.yml": QUESTIONS + levels})
    template.release("1.1.0", {"a.txt.jinja": "{{ level }}\n"})
    template.new(dest, "1.0.0", level="large")
    before = snapshot(dest)

    assert run(["update", str(dest), "--yes"]) == 2

    error = capfd.readouterr().err
    assert 'does not take "large", which the project answers to "level"' in error
    assert "hint: say what it is from now on: --data level=VALUE" in error
    assert snapshot(dest) == before

    assert run(["update", str(dest), "--yes", "--data", "level=full"]) == 0
    assert (dest / "a.txt").read_text() == "full\n"
