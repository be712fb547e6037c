"""A template that somebody works on: as it stands, without what git ignores."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from mlstarter.authoring.working_template import working_copy
from mlstarter.errors import TemplateError, UsageError

ROOT = Path(__file__).parents[2]


def test_a_folder_of_no_repository_is_taken_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "copier.yml").write_text("n: 1\n")
    (tmp_path / "README.md.jinja").write_text("{{ n }}")
    with working_copy(tmp_path) as template:
        assert (template.source, template.version, template.engine) == (
            str(tmp_path), None, "copier",
        )  # fmt: skip
        assert (template.root / "README.md.jinja").read_text() == "{{ n }}"


def test_what_git_ignores_is_left_out_and_what_is_not_committed_is_there(tmp_path: Path) -> None:
    subprocess.run(["git", "init", "--quiet", str(tmp_path)], check=True)
    (tmp_path / "cookiecutter.json").write_text('{"n": "1"}')
    folder = tmp_path / "{{cookiecutter.n}}"
    folder.mkdir()
    (folder / "new.txt").write_text("new")
    (folder / "notes.log").write_text("mine")
    (tmp_path / ".gitignore").write_text("*.log\n")
    with working_copy(tmp_path) as template:
        assert template.engine == "cookiecutter"
        names = {path.name for path in (template.root / folder.name).iterdir()}
    assert names == {"new.txt"}


@pytest.mark.slow
def test_a_template_in_layers_is_put_together_in_a_place_that_goes_again() -> None:
    with working_copy(ROOT / "templates") as template:
        root = template.root
        assert template.source == str(ROOT / "templates")
        assert (root / "copier.yml").is_file()
        assert (root / "project").is_dir()
        assert not root.is_relative_to(ROOT)
    assert not root.exists()


def test_no_folder_and_no_template_are_one_sentence_each(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="There is no folder"), working_copy(tmp_path / "none"):
        pass
    with pytest.raises(TemplateError), working_copy(tmp_path):
        pass
