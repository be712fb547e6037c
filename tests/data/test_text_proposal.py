"""When a file is proposed as texts, and which texts and labels are refused."""

from __future__ import annotations

import json
import random
import zipfile
from pathlib import Path
from typing import Any

import pytest

from mlstarter.data.errors import DataError, OpenQuestion
from mlstarter.data.inspect import inspect
from tests.data.proposals import propose_from, propose_type, write_table


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
    assert propose_from(write_table(tmp_path / "t.csv", columns)).project_type == kind


def test_texts_are_a_project_of_texts(tmp_path: Path) -> None:
    rows = [f"the film number {i} was {'good' if i % 2 else 'bad'} indeed" for i in range(60)]
    path = write_table(tmp_path / "t.csv", {"review": rows, "label": [i % 2 for i in range(60)]})
    proposal = propose_from(path)
    assert proposal.answers == {"project_type": "nlp", "text_column": "review", "target": "label"}
    assert propose_type(path, "tabular") == "tabular"


def test_texts_of_one_author_stay_together_though_some_have_none(tmp_path: Path) -> None:
    columns: dict[str, list[Any]] = {
        "text": [f"the film number {i} was {'good' if i % 2 else 'bad'} indeed" for i in range(90)],
        "author": [f"u{i % 30}" if i % 4 else "" for i in range(90)],
        "label": ["pos" if i % 2 else "neg" for i in range(90)],
    }
    answers = propose_from(write_table(tmp_path / "t.csv", columns)).answers
    assert (answers["project_type"], answers["text_group"]) == ("nlp", "author")


def test_texts_beside_columns_of_labels_are_a_project_of_texts(tmp_path: Path) -> None:
    chance = random.Random(3)
    flags = {
        name: [chance.randint(0, 1) for _ in range(80)] for name in ("rude", "odd", "sad", "ad")
    }
    texts = [f"an answer of some words that ends in {i}" for i in range(80)]
    path = write_table(
        tmp_path / "t.csv", {"comment": texts, **flags, "n": [*range(7), *range(73)]}
    )
    with pytest.raises(OpenQuestion, match="to be predicted"):
        propose_from(path)
    proposal = propose_from(path, target="odd")
    assert (proposal.project_type, proposal.answers["text_column"]) == ("nlp", "comment")
    assert "4 columns say which labels it has" in proposal.choices[0].reason
    assert propose_from(path, target="n").project_type == "tabular"
    assert propose_from(path, target="odd", project_type="tabular").project_type == "tabular"
    ages = {"age": [*range(40)] * 2, "class": ["yes", "no"] * 40}
    table = propose_from(write_table(tmp_path / "t.csv", {"note": texts, **flags, **ages}))
    assert (table.project_type, table.answers["target"]) == ("tabular", "class")
    assert 'the words of "note" instead: --type nlp' in table.choices[0].reason


@pytest.mark.parametrize("label", ["['a', 'b{}']", "[1, 0, {}]", "[1 0 {}]"])
def test_several_labels_of_one_row_are_refused(tmp_path: Path, label: str) -> None:
    path = tmp_path / "t.csv"
    rows = (f'a text of some words with {i};"{label.format(i % 2)}"\n' for i in range(80))
    path.write_text("text;y\n" + "".join(rows))
    with pytest.raises(DataError, match='several labels in "y"'):
        propose_from(path)


def test_numbers_are_no_classes_of_texts(tmp_path: Path) -> None:
    texts = [f"a text of some words with {i}" for i in range(80)]
    path = write_table(tmp_path / "t.csv", {"text": texts, "target": [i * 0.37 for i in range(80)]})
    problem = propose_from(path).problem
    assert problem is not None
    assert "a project of texts learns classes" in problem.message


def test_a_table_of_pixels_is_no_table_of_numbers(tmp_path: Path) -> None:
    chance = random.Random(3)
    pixels = {f"pixel{k}": [chance.randint(0, 255) for _ in range(80)] for k in range(64)}
    path = write_table(tmp_path / "t.csv", {"label": [i % 4 for i in range(80)], **pixels})
    with pytest.raises(DataError, match="holds pictures, each a row of 64 pixels"):
        propose_from(path)
    assert propose_from(path, project_type="tabular").project_type == "tabular"


def test_texts_may_have_no_names_above_their_columns(tmp_path: Path) -> None:
    path = tmp_path / "SMSSpamCollection"
    rows = [f"{('ham', 'spam')[i % 2]}\tyou have won prize number {i} today" for i in range(60)]
    path.write_text("\n".join(rows))
    proposal = propose_from(path, target="column_1")
    assert (proposal.project_type, proposal.answers["text_column"]) == ("nlp", "column_2")
    assert not inspect(path, {}).settings.header


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("t.csv", "review,label\n# checked\n{rows}", "has lines of comments"),
        ("t.csv", "review,label\n{rows}so so,0,,\n", r"line 62, has 4 cells, and the first row 2"),
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
        propose_from(path, project_type="nlp", text_column="column_1", target="column_2")


def test_numbers_that_no_project_of_texts_reads_are_named(tmp_path: Path) -> None:
    path, rows = tmp_path / "t.jsonl", []
    for i in range(60):
        row = {
            "text": f"the film number {i} was good indeed",
            "label": f"{i % 2}",
            "id": 10**25 + i,
        }
        rows.append(f"{json.dumps(row)}\n")
    path.write_text("".join(rows))
    with pytest.raises(DataError, match=r'"id" of t\.jsonl holds 10{25}'):
        propose_from(path, project_type="nlp")


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
    path = write_table(tmp_path / "t.csv", {"review": rows, "label": labels})
    problem = propose_from(path, project_type="nlp").problem
    assert message in str(problem) if message else problem is None
