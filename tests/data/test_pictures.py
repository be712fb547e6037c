"""A table that names pictures: one rule leads from its names to the files, or a sentence says why not."""

from __future__ import annotations

import tomllib
import unicodedata
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from mlstarter.cli import own_data
from mlstarter.data.errors import DataError, OpenQuestion
from mlstarter.data.folders import look
from mlstarter.data.inspect import inspect
from mlstarter.data.picture_parts import DEFAULT_PARTS, parts_answer
from mlstarter.data.pictures import QUESTIONS, PathRule, data_values, find_rule
from mlstarter.data.place import copy_into, placement
from mlstarter.data.project import DataProject
from mlstarter.data.proposal import Proposal, propose
from mlstarter.errors import ProjectError

ROWS = range(10, 22)


def put(folder: Path, *names: str) -> None:
    """Write files that bear these names and hold nothing."""
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(b"")


def proposal(table: Path, rows: Sequence[str], **answers: Any) -> Proposal:
    table.write_text("\n".join(rows) + "\n", encoding="utf-8")
    answers = {"project_type": "cv", **answers}
    return propose(inspect(table, answers), answers)


RULES: list[tuple[list[str], list[str], PathRule]] = [
    (["a/1.png", "b/1.jpg"], ["a/1.png", "b/1.jpg", "x/a/1.png"], PathRule()),
    (["a/1", "b/1"], ["a/1.png", "b/1.png", "b/2.jpg"], PathRule(suffix=".png")),
    (["old/a/1.png", "old/b/1.png"], ["a/1.png", "b/1.png"], PathRule(strip=1)),
    (["/home/ada/old/a/1", "/home/ada/old/b/1"], ["a/1.JPG", "b/1.JPG"], PathRule(strip=4, suffix=".JPG")),
    (["1.png", "2.png"], ["images/1.png", "images/2.png", "masks/3.png"], PathRule(("images/",))),
    (["1", "2", "3"], ["p_1/1.jpg", "p_2/2.jpg", "p_2/3.jpg"], PathRule(("p_1/", "p_2/"), suffix=".jpg")),
    (["1.png", "2.png"], ["1.png", "2.png", "copy/1.png", "copy/2.png"], PathRule()),
]  # fmt: skip


@pytest.mark.parametrize(("names", "files", "rule"), RULES)
def test_one_rule_fits_all_names(names: list[str], files: list[str], rule: PathRule) -> None:
    assert find_rule(names, files, "labels.csv", "file") == rule
    assert all(len(rule.paths(name, files)) == 1 for name in names)


@pytest.mark.parametrize(
    ("names", "files", "reason"),
    [
        (["a/1.png", "d/1.png"], ["a/1.png", "b/1.png"], 'line 3: "d/1.png" is the name of no pictures'),
        (["1.png", "2.png"], ["a/1.png", "b/1.png", "a/2.png", "b/2.png"], 'line 2: "1.png" is the name of 2'),
        (["a/1", "a/2"], ["a/1.png", "a/1.jpg", "a/2.png", "a/2.jpg"], 'with the endings ".jpg", ".png"'),
        (["a/1", "a/2", "a/3"], ["a/1.png", "a/2.png", "a/3.jpg"], 'line 4: "a/3" is the name of no'),
        (["x/1.png", "y/1.png"], ["1.png"], 'line 2: "x/1.png" is'),  # two names are not one file
        (["", "1.png"], ["1.png"], 'line 2: "" is the name of no'),
        (["../1.png", "../2.png"], ["a/1.png", "b/2.png"], "line 2"),
    ],
)  # fmt: skip
def test_names_that_no_one_rule_fits_are_refused_by_line(
    names: list[str], files: list[str], reason: str
) -> None:
    with pytest.raises(DataError, match=reason) as refusal:
        find_rule(names, files, "labels.csv", "file")
    assert "ending" in str(refusal.value.hint)


@pytest.mark.slow
def test_slashes_and_forms_of_letters_do_not_matter(tmp_path: Path) -> None:
    put(tmp_path, *(unicodedata.normalize("NFD", f"café/{i}.png") for i in ROWS))
    rows = [unicodedata.normalize("NFC", f"café\\{i}.png,{'xy'[i % 2]}") for i in ROWS]
    outcome = proposal(tmp_path / "labels.csv", ["file,label", *rows])
    assert outcome.answers == {"project_type": "cv", "image_layout": "table"}
    assert len(outcome.pictures) == len(ROWS)


