"""By what the rows of a table are split: the columns that say so, and those that cannot."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from mlstarter.data.errors import DataError, OpenQuestion
from mlstarter.data.inspect import inspect
from mlstarter.data.splits import group_columns
from tests.data.proposals import propose_from, write_table


@pytest.mark.parametrize("name", ["customer_id", "seen"])
def test_what_rows_would_be_split_by_is_said_where_some_lack_it(tmp_path: Path, name: str) -> None:
    columns: dict[str, list[Any]] = {
        name: [f"2026-01-{i % 25 + 1:02}" if i % 9 else "" for i in range(90)],
        "x": [i * 7 % 13 for i in range(90)],
        "y": [("yes", "no")[i * 5 % 7 % 2] for i in range(90)],
    }
    if name == "customer_id":
        columns[name] = [cell and f"c{cell[-2:]}" for cell in columns[name]]
    path = write_table(tmp_path / "t.csv", columns)
    (rule,) = (each for each in propose_from(path).choices if each.key == "split_rule")
    assert rule.value == "stratified"
    assert f'"{name}" is missing in 10 rows' in rule.reason
    assert propose_from(path, split_column=name).answers["split_rule"] != "stratified"


def test_rows_are_not_split_by_what_leaves_a_part_empty(tmp_path: Path) -> None:
    columns: dict[str, list[Any]] = {"place": [f"p{i % 5}" for i in range(90)]}
    columns |= {"year": [2016 + i % 9 for i in range(90)], "x": [i * 7 % 13 for i in range(90)]}
    columns["y"] = [("yes", "no")[i * 5 % 7 % 2] for i in range(90)]
    path = write_table(tmp_path / "t.csv", columns)
    for name, message in {"place": "holds 5 values", "y": "holds what is to be predicted"}.items():
        with pytest.raises(DataError, match=message):
            propose_from(path, target="y", split_rule="group", split_column=name)
    with pytest.raises(DataError) as failure:
        propose_from(path, target="y", split_rule="time", split_column="year")
    assert "date_formats=year = %Y" in str(failure.value.hint)
    by_year = {"split_column": "year", "date_formats": "year = %Y"}
    assert propose_from(path, target="y", **by_year).answers["split_rule"] == "time"


def test_a_format_of_times_is_for_texts_alone(tmp_path: Path) -> None:
    rows = range(90)
    frame = pd.DataFrame(
        {"day": pd.date_range("2026-01-01", periods=90), "n": [i % 7 for i in rows]}
    )
    frame["y"] = [("yes", "no")[i * 5 % 7 % 2] for i in rows]
    frame.to_parquet(tmp_path / "t.parquet")
    answers = propose_from(tmp_path / "t.parquet", date_formats="day = %d.%m.%Y").answers
    assert answers["split_column"] == "day"
    with pytest.raises(DataError, match='"n" holds no texts that a format of times could read'):
        propose_from(tmp_path / "t.parquet", date_formats="n = %Y")


def test_who_orders_stays_together_before_what_is_ordered(tmp_path: Path) -> None:
    columns: dict[str, list[Any]] = {"order_id": [f"o{i * 10 // 12}" for i in range(90)]}
    columns["customer"] = [f"u{i // 4}" for i in range(90)]
    columns["unit"] = [f"kg{i // 3}" for i in range(90)]
    columns["y"] = [("yes", "no")[i * 5 % 7 % 2] for i in range(90)]
    path = write_table(tmp_path / "t.csv", columns)
    assert propose_from(path).answers["split_column"] == "customer"
    assert group_columns(inspect(path, {}), "y") == ["customer", "order_id"]
    del columns["y"]
    with pytest.raises(OpenQuestion) as question:
        propose_from(write_table(path, columns))
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
    answers = propose_from(write_table(tmp_path / "t.csv", columns | amounts)).answers
    assert (answers["split_rule"], answers["split_column"]) == ("group", "customer_id")
