"""What an owner states about pictures is held against them before a project is result."""

from __future__ import annotations

import os
import shlex
from pathlib import Path
from typing import Any

import pytest

from mlstarter.data import folders
from mlstarter.data.answers import without_tool_keys
from mlstarter.data.errors import DataError
from mlstarter.data.inspect import inspect
from mlstarter.data.proposal import Proposal, propose
from tests.cli.conftest import Run

NO_SPLIT = "no folders of it are called train and test"


def put(folder: Path, *names: str) -> None:
    """Write files that bear these names and hold nothing."""
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(b"")


def table_of(folder: Path, labels: list[str], groups: list[str], **answers: Any) -> Proposal:
    """Propose a project over sixty pictures, whose classes and groups come round in this order."""
    put(folder, *(f"P{i // 3:02}-{i}.png" for i in range(60)))
    rows = [
        f"P{i // 3:02}-{i}.png,{labels[i % len(labels)]},{groups[i % len(groups)]}"
        for i in range(60)
    ]
    table = folder / "labels.csv"
    table.write_text("\n".join(["file,label,patient", *rows]), encoding="utf-8")
    answers = {"project_type": "cv", "image_columns": "file; label; patient", **answers}
    return propose(inspect(table, answers), answers)


NUMBERS = [f"p{i}" for i in range(30)]


@pytest.mark.parametrize(
    ("labels", "groups", "answers", "reason"),
    [
        (["Cat", "cat", "dog"], NUMBERS, {}, 'label" of labels.csv are spelt .*: "Cat", "cat"'),
        (["caf\u00e9", "cafe\u0301"], NUMBERS, {}, "spelt in several ways"),
        (["x", "y"], [*NUMBERS, "P7"], {}, 'Groups of .*"patient".* ways: "P7", "p7"'),
        (["x", "y"], ["caf\u00e9", "cafe\u0301"], {}, "Groups .* spelt in several ways"),
        (["yes", "no"], NUMBERS, {"positive_class": "Yes"}, 'positive_class is "Yes", and the'),
        (["x", "y", "z"], NUMBERS, {"positive_class": "x"}, 'are "x", "y", "z"'),
        (["x", "y"], NUMBERS, {"image_split": "given"}, NO_SPLIT),
        (["0", "1"], NUMBERS, {"class_names": "0 = no; 2 = yes"}, 'calls "2" something, and'),
        (["0", "1"], NUMBERS, {"class_names": "0 = no; 1 = no"}, "all classes .* one name"),
        (["x", "y"], ["z" * 131_073], {}, 'row 1, has more than 131,072 letters .*"patient"'),
        (
            ["x", "y"],
            NUMBERS,
            {"image_split": "group", "image_columns": "file; label"},
            "Nothing says which pictures of labels.csv belong together",
        ),
        (["x", "y"], NUMBERS, {"image_split": "stratified", "group_pattern": "(P"}, "no regular"),
        (
            ["x", "y"],
            NUMBERS,
            {"image_split": "stratified", "group_pattern": "Q[0-9]+"},
            "no two pictures of labels.csv one group: the first is called P00-0.png",
        ),
    ],
)
def test_what_a_table_cannot_be_is_refused(
    tmp_path: Path, labels: list[str], groups: list[str], answers: dict[str, str], reason: str
) -> None:
    with pytest.raises(DataError, match=reason) as failure:
        table_of(tmp_path, labels, groups, **answers)
    assert failure.value.hint


@pytest.mark.parametrize(
    ("labels", "answers"),
    [
        (["Cat", "cat", "dog"], {"class_names": "Cat = cat"}),
        (["0", "1"], {"class_names": "0 = no; 1 = yes", "positive_class": "yes"}),
        (["yes", "no"], {"positive_class": "yes"}),
        (["x", "y"], {"image_split": "group", "group_pattern": "P[0-9]+"}),
    ],
)
def test_what_a_table_can_be_is_not_refused(
    tmp_path: Path, labels: list[str], answers: dict[str, str]
) -> None:
    assert table_of(tmp_path, labels, NUMBERS, **answers).problem is None


def test_a_class_of_too_few_pictures_in_a_table_is_said(tmp_path: Path) -> None:
    problem = table_of(tmp_path, [*"xyxyxyxyxy", *"xyxyxyxyxy", "rare"], NUMBERS).problem
    assert problem is not None
    assert 'The class "rare" of labels.csv has 2 pictures' in problem.message


