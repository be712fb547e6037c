"""The one splitter: rows become training, validation and test, by class, group or time."""

from __future__ import annotations

from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ..errors import ProjectError
from ..settings import Config, Rule
from .load import load
from .schema import Schema

Name = Literal["train", "validation", "test"]


def read(config: Config, schema: Schema, name: Name) -> pd.DataFrame:
    """Return the rows of one split, in their original order (by time where time splits them).

    Only `evaluate` may ask for "test".
    """
    frame = load(config, schema)
    chosen = frame[assign(frame, config, schema) == name]
    if config.split.rule == "time":
        chosen = chosen.sort_values(config.split.column, kind="stable")
    if chosen.empty:
        raise ProjectError(
            f"The {name} split is empty.", "Change [split] in config.toml: shares or dates."
        )
    rows: pd.DataFrame = chosen.reset_index(drop=True)
    return rows


def assign(
    frame: pd.DataFrame, config: Config, schema: Schema, rule: Rule | None = None
) -> NDArray[np.str_]:
    """Return "train", "validation" or "test" for each row, by config.toml's rule or another one.

    - time: later rows are tested; rows of the same time stay together;
    - group: all rows with one value of the column stay together;
    - stratified: each class (for numbers, each tenth of their range) is divided alike.
    """
    shares, rule = config.split, rule or config.split.rule
    if rule == "time":
        return _by_time(frame[shares.column], config)
    rng = np.random.default_rng(config.seed)
    if rule == "group":
        codes, groups = pd.factorize(frame[shares.column], use_na_sentinel=False)
        place = (rng.permutation(len(groups)) / len(groups))[codes]
    else:
        shuffled = pd.Series(rng.permutation(len(frame)))
        place = (shuffled.groupby(_strata(frame, config, schema)).rank(pct=True) - 1e-9).to_numpy()
    bounds = [1 - shares.validation - shares.test, 1 - shares.test]
    return np.array(["train", "validation", "test"])[np.searchsorted(bounds, place, side="right")]


def _by_time(times: pd.Series[Any], config: Config) -> NDArray[Any]:
    rule = config.split
    if rule.validation_from and rule.test_from:
        bounds = pd.Series([rule.validation_from, rule.test_from]).astype(times.dtype)
    else:
        shares = [1 - rule.validation - rule.test, 1 - rule.test]
        bounds = times.quantile(shares, interpolation="higher")
    names = np.where(times >= bounds.iloc[0], "validation", "train")
    return np.where(times >= bounds.iloc[1], "test", names)


def _strata(frame: pd.DataFrame, config: Config, schema: Schema) -> NDArray[Any]:
    if not schema.target.name or config.task == "anomaly":
        return np.zeros(len(frame))
    target = frame[schema.target.name]
    if config.task == "regression":
        return pd.qcut(target.rank(method="first"), 10, labels=False).to_numpy()
    return np.asarray(target)
