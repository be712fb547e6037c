"""What the tool reads of a table of pictures and what a generated project reads of it are the same."""

from __future__ import annotations

import ast
import csv
import os
import unicodedata
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from types import SimpleNamespace
from typing import Any, Literal

import pytest

from mlstarter import engines, questions
from mlstarter.data.folders import PICTURES, walk
from mlstarter.data.inspect import inspect
from mlstarter.data.pictures import data_values
from mlstarter.data.proposal import propose
from mlstarter.sources import Template

LOCAL = {"project_type": "cv", "data_source": "local", "package_name": "package"}
TABLE = {**LOCAL, "data_path": "data/raw/labels.csv", "image_layout": "table"}


def pictures_below(folder: Path) -> Iterator[Path]:
    return (path for path in walk(folder) if path.suffix.lower() in PICTURES)


def function_of(template: Template, module: str, name: str, names: dict[str, Any]) -> Any:
    """Return a function of a project, without the libraries that its module needs."""
    answers = questions.complete(questions.load(template), TABLE)
    source = engines.render(template, answers)[f"src/package/{module}.py"].data
    (function,) = [node for node in ast.parse(source).body if getattr(node, "name", "") == name]
    exec(compile(ast.Module([function], []), module, "exec"), names)
    return names[name]


@pytest.fixture(scope="session")
def read_table(working_template: Template) -> Any:
    """Return the project's own function that reads a table of pictures."""
    read_rows = function_of(working_template, "files", "read_rows", {"csv": csv, "Path": Path})
    names: dict[str, Any] = {
        "unicodedata": unicodedata, "PurePosixPath": PurePosixPath, "Path": Path, "Data": object,
        "Iterator": Iterator, "features": SimpleNamespace(pictures_below=pictures_below),
        "files": SimpleNamespace(read_rows=read_rows), "ProjectError": ValueError, "HINT": "",
    }  # fmt: skip
    return function_of(working_template, "data", "read_table", names)


@pytest.mark.slow
def test_project_and_tool_find_the_same_pictures(
    tmp_path: Path, working_template: Template
) -> None:
    names = {"Path": Path, "os": os, "Iterator": Iterator, "SUFFIXES": PICTURES}
    find = function_of(working_template, "features", "pictures_below", names)
    names_of_files = ("a/1.png", "a/.2.png", ".b/3.png", "c d/4.JFIF", "a/notes.txt")
    names_of_copies = ("a/@eaDir/1.png/SYNOPHOTO_THUMB_M.jpg", "__MACOSX/a/1.png")
    for name in names_of_files + names_of_copies:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(b"")
    os.mkfifo(tmp_path / "a/pipe.png")  # to read it would never end
    (tmp_path / "a/gone.png").symlink_to("nowhere.png")  # of a picture that was not copied
    (tmp_path / "linked.png").symlink_to(tmp_path / "a/1.png")
    assert sorted(find(tmp_path)) == sorted(pictures_below(tmp_path))
    assert len([*find(tmp_path)]) == 3


@pytest.mark.parametrize(
    "style",
    ["{0}/{1}.png", "{0}\\{1}.png", "./{0}/{1}", "v-1/{0}/{1}.png", "/srv/v-1/{0}/{1}", "{1}", "{1}.png"],
)  # fmt: skip
@pytest.mark.parametrize("form", ["NFC", "NFD"])
@pytest.mark.parametrize("comma", [",", ", "])
def test_project_and_tool_read_the_same_pictures(
    tmp_path: Path, read_table: Any, style: str, form: Literal["NFC", "NFD"], comma: str
) -> None:
    rows = []
    for i in range(24):
        folder = unicodedata.normalize(form, ("é-1", "b 2", "Ω")[i % 3])
        (tmp_path / folder).mkdir(exist_ok=True)
        (tmp_path / folder / f"{i}.png").write_bytes(b"")
        name = unicodedata.normalize("NFC", style.format(folder, i))
        rows.append(f"{name}{comma}{'xy'[i % 2]}")
    table = tmp_path / "labels.csv"
    table.write_text("\n".join([f"file{comma}label", *rows]), encoding="utf-8-sig")
    answers = {"project_type": "cv"}
    proposal = propose(inspect(table, answers), answers)
    settings = SimpleNamespace(**data_values(proposal.answers))
    assert [path for path, _ in read_table(table, settings)] == [*proposal.pictures]
    assert {label for _, label in read_table(table, settings)} == {"x", "y"}


@pytest.mark.parametrize("sign", ["\u2028", "\x85", "\x0b", "\x0c", "\x1c"])
@pytest.mark.parametrize("end", ["", ",,"])
def test_only_the_end_of_a_line_ends_a_row(
    tmp_path: Path, read_table: Any, sign: str, end: str
) -> None:
    rows = [f"{i}.png,{'xy'[i % 2]},seen{sign} late{end * (i == 7)}" for i in range(24)]
    for i in range(24):
        (tmp_path / f"{i}.png").write_bytes(b"")
    table = tmp_path / "labels.csv"
    table.write_text("\n".join(["file,label,note", *rows]), encoding="utf-8")
    answers = {"project_type": "cv", "image_columns": "file; label"}
    proposal = propose(inspect(table, answers), answers)
    settings = SimpleNamespace(**data_values(proposal.answers))
    assert [path for path, _ in read_table(table, settings)] == [*proposal.pictures]


def test_a_rendered_config_says_what_the_tool_found_out(working_template: Template) -> None:
    import tomllib

    rule = {"image_columns": "id; dx", "image_roots": "p 1/; p_2/", "image_suffix": ".jpg", "image_strip": "2"}  # fmt: skip
    folders = {
        **LOCAL,
        "data_path": "data/raw/x",
        "image_parts": "Training = train; Testing = test",
    }
    for inputs in (TABLE, {**TABLE, **rule}, folders):
        answers = questions.complete(questions.load(working_template), inputs)
        text = engines.render(working_template, answers)["config.toml"].data.decode()
        data = tomllib.loads(text)["data"]
        expected = data_values({"image_layout": "folders", **inputs})
        assert {key: data[key] for key in expected} == expected