@pytest.mark.parametrize(
    ("answers", "reason"),
    [
        ({"image_split": "given"}, NO_SPLIT),
        ({"image_split": "group"}, "Nothing says which pictures of photos belong together"),
        ({"image_split": "group", "group_pattern": "[0-9]+"}, "no two pictures of photos"),
        ({"positive_class": "Cat"}, 'positive_class is "Cat", and the classes of photos'),
    ],
)
def test_what_a_folder_cannot_be_is_refused(
    tmp_path: Path, answers: dict[str, str], reason: str
) -> None:
    place = tmp_path / "photos"
    put(place, *(f"{'cat' if i % 2 else 'dog'}/{i}.png" for i in range(30)))
    with pytest.raises(DataError, match=reason):
        folders.propose(folders.look(place), answers)


def test_a_split_whose_test_part_lacks_a_class_cannot_be_kept(tmp_path: Path) -> None:
    put(
        tmp_path, *(f"{part}/{c}/{i}.png" for part in ("train", "test") for c in "xy" for i in "ab")
    )
    put(tmp_path, *(f"train/{c}/{i}.png" for c in "xyz" for i in range(10)))
    with pytest.raises(DataError, match='its test part lacks "z"'):
        folders.propose(folders.look(tmp_path), {"image_split": "given"})


def test_a_split_that_is_not_kept_is_said(tmp_path: Path) -> None:
    """A project of Kaggle has its rule before its pictures are there."""
    put(tmp_path, *(f"{p}/{c}/{i}.png" for p in ("Train", "Test") for c in "xy" for i in NUMBERS))
    for answers, value in (({}, "given"), ({"image_split": "stratified"}, "not kept")):
        choices = folders.propose(folders.look(tmp_path), answers)
        (choice,) = [choice for choice in choices if choice.value in ("given", "not kept")]
        assert choice.value == value
        assert choice.reason.startswith("it has folders called Test and Train")
    assert "image_split=given" in choice.reason


def test_a_pipe_among_pictures_is_no_picture(tmp_path: Path) -> None:
    put(tmp_path, "x/1.png")
    os.mkfifo(tmp_path / "x/2.png")
    assert [path.name for path in folders.walk(tmp_path)] == ["1.png"]


def test_columns_that_are_the_usual_ones_may_be_stated() -> None:
    assert without_tool_keys({"image_columns": "file;label", "metric": "x"}) == {"metric": "x"}
    assert without_tool_keys({"image_columns": "id; dx"}) == {"image_columns": "id; dx"}


@pytest.mark.slow
def test_a_project_is_not_brought_to_a_table_of_too_few(
    run: Run, here: Path, template: Path
) -> None:
    table_of(here, ["x", "y"], NUMBERS)
    result = run(
        "new", "p", "--data-file", "labels.csv", "--yes", "-d", "image_columns=file; label"
    )
    assert result.returncode == 0, result.stderr
    text = (here / "labels.csv").read_text("utf-8")
    (here / "labels.csv").write_text("\n".join(text.splitlines()[:9]), encoding="utf-8")
    outcome = run("describe", "labels.csv", "p", "--yes")
    assert outcome.returncode == 1
    assert 'class "x" of labels.csv has 4 pictures' in outcome.stderr


@pytest.mark.slow
def test_what_config_says_of_pictures_is_rendered_and_no_change_of_the_owner(
    run: Run, here: Path, template: Path
) -> None:
    put(
        here,
        *(f"pics/{part}/{c}/{i}.png" for part in ("TRAIN", "TEST") for c in "xy" for i in NUMBERS),
    )
    result = run("new", "p", "--yes", "--type", "cv", "--data", "data_source=sample")
    assert result.returncode == 0, result.stderr
    outcome = run("describe", "pics", "p")
    update = next(line for line in outcome.stdout.splitlines() if "mlstarter update" in line)
    assert run(*shlex.split(update)[1:]).returncode == 0
    assert "TRAIN" in (here / "p/config.toml").read_text("utf-8")
    outcome = run("describe", "pics", "p", "--yes")
    assert "Written: nothing: they say so already." in outcome.stdout
