"""YAML, JSON and TOML of others: what is beyond a bound is said in words of ours."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest

from mlstarter.bounds import MAX_CONFIG_BYTES, MAX_DEPTH
from mlstarter.data_files import (
    BoundedLoader,
    Unusable,
    load_json,
    load_toml,
    load_yaml,
    yaml_documents,
)

DIGITS = "9" * 5000


Load = Callable[[str], Any]


@pytest.mark.parametrize("load", [load_json, load_yaml, load_toml])
def test_a_long_number_is_called_that(load: Load) -> None:
    with pytest.raises(Unusable, match=r"\Aa number has too many digits\Z"):
        load(f"a = {DIGITS}" if load is load_toml else DIGITS)


@pytest.mark.parametrize("load", [load_json, load_yaml, load_toml])
@pytest.mark.parametrize("depth", [70, 900])
def test_deep_nesting_is_called_that(depth: int, load: Load) -> None:
    lists = "[" * depth + "]" * depth
    with pytest.raises(Unusable, match="nested more than 60 levels deep"):
        load(f"a = {lists}" if load is load_toml else lists)


def test_deep_nesting_is_refused_before_the_rest_is_read() -> None:
    lists = f"{'[' * 400 + ']' * 400},\n"
    text = f"a: [{lists * ((MAX_CONFIG_BYTES - 10) // len(lists))}]"
    began = time.process_time()
    with pytest.raises(Unusable, match="nested more than 60 levels deep"):
        list(yaml_documents(text, BoundedLoader, limit=MAX_CONFIG_BYTES))
    assert time.process_time() - began < 1  # half a minute with PyYAML's own


@pytest.mark.parametrize(("start", "end"), [("[", "]"), ("{a: ", "}")])
def test_as_many_levels_are_read_as_the_bound_says(start: str, end: str) -> None:
    levels = MAX_DEPTH - (start != "[")  # the innermost mapping holds a value
    (value,) = yaml_documents(start * levels + end * levels, BoundedLoader)
    assert value == load_yaml(start * levels + end * levels)
    with pytest.raises(Unusable):
        list(yaml_documents(start * (levels + 1) + end * (levels + 1), BoundedLoader))


def test_a_mark_that_json_does_not_take_is_named() -> None:
    with pytest.raises(Unusable, match="byte-order mark"):
        load_json("\ufeff{}")
