"""`mlstarter list` and shell completion."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.conftest import Run


def listing(run: Run, *arguments: str | Path) -> list[dict[str, object]]:
    result = run("list", *arguments, "--json")
    report = json.loads(result.stdout)
    assert (report["schema"], report["command"], result.stderr) == (1, "list", "")
    rows = report[str(arguments[0])]
    assert isinstance(rows, list)
    return rows


def test_types_and_presets_of_a_template(run: Run, template: Path) -> None:
    assert listing(run, "types", "--template", template) == [
        {"type": "tabular", "title": "Tabular data"},
        {"type": "cv", "title": "Pictures"},
    ]
    preset = {"preset": "digits", "type": "cv", "title": "Handwritten digits"}
    rows = listing(run, "presets", "--template", template)
    assert [row | preset == row for row in rows] == [True]
    assert listing(run, "presets", "--template", template, "--type", "tabular") == []


def test_questions_are_described_with_the_defaults_of_a_type(run: Run, template: Path) -> None:
    rows = {str(row["name"]): row for row in listing(
        run, "questions", "--template", template, "--type", "cv"
    )}  # fmt: skip
    assert rows["project_name"]["default"] == "my-cv"
    assert rows["size"] == {
        "name": "size", "type": "int", "help": "How big?", "default": 3, "choices": [],
        "multiselect": False, "secret": False, "required": False, "applies": True,
        "when": "{{ project_type == 'cv' }}",
    }  # fmt: skip
    assert rows["licence"]["choices"] == [
        {"value": "MIT", "title": "MIT"},
        {"value": "none", "title": "none"},
    ]
    tabular = listing(run, "questions", "--template", template, "--type", "tabular")
    assert {str(row["name"]): row["applies"] for row in tabular}["size"] is False


def test_the_built_in_template_describes_what_other_tools_rely_on(run: Run) -> None:
    names = [row["name"] for row in listing(run, "questions", "--type", "tabular")]
    for name in (
        "project_name", "package_name", "project_type", "level", "preset", "data_source",
        "kaggle_dataset", "kaggle_competition", "data_path", "target", "author_name",
        "author_email", "licence", "python_version",
    ):  # fmt: skip
        assert name in names
    assert listing(run, "versions")


def test_an_unknown_type_gets_its_near_match(run: Run, template: Path) -> None:
    result = run("list", "questions", "--template", template, "--type", "tabluar")
    assert result.returncode == 2
    assert result.stderr.splitlines()[1] == 'hint: did you mean "tabular"?'


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_the_completion_script_is_valid_for_its_shell(run: Run, shell: str, tmp_path: Path) -> None:
    result = run("completion", shell)
    assert result.returncode == 0
    assert "_MLSTARTER_COMPLETE" in result.stdout
    if shutil.which(shell):
        script = tmp_path / "script"
        script.write_text(result.stdout)
        subprocess.run([shell, "-n", script], check=True)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("mlstarter ne", "new"),
        ("mlstarter new --pre", "--preset"),
        ("mlstarter new --type tab", "tabular"),
    ],
)
def test_a_shell_asks_for_completions_and_gets_them(
    words: str, expected: str, environ: dict[str, str]
) -> None:
    count = len(words.split()) - 1
    result = subprocess.run(
        [sys.executable, "-c", "from mlstarter.cli import main; main()"],
        env={**environ, "_MLSTARTER_COMPLETE": "bash_complete", "COMP_WORDS": words,
             "COMP_CWORD": str(count)},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert expected in [line.partition(",")[2] for line in result.stdout.splitlines()]
