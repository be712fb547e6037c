"""What is proposed over a file, with the reason; folders; Kaggle's addresses."""

from __future__ import annotations

import random
import zipfile
from pathlib import Path
from typing import Any

import pytest

from mlstarter.data import folders
from mlstarter.data.errors import DataError, OpenQuestion
from mlstarter.data.inspect import inspect
from mlstarter.data.kaggle import read_address
from mlstarter.data.proposal import Proposal, propose
from mlstarter.data.splits import group_columns
from mlstarter.data.words import yes_of


def _table(path: Path, columns: dict[str, list[Any]]) -> Path:
    rows = zip(*columns.values(), strict=True)
    path.write_text(",".join(columns) + "\n" + "".join(",".join(map(str, r)) + "\n" for r in rows))
    return path


def _propose(path: Path, **answers: str) -> Proposal:
    return propose(inspect(path, answers), answers)


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
    path = _table(tmp_path / "t.csv", columns)
    answers = _propose(path).answers
    assert (answers["target"], answers["task"], answers["positive_class"]) == ("y", "binary", "oui")
    assert answers["split_rule"] == "stratified"
    assert _propose(path, target="age").answers["task"] == "regression"
    assert _propose(path, target="kind").answers["task"] == "multiclass"
    assert all(choice.reason for choice in _propose(path).choices)


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
    proposal = _propose(_table(tmp_path / "o.csv", owners))
    assert (proposal.answers["split_rule"], proposal.answers["split_column"]) == (
        "group",
        "customer_id",
    )
    assert proposal.schema is not None
    assert proposal.schema.exclude == {"customer_id": "rows are split by it"}
    times = {"seen": [f"2023-{i // 28 + 1:02}-{i % 28 + 1:02}" for i in range(200)], **owners}
    proposal = _propose(_table(tmp_path / "t.csv", times))
    assert (proposal.answers["split_rule"], proposal.answers["split_column"]) == ("time", "seen")
    with_birth = {"date_of_birth": times["seen"], **columns}
    proposal = _propose(_table(tmp_path / "b.csv", with_birth))
    assert proposal.answers["split_rule"] == "stratified"
    assert proposal.schema is not None
    assert [date.name for date in proposal.schema.dates] == ["date_of_birth"]


def test_no_split_by_time_is_made_on_a_guess(tmp_path: Path, columns: dict[str, list[Any]]) -> None:
    chance = random.Random(1)
    days = [f"{chance.randint(1, 12):02}/{chance.randint(1, 12):02}/2023" for _ in range(200)]
    path = _table(tmp_path / "t.csv", {"seen": days, **columns})
    for answers in ({}, {"split_rule": "time", "split_column": "seen"}):
        with pytest.raises(OpenQuestion, match='"seen"') as failure:
            _propose(path, **answers)
        assert failure.value.key == "date_formats"
    decision = _propose(path, date_formats="seen = %m/%d/%Y")
    assert decision.schema is not None
    assert decision.schema.dates[0].format == "%m/%d/%Y"
    apart = _propose(path, split_rule="stratified")
    assert apart.schema is not None
    assert "which is not decided" in apart.schema.exclude["seen"]
    with pytest.raises(DataError, match="holds no times"):
        _propose(path, split_rule="time", split_column="kind")


def test_a_measure_that_tells_one_class_of_three_apart_is_no_leak(tmp_path: Path) -> None:
    kinds = ["setosa", "versicolor", "virginica"]
    chance = random.Random(3)
    columns: dict[str, list[Any]] = {
        "width": [round((0, 2, 2.6)[i % 3] + chance.random(), 1) for i in range(150)],
        "code": [f"k{i % 3}" for i in range(150)],
        "class": [kinds[i % 3] for i in range(150)],
    }
    proposal = _propose(_table(tmp_path / "flowers.csv", columns), target="class")
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
    answers = _propose(_table(tmp_path / "t.csv", columns)).answers
    assert (answers["split_rule"], answers["split_column"]) == ("group", name)


def test_of_what_only_letters_tell_it_is_said_how_to_learn_from_them(tmp_path: Path) -> None:
    columns: dict[str, list[Any]] = {"url": [f"http://a{i}.org/login?x={i}" for i in range(60)]}
    columns["y"] = [("yes", "no")[i * 5 % 7 % 2] for i in range(60)]
    with pytest.raises(DataError) as failure:
        _propose(_table(tmp_path / "t.csv", columns))
    assert "--type nlp --data text_column=url" in str(failure.value.hint).replace('"', "")