def test_columns_are_known_by_what_they_hold(tmp_path: Path) -> None:
    put(tmp_path, *(f"images/{i}.jpeg" for i in range(60)))
    rows = [f"{i},p{i // 3},{'xy'[i % 2]},{i * 1.5}" for i in range(60)]
    table = ["id,patient,diagnosis,size", *rows]
    outcome = proposal(tmp_path / "labels.csv", table)
    assert outcome.answers == {
        "project_type": "cv", "image_layout": "table", "image_split": "group",
        "image_columns": "id; diagnosis; patient", "image_roots": "images/", "image_suffix": ".jpeg",
    }  # fmt: skip
    assert data_values(outcome.answers) == {
        "columns": ["id", "diagnosis", "patient"], "roots": ["images/"], "strip": 0, "suffix": ".jpeg",
    }  # fmt: skip
    without_group = proposal(tmp_path / "labels.csv", table, image_split="stratified")
    assert without_group.answers["image_columns"] == "id; diagnosis"
    other = proposal(tmp_path / "labels.csv", table, image_columns="id; patient")
    assert other.answers["image_columns"] == "id; patient"


@pytest.mark.parametrize(
    ("rows", "reason"),
    [
        (["file;label", "1.png;x", "2.png;y"], "differs in its separator"),
        (["file,label", "1.png,x", "2.png,x"], "of one class"),
        (["name,label", "7,x", "8,y"], "names pictures that lie beside it"),
        (["file,size", "1.png,a", "2.png,a"], "holds the classes"),
        (["file,label", "1.PNG,x", "2.PNG,y"], 'line 2: "1.PNG" is the name of no pictures'),
        (
            ["id,MEL,NV", "1,0.0,1.0", "2,1.0,0.0"],
            '"MEL", "NV" of labels.csv hold one class together',
        ),
        ([",label", "1.png,x", "2.png,y"], 'header of labels.csv has no name for "column_1"'),
        (
            ["file,label,label", "1.png,a,x", "2.png,a,y"],
            'header of labels.csv has two columns called "label"',
        ),
        (["file,label", "1.png,x", "2.png,y", "1.png,y"], 'line 4: "1.png" is "y", after "x" in'),
    ],
)
def test_a_table_that_no_project_reads_is_refused(
    tmp_path: Path, rows: list[str], reason: str
) -> None:
    put(tmp_path, "1.png", "2.png")
    with pytest.raises(DataError, match=reason):
        proposal(tmp_path / "labels.csv", rows)


def test_several_columns_of_classes_are_a_question(tmp_path: Path) -> None:
    put(tmp_path, *(f"{i}.png" for i in ROWS))
    rows = ["file,colour,shape", *(f"{i}.png,{'rg'[i % 2]},{'xy'[i // 16]}" for i in ROWS)]
    with pytest.raises(OpenQuestion) as question:
        proposal(tmp_path / "labels.csv", rows)
    assert question.value.key == "image_columns"
    assert [each.value for each in question.value.options] == ["file; colour", "file; shape"]


def test_each_column_of_classes_is_offered_with_the_group(tmp_path: Path) -> None:
    put(tmp_path, *(f"part_{i % 2}/{i}.jpg" for i in range(60)))
    rows = [f"L{i // 4 * 3 + min(i % 4, 2)},{i},{'xy'[i % 2]},{i % 3}" for i in range(60)]
    with pytest.raises(OpenQuestion) as question:
        proposal(tmp_path / "labels.csv", ["lesion_id,image_id,dx,sex", *rows])
    options = [each.value for each in question.value.options]
    assert options == ["image_id; dx; lesion_id", "image_id; sex; lesion_id"]


