"""The messages of a Copier template's author are shown, around `new` and around `update`."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.conftest import Run
from tests.engines.helpers import commit, write_template

pytestmark = pytest.mark.usefixtures("own_folders")

MESSAGES = """
name: {type: str, default: ada}
_message_before_copy: Have your key at hand
_message_after_copy: "cd {{ _copier_conf.dst_path }} and greet {{ name }}"
_message_before_update: Save your notebook
_message_after_update: |
  Read UPGRADE.md,
  {{ name }}
"""
ANSWERS = "{{ _copier_conf.answers_file }}.jinja"


def release(source: Path, version: str, questions: str = MESSAGES) -> str:
    files = {
        "copier.yml": questions,
        ANSWERS: "{{ _copier_answers|to_nice_yaml -}}",
        "a.txt": f"{version}\n",
    }
    return str(commit(write_template(source, files), version))


@pytest.mark.slow
def test_every_message_is_shown_at_its_moment(mlstarter: Run, tmp_path: Path) -> None:
    source = release(tmp_path / "t", "1.0.0")

    status, out, err = mlstarter("new", tmp_path / "p", "--template", source, "--yes")

    assert status == 0, err
    assert "Have your key at hand" in err
    assert "/p and greet ada" in " ".join(out.split()) or "cd p and greet ada" in out
    assert "notebook" not in out + err and "UPGRADE" not in out + err

    release(tmp_path / "t", "1.1.0")
    status, out, err = mlstarter("update", tmp_path / "p")

    assert status == 0, err
    assert out.index("Save your notebook") < out.index("1.1.0") < out.index("Read UPGRADE.md,")
    assert "  ada" in out
    assert "key" not in out + err and "greet" not in out + err


def test_json_is_not_mixed_with_messages(mlstarter: Run, tmp_path: Path) -> None:
    source = release(tmp_path / "t", "1.0.0")
    _, out, err = mlstarter("new", tmp_path / "p", "--template", source, "--yes", "--json")
    assert "key" not in out + err and "greet" not in out + err


@pytest.mark.parametrize("text", ["{{ '$HOME' | expandvars }}", "{{ now() }}", "{{ 1 / 0 }}"])
def test_a_message_that_cannot_be_shown_ends_nothing(
    mlstarter: Run, tmp_path: Path, text: str
) -> None:
    questions = f'name: ada\n_message_after_copy: "{text}"\n'
    source = release(tmp_path / "t", "1.0.0", questions)

    status, out, _ = mlstarter("new", tmp_path / "p", "--template", source, "--yes")

    assert status == 0
    assert "message cannot be shown" in out
    assert (tmp_path / "p" / ".git").is_dir()


def test_a_message_is_escaped(mlstarter: Run, tmp_path: Path) -> None:
    source = release(tmp_path / "t", "1.0.0", 'name: ada\n_message_after_copy: "\\e[31mred"\n')
    _, out, _ = mlstarter("new", tmp_path / "p", "--template", source, "--yes")
    assert "\x1b[31m" not in out and "red" in out
