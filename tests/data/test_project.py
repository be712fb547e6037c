"""What a project's reader lacks for a file is what its answers have to say."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from mlstarter.data.project import DataProject
from mlstarter.data.settings import Settings

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