@pytest.mark.parametrize(
    ("folder_of", "split", "parts"),
    [
        (lambda i: "train", None, None),
        (lambda i: "test" if i < 4 else "train", "given", None),
        (lambda i: "test" if i % 2 else "train", "stratified", None),
        (lambda i: "train_images", None, "train_images = train"),
    ],
)
def test_a_split_is_kept_where_the_pictures_that_are_listed_have_one(
    tmp_path: Path, folder_of: Callable[[int], str], split: str | None, parts: str | None
) -> None:
    # The pictures of a competition's test part lie beside them, and no table lists those.
    put(tmp_path, *(f"test/t{i}.jpg" for i in ROWS), *(f"test_images/t{i}.jpg" for i in ROWS))
    put(tmp_path, *(f"{folder_of(i)}/{i}.jpg" for i in range(60)))
    rows = [f"{folder_of(i)}/{i}.jpg,{'xy'[i % 2]}" for i in range(60)]
    outcome = proposal(tmp_path / "labels.csv", ["file,label", *rows])
    assert outcome.answers.get("image_split") == split
    assert outcome.answers.get("image_parts") == parts


def test_a_table_of_pictures_is_known_without_a_type(tmp_path: Path) -> None:
    put(tmp_path, *(f"{i}.png" for i in ROWS))
    rows = ["file,label", *(f"{i}.png,{'xy'[i % 2]}" for i in ROWS)]
    assert proposal(tmp_path / "labels.csv", rows, project_type="").project_type == "cv"
    without_endings = [row.replace(".png", "") for row in rows]
    outcome = proposal(tmp_path / "labels.csv", without_endings, project_type="")
    assert outcome.answers["image_suffix"] == ".png"
    few = ["age,label", *(f"{i % 7},{'xy'[i % 2]}" for i in ROWS)]
    own_answers = {"project_type": "", "positive_class": "x"}
    assert proposal(tmp_path / "labels.csv", few, **own_answers).project_type == "tabular"


def test_a_name_in_other_capitals_than_its_file_is_told_which_file_there_is() -> None:
    with pytest.raises(DataError, match="line 2") as refusal:
        find_rule(["a.JPG", "b.JPG"], ["img/a.jpg", "img/b.jpg"], "x.csv", "file")
    assert "there is img/a.jpg" in str(refusal.value.hint)


def test_only_the_pictures_of_a_table_are_copied_with_it(tmp_path: Path) -> None:
    put(tmp_path / "in/study", "a/1.png", "b/2.png", "a/other.png", "secret.pdf")
    table = tmp_path / "in/study/labels.csv"
    pictures = proposal(table, ["file,label", "a/1.png,x", "b/2.png,y"]).pictures
    project = tmp_path / "project"
    place = placement(table, project, copy=True, pictures=pictures)
    assert place.recorded_path == "data/raw/study/labels.csv"
    copy_into(place, project)
    files = [path.relative_to(project) for path in project.rglob("*") if path.is_file()]
    assert sorted(map(Path.as_posix, files)) == [
        "data/raw/study/a/1.png", "data/raw/study/b/2.png", "data/raw/study/labels.csv",
    ]  # fmt: skip
    copy_into(place, project)  # the same pictures again are no other ones
    (tmp_path / "in/study/a/1.png").write_bytes(b"another")
    with pytest.raises(DataError, match="is there already, and holds other files") as refusal:
        copy_into(place, project)
    assert "describe data/raw/study/labels.csv" in str(refusal.value.hint)
    again = placement(project / "data/raw/study/labels.csv", project, copy=True, pictures=pictures)
    assert again.recorded_path == "data/raw/study/labels.csv" and not again.copy_path


@pytest.mark.parametrize(
    ("names", "answer"),
    [
        (["train/a/1.png", "val/a/1.png", "test/b/1.png"], ""),
        (["Training/a/1.png", "Testing/b/1.png"], "Testing = test; Training = train"),
        (["x/TRAIN/a/1.png", "x/dev/b/1.png"], "TRAIN = train; dev = validation"),
        (["a/1.png", "b/1.png"], ""),
    ],
)
def test_folders_that_are_parts_of_a_split_are_written_down(
    tmp_path: Path, names: list[str], answer: str
) -> None:
    put(tmp_path, *names)
    assert parts_answer(look(tmp_path).parts) == answer


CONFIG = """\
[data]
path = "old.csv"  # where
columns = ["file", "label"]  # of the CSV
roots = [""]
strip = 0
suffix = ""  # such as ".jpg"
parts = { "train" = "train" }  # of a split
"""


