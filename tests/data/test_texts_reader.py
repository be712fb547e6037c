"""A project of texts reads of a file what the tool has read, or refuses it; never other values."""

from __future__ import annotations

import json
import math
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pandas as pd
import pytest

from mlstarter import engines, questions
from mlstarter.data.reader import as_text
from mlstarter.data.settings import Format, Settings
from mlstarter.files import write_tree
from mlstarter.sources import Template
from tests.data.real_files import CITIES, FILES, RealFile, lines
from tests.data.real_layouts import LAYOUTS
from tests.data.real_oddities import ODDITIES
from tests.data.real_signs import SIGNS
from tests.data.real_workbooks import DATABASES, WORKBOOKS
from tests.data.test_real_files import look

PACKAGE = "reader_of_texts"
REAL_FILES: dict[str, RealFile] = {
    title: file
    for title, file in (FILES | ODDITIES | SIGNS | LAYOUTS | WORKBOOKS | DATABASES).items()
    if not file.refusal
}


@pytest.fixture(scope="module")
def project(
    tmp_path_factory: pytest.TempPathFactory, working_template: Template
) -> Iterator[ModuleType]:
    """Yield the module `data` of a project of texts over a file of its owner's."""
    folder = tmp_path_factory.mktemp("texts")
    answers = {"package_name": PACKAGE, "project_type": "nlp", "data_source": "local"}
    answers |= {"data_path": "a.csv", "target": "y", "text_column": "t"}
    complete = questions.complete(questions.load(working_template), answers)
    (folder / "p").mkdir()
    write_tree(engines.render(working_template, complete), folder / "p")
    sys.path.insert(0, str(folder / "p/src"))
    try:
        yield __import__(f"{PACKAGE}.data", fromlist=["data"])
    finally:
        sys.path.remove(str(folder / "p/src"))
        for name in [name for name in sys.modules if name.partition(".")[0] == PACKAGE]:
            del sys.modules[name]


def read(project: ModuleType, path: Path, settings: Settings, *columns: str) -> pd.DataFrame:
    """Return what the project reads where config.toml says what the tool has found out."""
    model = sys.modules[f"{PACKAGE}.config"].Data
    names = [name for name in model.model_fields if hasattr(settings, name) and name != "path"]
    values = {name: getattr(settings, name) for name in names}
    data = model(source="local", path=path.name, text="t", label="y", **values)
    frame: pd.DataFrame = project.read_table(path, data, *columns)
    return frame


@pytest.mark.sampled
@pytest.mark.parametrize("title", REAL_FILES)
def test_texts_are_the_ones_that_the_tool_read(
    project: ModuleType, tmp_path: Path, title: str
) -> None:
    path = REAL_FILES[title].write(tmp_path)
    looked_at, _ = look(path, REAL_FILES[title])
    errors = sys.modules[f"{PACKAGE}.errors"].ProjectError
    try:
        frame = read(project, path, looked_at.settings)
    except errors:
        # `describe` refuses these for a project of texts; see test_proposal.py.
        assert title in ("what macOS packs", "a hidden file in a packed folder")
        return
    for name, cells in looked_at.table.columns.items():
        if all(isinstance(cell, str | None) for cell in cells):
            assert frame[name].tolist() == [as_text(cell) for cell in cells], name


def test_a_file_in_utf8_after_one_in_cp1252_keeps_its_letters(
    project: ModuleType, tmp_path: Path
) -> None:
    path = tmp_path / "t.csv"
    path.write_text(lines("stadt,y", lambda i: f"{CITIES[i]},{i % 2}"), encoding="utf-8")
    frame = read(project, path, Settings(encoding="cp1252"))
    assert frame["stadt"].tolist() == CITIES
    path.write_bytes(lines("stadt,y", lambda i: f"{CITIES[i]},{i % 2}").encode("cp1252"))
    assert read(project, path, Settings(encoding="cp1252"))["stadt"].tolist() == CITIES


def test_an_object_is_no_text_and_a_missing_label_no_class(
    project: ModuleType, tmp_path: Path
) -> None:
    path = tmp_path / "t.jsonl"
    rows = [{"t": f"a text {i}", "y": "pos" if i % 2 else math.nan, "o": [i]} for i in range(9)]
    path.write_text("".join(f"{json.dumps(row)}\n" for row in rows), encoding="utf-8")
    frame = read(project, path, Settings(format="jsonl"), "t", "y")
    assert frame["y"].tolist() == ["", "pos"] * 4 + [""]
    errors = sys.modules[f"{PACKAGE}.errors"].ProjectError
    with pytest.raises(errors, match=r"o of t\.jsonl holds lists or objects"):
        read(project, path, Settings(format="jsonl"), "t", "o")
    with pytest.raises(errors, match=r"t\.jsonl has no column 'z'"):
        read(project, path, Settings(format="jsonl"), "z")


def test_columns_without_a_name_or_with_anothers_are_found(
    project: ModuleType, tmp_path: Path
) -> None:
    path = tmp_path / "t.csv"
    path.write_text("x,,X,y\n" + "1,a text,2,b\n" * 3, encoding="utf-8")
    frame = read(project, path, Settings(), "column_2", "X_2", "y")
    assert frame["column_2"].tolist() == ["a text"] * 3
    assert frame["X_2"].tolist() == ["2"] * 3


@pytest.mark.parametrize("kind", ["csv", "excel"])
def test_without_names_above_them_columns_are_called_by_their_places(
    project: ModuleType, tmp_path: Path, kind: Format
) -> None:
    path, rows = tmp_path / "t", [["ham", "first text"], ["spam", "second text"]]
    if kind == "csv":
        path.write_text("".join("\t".join(row) + "\n" for row in rows), encoding="utf-8")
    else:
        pd.DataFrame(rows).to_excel(path, header=False, index=False, engine="openpyxl")
    settings = Settings(format=kind, separator="\t", header=False)
    frame = read(project, path, settings, "column_1", "column_2")
    assert frame.to_numpy().tolist() == rows


def test_yes_and_no_of_json_are_written_as_json_writes_them(
    project: ModuleType, tmp_path: Path
) -> None:
    path = tmp_path / "t.json"
    path.write_text(json.dumps([{"t": "a text", "y": True}, {"t": "another", "y": False}]))
    assert read(project, path, Settings(format="json"))["y"].tolist() == ["true", "false"]
