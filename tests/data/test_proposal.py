"""What is proposed over a file, with the reason; folders; Kaggle's addresses."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import pytest

from mlstarter.data import folders
from mlstarter.data.errors import DataError, OpenQuestion
from mlstarter.data.kaggle import read_address
from mlstarter.data.words import yes_of
from tests.data.proposals import propose_from, write_table


@pytest.fixture
def columns() -> dict[str, list[Any]]:
    chance = random.Random(5)
    return {
        "age": [chance.randint(18, 80) for _ in range(200)],
        "kind": [chance.choice("abc") for _ in range(200)],
        "y": [chance.choice(["oui", "non"]) for _ in range(200)],
    }


def test_task_and_positive_class_follow_from_the_target(
    tmp_path: Path, columns: dict[str, list[Any]]
) -> None:
    path = write_table(tmp_path / "t.csv", columns)
    answers = propose_from(path).answers
    assert (answers["target"], answers["task"], answers["positive_class"]) == ("y", "binary", "oui")
    assert answers["split_rule"] == "stratified"
    assert propose_from(path, target="age").answers["task"] == "regression"
    assert propose_from(path, target="kind").answers["task"] == "multiclass"
    assert all(choice.reason for choice in propose_from(path).choices)


@pytest.mark.parametrize(
    ("values", "yes"),
    [
        (["nein", "ja"], "ja"), (["Yes", "No"], "Yes"), (["0", "1"], "1"), (["нет", "да"], "да"),
        (["否", "是"], "是"), (["-1", "1"], "1"), (["ham", "spam"], "spam"), (["nie", "tak"], "tak"),
        (["churn", "no churn"], "churn"), (["FALSE", "TRUE"], "TRUE"), (["não", "sim"], "sim"),
        (["N", "S"], None), (["E", "H"], None), (["N", "Y"], "Y"), (["n", "j"], "j"),
        (["0.00e+00", "1.00e+00"], "1.00e+00"),
        (["a", "b"], None), (["1", "2"], None), (["f", "m"], None), (["good", "bad"], None),
    ],
)  # fmt: skip
def test_the_yes_is_known_by_its_word_and_never_by_the_alphabet(
    values: list[str], yes: str | None
) -> None:
    assert yes_of(values) == yes
    assert yes_of(values[::-1]) == yes


def test_a_time_splits_and_so_does_whoever_several_rows_belong_to(
    tmp_path: Path, columns: dict[str, list[Any]]
) -> None:
    owners = {"customer_id": [f"c{i % 40}" for i in range(200)], **columns}
    proposal = propose_from(write_table(tmp_path / "o.csv", owners))
    assert (proposal.answers["split_rule"], proposal.answers["split_column"]) == (
        "group",
        "customer_id",
    )
    assert proposal.schema is not None
    assert proposal.schema.exclude == {"customer_id": "rows are split by it"}
    times = {"seen": [f"2023-{i // 28 + 1:02}-{i % 28 + 1:02}" for i in range(200)], **owners}
    proposal = propose_from(write_table(tmp_path / "t.csv", times))
    assert (proposal.answers["split_rule"], proposal.answers["split_column"]) == ("time", "seen")
    with_birth = {"date_of_birth": times["seen"], **columns}
    proposal = propose_from(write_table(tmp_path / "b.csv", with_birth))
    assert proposal.answers["split_rule"] == "stratified"
    assert proposal.schema is not None
    assert [date.name for date in proposal.schema.dates] == ["date_of_birth"]


def test_no_split_by_time_is_made_on_a_guess(tmp_path: Path, columns: dict[str, list[Any]]) -> None:
    chance = random.Random(1)
    days = [f"{chance.randint(1, 12):02}/{chance.randint(1, 12):02}/2023" for _ in range(200)]
    path = write_table(tmp_path / "t.csv", {"seen": days, **columns})
    for answers in ({}, {"split_rule": "time", "split_column": "seen"}):
        with pytest.raises(OpenQuestion, match='"seen"') as failure:
            propose_from(path, **answers)
        assert failure.value.key == "date_formats"
    decision = propose_from(path, date_formats="seen = %m/%d/%Y")
    assert decision.schema is not None
    assert decision.schema.dates[0].format == "%m/%d/%Y"
    apart = propose_from(path, split_rule="stratified")
    assert apart.schema is not None
    assert "which is not decided" in apart.schema.exclude["seen"]
    with pytest.raises(DataError, match="holds no times"):
        propose_from(path, split_rule="time", split_column="kind")


def test_a_measure_that_tells_one_class_of_three_apart_is_no_leak(tmp_path: Path) -> None:
    kinds = ["setosa", "versicolor", "virginica"]
    chance = random.Random(3)
    columns: dict[str, list[Any]] = {
        "width": [round((0, 2, 2.6)[i % 3] + chance.random(), 1) for i in range(150)],
        "code": [f"k{i % 3}" for i in range(150)],
        "class": [kinds[i % 3] for i in range(150)],
    }
    proposal = propose_from(write_table(tmp_path / "flowers.csv", columns), target="class")
    assert proposal.schema is not None
    assert [column.name for column in proposal.schema.features] == ["width"]
    assert proposal.schema.exclude["code"].startswith("leak?")


@pytest.mark.parametrize(
    "name",
    ["mrn", "Probanden-Nr.", "email", "E-Mail", "employee_id", "Mitarbeiter-Nummer",
     "Élève", "Participant ID", "Schüler", "患者ID", "客户编号", "Пациент", "Kundennummer",
     "patient_nbr", "subject#", "id", "record_id", "lesion_id", "unit_number", "InvoiceNo", "reviewerID", "SentenceId"],
)  # fmt: skip
def test_rows_of_one_owner_stay_together_whatever_the_owner_is_called(
    tmp_path: Path, name: str
) -> None:
    columns: dict[str, list[Any]] = {name: [f"u{i // 3}" for i in range(90)]}
    columns["x"] = [i * 7 % 13 for i in range(90)]
    columns["y"] = [("yes", "no")[i * 5 % 7 % 2] for i in range(90)]
    answers = propose_from(write_table(tmp_path / "t.csv", columns)).answers
    assert (answers["split_rule"], answers["split_column"]) == ("group", name)


def test_of_what_only_letters_tell_it_is_said_how_to_learn_from_them(tmp_path: Path) -> None:
    columns: dict[str, list[Any]] = {"url": [f"http://a{i}.org/login?x={i}" for i in range(60)]}
    columns["y"] = [("yes", "no")[i * 5 % 7 % 2] for i in range(60)]
    with pytest.raises(DataError) as failure:
        propose_from(write_table(tmp_path / "t.csv", columns))
    assert "--type nlp --data text_column=url" in str(failure.value.hint).replace('"', "")


def test_a_time_that_stands_in_pieces_is_said_where_rows_are_split_at_random(
    tmp_path: Path,
) -> None:
    columns: dict[str, list[Any]] = {"year": [2020 + i // 45 for i in range(90)]}
    columns["month"] = [i % 12 + 1 for i in range(90)]
    columns["y"] = [("yes", "no")[i * 5 % 7 % 2] for i in range(90)]
    choices = propose_from(write_table(tmp_path / "t.csv", columns)).choices
    (rule,) = (choice for choice in choices if choice.key == "split_rule")
    assert 'no time in one column (joined, "year", "month" would be one' in rule.reason


def test_numbers_of_rows_are_no_names_of_pictures_that_lie_near(tmp_path: Path) -> None:
    columns: dict[str, list[Any]] = {"id": list(range(90)), "x": [i * 7 % 13 for i in range(90)]}
    columns["y"] = [("yes", "no")[i * 5 % 7 % 2] for i in range(90)]
    (tmp_path / "plots").mkdir()
    for i in range(89):
        (tmp_path / f"plots/{i}.png").write_bytes(b"")
    assert propose_from(write_table(tmp_path / "t.csv", columns)).project_type == "tabular"
    (tmp_path / "plots/89.png").write_bytes(b"")
    assert propose_from(tmp_path / "t.csv").project_type == "cv"


def test_few_amounts_that_are_taken_for_classes_are_told_so(tmp_path: Path) -> None:
    columns = {"x": [i * 7 % 13 for i in range(60)], "count": [i * i % 10 for i in range(60)]}
    columns["count"][:3] = [9, 8, 7]
    problem = propose_from(write_table(tmp_path / "t.csv", columns), target="count").problem
    assert problem is not None and "--data task=regression" in str(problem.hint)


def test_a_number_of_its_own_in_nearly_every_row_is_no_leak_by_chance(tmp_path: Path) -> None:
    chance = random.Random(4)
    names = [f"x{i}" for i in range(20)]
    columns: dict[str, list[Any]] = {n: [chance.random() for _ in range(79)] for n in names}
    for cells in columns.values():
        cells.append(cells[0])  # one group of two rows would say that they vary little
    columns["y"] = [chance.random() for _ in range(79)]
    columns["y"].append(columns["y"][0])
    columns["copy"] = [1 - 3 * y for y in columns["y"]]
    proposal = propose_from(write_table(tmp_path / "t.csv", columns), target="y")
    assert proposal.schema is not None
    assert [column.name for column in proposal.schema.features] == names
    assert proposal.schema.exclude["copy"].startswith("leak?")


def test_what_predicts_the_target_alone_is_left_out_with_the_reason(
    tmp_path: Path, columns: dict[str, list[Any]]
) -> None:
    columns["paid"] = [10 + i % 7 if y == "oui" else i % 7 for i, y in enumerate(columns["y"])]
    proposal = propose_from(write_table(tmp_path / "t.csv", columns), target="y")
    assert proposal.schema is not None
    assert proposal.schema.exclude["paid"].startswith("leak?")
    assert [column.name for column in proposal.schema.features] == ["age", "kind"]


def test_a_folder_of_pictures_or_recordings_is_a_project_too(tmp_path: Path) -> None:
    for part in ("Train", "test"):
        for label in ("a", "b"):
            (tmp_path / "pics" / part / label).mkdir(parents=True)
            for number in range(10):
                (tmp_path / "pics" / part / label / f"{number}.JPG").write_bytes(b"x")
    choices = folders.propose(folders.look(tmp_path / "pics"), {})
    assert {each.key: each.value for each in choices} == {
        "project_type": "cv",
        "image_split": "given",
        "image_parts": "Train = train; test = test",
        "classes": "2",
    }
    (tmp_path / "voices").mkdir()
    (tmp_path / "voices" / "1.flac").write_bytes(b"x")
    (tmp_path / "voices" / "1.trans.txt").write_text("1 YES")
    assert folders.propose(folders.look(tmp_path / "voices"), {})[0].value == "asr"
    (tmp_path / "loop").mkdir()
    (tmp_path / "loop" / "again").symlink_to(tmp_path / "loop")
    with pytest.raises(DataError, match="neither pictures"):
        folders.propose(folders.look(tmp_path / "loop"), {})


@pytest.mark.parametrize(
    ("text", "answers"),
    [
        ("https://www.kaggle.com/datasets/owner/name", {"kaggle_dataset": "owner/name"}),
        ("kaggle.com/datasets/owner/name/data?select=a.csv", {"kaggle_dataset": "owner/name"}),
        ("https://www.kaggle.com/owner/name", {"kaggle_dataset": "owner/name"}),
        ("https://www.kaggle.com/datasets/o/n/versions/3", {"kaggle_dataset": "o/n/versions/3"}),
        ("kaggle datasets download -d owner/name", {"kaggle_dataset": "owner/name"}),
        (
            "curl -L -o ~/Downloads/x.zip\\\n  https://www.kaggle.com/api/v1/datasets/download/owner/name",
            {"kaggle_dataset": "owner/name"},
        ),
        ('path = kagglehub.dataset_download("owner/name")', {"kaggle_dataset": "owner/name"}),
        ("!kaggle competitions download -c titanic", {"kaggle_competition": "titanic"}),
        ("HTTPS://WWW.Kaggle.com/datasets/owner/name", {"kaggle_dataset": "owner/name"}),
        ("https://www.kaggle.com/api/v1/models/x", None),
        ("https://www.kaggle.com/competitions/titanic/data", {"kaggle_competition": "titanic"}),
        ("https://www.kaggle.com/c/titanic", {"kaggle_competition": "titanic"}),
        ("kaggle competitions download -c titanic", {"kaggle_competition": "titanic"}),
        ("owner/name", None),
        ("https://www.kaggle.com/code/owner/name", None),
        ("https://example.org/datasets/owner/name", None),
    ],
)
def test_a_page_of_kaggle_is_understood(text: str, answers: dict[str, str] | None) -> None:
    assert read_address(text) == answers