def test_a_description_changes_what_config_says_and_keeps_its_comments(tmp_path: Path) -> None:
    data = tomllib.loads(CONFIG)["data"]
    project = DataProject(tmp_path, {"project_type": "cv"}, CONFIG, "", data)
    answers = {
        "image_layout": "table", "image_columns": "id; dx", "image_roots": "p_1/; p_2/",
        "image_suffix": ".jpg", "image_parts": "Training = train; Testing = test",
    }  # fmt: skip
    old, new = project.picture_changes("new.csv", answers).texts["config.toml"]
    assert old == CONFIG
    assert tomllib.loads(new)["data"] == {
        "path": "new.csv", "columns": ["id", "dx"], "roots": ["p_1/", "p_2/"], "strip": 0,
        "suffix": ".jpg", "parts": {"Training": "train", "Testing": "test"},
    }  # fmt: skip
    assert [line.partition("#")[2] for line in new.splitlines()] == [
        line.partition("#")[2] for line in CONFIG.splitlines()
    ]
    now = DataProject(tmp_path, {"project_type": "cv"}, new, "", tomllib.loads(new)["data"])
    _, next_text = now.picture_changes("x", {"image_layout": "folders"}).texts["config.toml"]
    assert tomllib.loads(next_text)["data"]["parts"] == DEFAULT_PARTS  # none of the last folder
    older = DataProject(tmp_path, {"project_type": "cv"}, "[data]\npath = 'x'\n", "", {"path": "x"})
    with pytest.raises(ProjectError, match="older edition") as refusal:
        older.picture_changes("new.csv", answers)
    assert "mlstarter update" in str(refusal.value.hint)


def test_what_the_names_say_is_no_question_of_the_dialogue(tmp_path: Path) -> None:
    put(tmp_path, *(f"{i}.png" for i in ROWS))
    (tmp_path / "x.csv").write_text("\n".join(["name,label", *(f"v/{i},{i % 2}" for i in ROWS)]))
    own = own_data.look(tmp_path / "x.csv", {"project_type": "cv"}, None)
    names = {"data_source", "data_path", "image_layout", *QUESTIONS}
    assert own.answers("data/raw/x/x.csv", names) == {
        "data_source": "local", "data_path": "data/raw/x/x.csv",
        "image_columns": "name; label", "image_strip": "1", "image_suffix": ".png",
    }  # fmt: skip
    assert "image_strip" not in own.answers("x.csv", {"data_path"})  # of an older template


@pytest.mark.parametrize(
    ("labels", "reason"),
    [
        (["a|b", "a", "b"], 'hold several labels, such as "a|b"'),
        (["clear road", "clear", "haze road", "haze"], 'such as "clear road"'),
        ([f"{i}.5" for i in range(30)], "holds amounts"),
    ],
)
def test_labels_that_are_no_classes_are_refused(
    tmp_path: Path, labels: list[str], reason: str
) -> None:
    put(tmp_path, *(f"{i}.png" for i in range(30)))
    rows = [f"{i}.png,{labels[i % len(labels)]}" for i in range(30)]
    with pytest.raises(DataError, match=reason.replace("|", r"\|")):
        proposal(tmp_path / "labels.csv", ["file,label", *rows])


@pytest.mark.parametrize(
    "labels",
    [["dog", "hot dog"], ["red car", "blue car", "red bike"], ["a, b", "c"], ["0", "1", "2"]],
)
def test_classes_of_several_words_are_classes(tmp_path: Path, labels: list[str]) -> None:
    put(tmp_path, *(f"{i}.png" for i in range(30)))
    rows = [f'{i}.png,"{labels[i % len(labels)]}"' for i in range(30)]
    assert (
        proposal(tmp_path / "labels.csv", ["file,label", *rows]).answers["image_layout"] == "table"
    )


def test_parts_of_a_table_are_read_of_folders_and_said_of_columns(tmp_path: Path) -> None:
    names = [f"{'train' if i % 3 else 'Test'}/{i}.png" for i in range(30)]
    put(tmp_path, *names)
    rows = [f"{name},{'xy'[i % 2]},{name.partition('/')[0]}" for i, name in enumerate(names)]
    outcome = proposal(tmp_path / "labels.csv", ["file,label,split", *rows])
    assert outcome.answers["image_split"] == "given"
    assert outcome.answers["image_parts"] == "Test = test; train = train"
    assert outcome.answers["parts in columns"] == '"split"'
