"""YAML, JSON and TOML of others: what is beyond a bound is said in words of ours."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from mlstarter.data_files import Unusable, load_json, load_toml, load_yaml

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


def test_a_mark_that_json_does_not_take_is_named() -> None:
    with pytest.raises(Unusable, match="byte-order mark"):
        load_json("\ufeff{}")
