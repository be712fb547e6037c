"""Sets of answers cover every pair, and ``template test`` finds the set that fails."""

from __future__ import annotations

import itertools
import json
from pathlib import Path

import pytest

from mlstarter import questions
from mlstarter.authoring.answer_combinations import answer_sets
from mlstarter.authoring.working_template import working_copy
from tests.conftest import Run
from tests.engines.helpers import write_template

pytestmark = pytest.mark.usefixtures("own_folders")

VALUES: dict[str, list[object]] = {
    "a": ["1", "2", "3"],
    "b": ["x", "y"],
    "c": [True, False],
    "d": ["p", "q", "r", "s"],
}
QUESTIONS = (
    "a: {type: str, help: h, choices: ['1', '2', '3'], default: '1'}\n"
    "b: {type: str, help: h, choices: [x, y], default: x}\n"
    "c: {type: bool, help: h, default: false}\n"
    "d: {type: str, help: h, choices: [p, q, r, s], default: p}\n"
)


def test_every_pair_of_answers_occurs_in_few_sets(tmp_path: Path) -> None:
    with working_copy(write_template(tmp_path / "t", {"copier.yml": QUESTIONS})) as template:
        sets = answer_sets(questions.load(template))

    assert dict(sets[0]) == {"a": "1", "b": "x", "c": False, "d": "p"}
    for one, other in itertools.combinations(VALUES, 2):
        for pair in itertools.product(VALUES[one], VALUES[other]):
            assert any((s[one], s[other]) == pair for s in sets), (one, other, pair)
    assert len(sets) <= 20  # of 48 combinations


def test_what_does_not_apply_is_left_out(tmp_path: Path) -> None:
    files = {
        "copier.yml": QUESTIONS
        + "e: {type: bool, help: h, default: false, when: \"{{ a == '3' }}\"}\n"
    }
    with working_copy(write_template(tmp_path / "t", files)) as template:
        sets = answer_sets(questions.load(template))

    assert {s["e"] for s in sets if s["a"] == "3"} == {True, False}
    assert all("e" in s.hidden_names for s in sets if s["a"] != "3")


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("{% if b == 'y' and c %}{{ [1].x.y }}{% endif %}", "cannot be rendered"),
        ("{% if b == 'y' and c %}[{% endif %}", "f.json is not valid JSON"),
    ],
)
def test_a_fault_of_two_answers_together_is_found(
    text: str, fault: str, mlstarter: Run, tmp_path: Path
) -> None:
    source = write_template(tmp_path / "t", {"copier.yml": QUESTIONS, "f.json.jinja": "{}" + text})

    status, out, err = mlstarter("template", "test", source)

    assert status == 3
    assert fault in out
    assert "--data b=y" in out
    assert "--data c=True" in out
    assert " at fault" in err


@pytest.mark.slow
def test_a_template_that_depends_on_the_moment_is_found(mlstarter: Run, tmp_path: Path) -> None:
    task = "_tasks: ['cat /proc/sys/kernel/random/uuid > made.txt']\n"
    source = write_template(tmp_path / "t", {"copier.yml": task, "f": ""})

    status, out, _ = mlstarter("template", "test", source, "--trust")

    assert status == 3
    assert "a second render differs" in out


def test_chance_is_drawn_once_a_project_and_no_fault(mlstarter: Run, tmp_path: Path) -> None:
    source = write_template(tmp_path / "t", {"copier.yml": "", "g.jinja": "{{ 999|ans_random }}"})

    status, out, _ = mlstarter("template", "test", source)

    assert status == 0, out


@pytest.mark.slow
def test_a_command_runs_in_every_project(mlstarter: Run, tmp_path: Path) -> None:
    source = write_template(tmp_path / "t", {"copier.yml": QUESTIONS, "f.txt.jinja": "{{ b }}"})

    status, out, _ = mlstarter("template", "test", source, "--run", "grep -q x f.txt", "--json")

    assert status == 3
    projects = json.loads(out)["projects"]
    for project in projects:
        assert bool(project["faults"]) == ("b=y" in project["answers"])
    assert mlstarter("template", "test", source, "--run", "test -d .git")[0] == 0


@pytest.mark.slow
def test_the_skeleton_is_sound_and_its_own_tests_pass(mlstarter: Run, tmp_path: Path) -> None:
    import subprocess
    import sys

    source = tmp_path / "mine"
    status, out, err = mlstarter("template", "new", source)
    assert status == 0, err
    assert "mlstarter template lint" in out

    assert mlstarter("template", "lint", source)[:2] == (0, "")
    assert mlstarter("template", "test", source, "--run", "python3 -m compileall -q src")[0] == 0
    assert mlstarter("new", tmp_path / "p", "--template", source, "--yes")[0] == 0
    result = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", str(source)],
        cwd=source,
        check=False,
        capture_output=True,
        text=True,
    )
    assert result.returncode == 0, result.stdout


def test_the_skeleton_overwrites_nothing(mlstarter: Run, tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "x").write_text("x")

    status, _, err = mlstarter("template", "new", tmp_path / "mine")

    assert status == 2
    assert "is not empty" in err