def test_a_time_that_stands_in_pieces_is_said_where_rows_are_split_at_random(
    tmp_path: Path,
) -> None:
    columns: dict[str, list[Any]] = {"year": [2020 + i // 45 for i in range(90)]}
    columns["month"] = [i % 12 + 1 for i in range(90)]
    columns["y"] = [("yes", "no")[i * 5 % 7 % 2] for i in range(90)]
    choices = _propose(_table(tmp_path / "t.csv", columns)).choices
    (rule,) = (choice for choice in choices if choice.key == "split_rule")
    assert 'no time in one column (joined, "year", "month" would be one' in rule.reason


def test_who_orders_stays_together_before_what_is_ordered(tmp_path: Path) -> None:
    columns: dict[str, list[Any]] = {"order_id": [f"o{i * 10 // 12}" for i in range(90)]}
    columns["customer"] = [f"u{i // 4}" for i in range(90)]
    columns["unit"] = [f"kg{i // 3}" for i in range(90)]
    columns["y"] = [("yes", "no")[i * 5 % 7 % 2] for i in range(90)]
    path = _table(tmp_path / "t.csv", columns)
    assert _propose(path).answers["split_column"] == "customer"
    assert group_columns(inspect(path, {}), "y") == ["customer", "order_id"]
    del columns["y"]
    with pytest.raises(OpenQuestion) as question:
        _propose(_table(path, columns))
    assert next(each.value for each in question.value.options) == "unit"


def test_who_buys_stays_together_before_the_shop(tmp_path: Path) -> None:
    chance = random.Random(2)
    rows = range(300)
    columns: dict[str, list[Any]] = {
        "store": [i % 25 for i in rows],
        "customer_id": [i // 3 for i in rows],
    }
    amounts: dict[str, list[Any]] = {
        "a": [chance.random() for _ in rows],
        "y": [chance.choice(["yes", "no"]) for _ in rows],
    }
    answers = _propose(_table(tmp_path / "t.csv", columns | amounts)).answers
    assert (answers["split_rule"], answers["split_column"]) == ("group", "customer_id")


def test_numbers_of_rows_are_no_names_of_pictures_that_lie_near(tmp_path: Path) -> None:
    columns: dict[str, list[Any]] = {"id": list(range(90)), "x": [i * 7 % 13 for i in range(90)]}
    columns["y"] = [("yes", "no")[i * 5 % 7 % 2] for i in range(90)]
    (tmp_path / "plots").mkdir()
    for i in range(89):
        (tmp_path / f"plots/{i}.png").write_bytes(b"")
    assert _propose(_table(tmp_path / "t.csv", columns)).project_type == "tabular"
    (tmp_path / "plots/89.png").write_bytes(b"")
    assert _propose(tmp_path / "t.csv").project_type == "cv"


def test_few_amounts_that_are_taken_for_classes_are_told_so(tmp_path: Path) -> None:
    columns = {"x": [i * 7 % 13 for i in range(60)], "count": [i * i % 10 for i in range(60)]}
    columns["count"][:3] = [9, 8, 7]
    problem = _propose(_table(tmp_path / "t.csv", columns), target="count").problem
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
    proposal = _propose(_table(tmp_path / "t.csv", columns), target="y")
    assert proposal.schema is not None
    assert [column.name for column in proposal.schema.features] == names
    assert proposal.schema.exclude["copy"].startswith("leak?")


def test_what_predicts_the_target_alone_is_left_out_with_the_reason(
    tmp_path: Path, columns: dict[str, list[Any]]
) -> None:
    columns["paid"] = [10 + i % 7 if y == "oui" else i % 7 for i, y in enumerate(columns["y"])]
    proposal = _propose(_table(tmp_path / "t.csv", columns), target="y")
    assert proposal.schema is not None
    assert proposal.schema.exclude["paid"].startswith("leak?")
    assert [column.name for column in proposal.schema.features] == ["age", "kind"]


@pytest.mark.parametrize(
    ("name", "text", "kind"),
    [
        ("review", "อาหารอร่อยมากบริการดี", "nlp"),
        ("review", "ອາຫານແຊບຫຼາຍບໍລິການດີ", "nlp"),
        ("评论", "这家店的菜很好吃", "nlp"),
        ("氏名", "佐藤健一郎様", "tabular"),
        ("担当", "佐藤健一", "tabular"),
        ("地址", "北京市朝阳区建国路号", "tabular"),
        ("Address", "12 Long Street New York", "tabular"),
        ("Name", "Braund Mr. Owen Harris", "tabular"),
        ("日付", "令和6年1月1日", "tabular"),
    ],
)
def test_names_addresses_and_days_are_no_texts(
    tmp_path: Path, name: str, text: str, kind: str
) -> None:
    texts = [f"{text}{chr(ord(text[-1]) - i % 9)}{text[i % 4 : i // 9 % 5]}" for i in range(90)]
    if "月" in text:
        texts = [f"令和6年{1 + i % 12}月{1 + i % 28}日" for i in range(90)]
    ages = [20 + i * 7 % 50 for i in range(90)]
    columns: dict[str, list[Any]] = {name: texts, "age": ages}
    columns["y"] = [i * 3 % 7 % 2 for i in range(90)]
    assert _propose(_table(tmp_path / "t.csv", columns)).project_type == kind


def test_texts_are_a_project_of_texts(tmp_path: Path) -> None:
    rows = [f"the film number {i} was {'good' if i % 2 else 'bad'} indeed" for i in range(60)]
    path = _table(tmp_path / "t.csv", {"review": rows, "label": [i % 2 for i in range(60)]})
    proposal = _propose(path)
    assert proposal.answers == {"project_type": "nlp", "text_column": "review", "target": "label"}
    assert _propose_type(path, "tabular") == "tabular"


def test_texts_beside_columns_of_labels_are_a_project_of_texts(tmp_path: Path) -> None:
    chance = random.Random(3)
    flags = {
        name: [chance.randint(0, 1) for _ in range(80)] for name in ("rude", "odd", "sad", "ad")
    }
    texts = [f"an answer of some words that ends in {i}" for i in range(80)]
    path = _table(tmp_path / "t.csv", {"comment": texts, **flags, "n": [*range(7), *range(73)]})
    with pytest.raises(OpenQuestion, match="to be predicted"):
        _propose(path)
    proposal = _propose(path, target="odd")
    assert (proposal.project_type, proposal.answers["text_column"]) == ("nlp", "comment")
    assert "4 columns say which labels it has" in proposal.choices[0].reason
    assert _propose(path, target="n").project_type == "tabular"
    assert _propose(path, target="odd", project_type="tabular").project_type == "tabular"
    ages = {"age": [*range(40)] * 2, "class": ["yes", "no"] * 40}
    table = _propose(_table(tmp_path / "t.csv", {"note": texts, **flags, **ages}))
    assert (table.project_type, table.answers["target"]) == ("tabular", "class")
    assert 'the words of "note" instead: --type nlp' in table.choices[0].reason


@pytest.mark.parametrize("label", ["['a', 'b{}']", "[1, 0, {}]", "[1 0 {}]"])
def test_several_labels_of_one_row_are_refused(tmp_path: Path, label: str) -> None:
    path = tmp_path / "t.csv"
    rows = (f'a text of some words with {i};"{label.format(i % 2)}"\n' for i in range(80))
    path.write_text("text;y\n" + "".join(rows))
    with pytest.raises(DataError, match='several labels in "y"'):
        _propose(path)


def test_numbers_are_no_classes_of_texts(tmp_path: Path) -> None:
    texts = [f"a text of some words with {i}" for i in range(80)]
    path = _table(tmp_path / "t.csv", {"text": texts, "target": [i * 0.37 for i in range(80)]})
    problem = _propose(path).problem
    assert problem is not None
    assert "a project of texts learns classes" in problem.message


def test_a_table_of_pixels_is_no_table_of_numbers(tmp_path: Path) -> None:
    chance = random.Random(3)
    pixels = {f"pixel{k}": [chance.randint(0, 255) for _ in range(80)] for k in range(64)}
    path = _table(tmp_path / "t.csv", {"label": [i % 4 for i in range(80)], **pixels})
    with pytest.raises(DataError, match="holds pictures, each a row of 64 pixels"):
        _propose(path)
    assert _propose(path, project_type="tabular").project_type == "tabular"


def test_texts_may_have_no_names_above_their_columns(tmp_path: Path) -> None:
    path = tmp_path / "SMSSpamCollection"
    rows = [f"{('ham', 'spam')[i % 2]}\tyou have won prize number {i} today" for i in range(60)]
    path.write_text("\n".join(rows))
    proposal = _propose(path, target="column_1")
    assert (proposal.project_type, proposal.answers["text_column"]) == ("nlp", "column_2")
    assert not inspect(path, {}).settings.header


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("t.csv", "review,label\n# checked\n{rows}", "has lines of comments"),
        ("t.zip", "review,label\n{rows}", "holds hidden files"),
    ],
)
def test_texts_that_their_project_would_not_read_are_refused(
    tmp_path: Path, name: str, content: str, message: str
) -> None:
    rows = [f"the film number {i} was {'good' if i % 2 else 'bad'} indeed" for i in range(60)]
    text = content.format(rows="".join(f"{row},{i % 2}\n" for i, row in enumerate(rows)))
    path = tmp_path / name
    if name.endswith(".zip"):
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("t.csv", text)
            archive.writestr("__MACOSX/._t.csv", "x")
    else:
        path.write_text(text)
    with pytest.raises(DataError, match=message):
        _propose(path, project_type="nlp", text_column="column_1", target="column_2")


@pytest.mark.parametrize(
    ("labels", "message"),
    [
        (["a", "b"] * 20, 'has 40 texts with a "label"'),
        (["a", "b", ""] * 20, 'has 40 texts with a "label"'),
        (["a"] * 60 + ["b"] * 9, 'class "b" of "label" has 9 texts'),
        (["a"] * 60 + ["b"] * 10, ""),
    ],
)
def test_texts_of_which_nothing_can_be_learned_are_said(
    tmp_path: Path, labels: list[str], message: str
) -> None:
    rows = [f"the film number {i} was good indeed" for i in range(len(labels))]
    path = _table(tmp_path / "t.csv", {"review": rows, "label": labels})
    problem = _propose(path, project_type="nlp").problem
    assert message in str(problem) if message else problem is None


def _propose_type(path: Path, kind: str) -> str:
    try:
        return _propose(path, project_type=kind).project_type
    except DataError:
        return kind  # a table of one text has no feature, and says so


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
