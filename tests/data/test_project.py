"""What a project's reader lacks for a file is what its answers have to say."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest

from mlstarter.data.errors import DataError
from mlstarter.data.project import DataProject, open_project
from mlstarter.data.settings import Settings
from mlstarter.data.writing import with_data
from mlstarter.errors import ProjectError

PLAIN = {"project_type": "tabular", "data_source": "local", "data_path": "data/raw/a.csv"}
KAGGLE = {"project_type": "tabular", "data_source": "kaggle", "data_file": ""}


@pytest.mark.parametrize(
    ("answers", "settings", "lacking"),
    [
        (PLAIN, Settings(separator=";", quote="'"), {}),
        (PLAIN, Settings(encoding="cp1252"), {"data_encoding": "cp1252"}),
        (PLAIN | {"data_encoding": "cp1252"}, Settings(encoding="cp1250"), {}),
        (PLAIN, Settings(decimal=","), {"data_decimal": ","}),
        (PLAIN, Settings(thousands=" "), {"data_thousands": " "}),
        (PLAIN | {"data_decimal": ","}, Settings(decimal=".", thousands=","), {}),
        (PLAIN, Settings(quote=""), {"data_quote": ""}),
        (PLAIN, Settings(escape="\\", comment="#"), {"data_escape": "\\", "data_comment": "#"}),
        (PLAIN, Settings(skip_lines=3), {"data_skip_lines": "3"}),
        (PLAIN, Settings(header=False), {"data_header": "False"}),
        (PLAIN | {"data_header": False}, Settings(), {}),
        (PLAIN, Settings(format="excel"), {"data_format": "excel"}),
        (PLAIN, Settings(path="b.csv.gz"), {"data_path": "b.csv.gz"}),
        (PLAIN | {"data_path": "env:DATA_FILE"}, Settings(path="b.csv.gz"), {}),
        (KAGGLE, Settings(path="data/raw/x/b.csv.zip"), {"data_file": "b.csv.zip"}),
        ({"project_type": "nlp"}, Settings(decimal=","), {}),
    ],
)
def test_answers_that_a_file_needs(
    answers: dict[str, Any], settings: Settings, lacking: dict[str, str]
) -> None:
    project = DataProject(Path(), answers, "", "")
    assert project.answers_for_reader(settings) == lacking


@pytest.mark.parametrize(
    "text",
    [
        '[data]\n  path = "a"  # mine\n\n[split]\nx = 1\n',
        '[ data ]\n"path" = "a"  # mine\n',
        '[data]\nroots = [\n  "a/",  # one\n  "b/",\n]\npath = "a"  # mine\n',
        '[data]\npath = "a"  # mine\nother = [\n  "x",\n]\n[split]\nx = 1\n',
        '[data]\nother = [\n[1],\n]\npath = "a"  # mine\n',
        '[data]\nnote = """\npath = "old"\n"""\npath = "a"  # mine',
    ],
)
def test_what_an_owner_wrote_in_a_way_of_ones_own_is_kept(text: str) -> None:
    values = {"path": "new", "roots": ["q/"]}
    new_text = with_data(text, values)
    old, new = tomllib.loads(text), tomllib.loads(new_text)
    assert new == {**old, "data": {**old["data"], **values}}
    assert "# mine" in new_text


def test_what_cannot_be_changed_is_refused_rather_than_broken() -> None:
    with pytest.raises(DataError, match=r"parts cannot be changed"):
        with_data('[data]\npath = "a"\n[data.parts]\nx = "train"\n', {"parts": {"y": "test"}})


def test_answers_that_are_none_make_no_project(tmp_path: Path) -> None:
    (tmp_path / ".copier-answers.yml").write_text("- a\n")
    (tmp_path / "config.toml").write_text("[data]\n")
    with pytest.raises(ProjectError, match="no project of mlstarter"):
        open_project(tmp_path)
