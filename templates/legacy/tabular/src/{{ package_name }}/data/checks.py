"""Says in one sentence why a target cannot be learned."""

from __future__ import annotations

import pandas as pd

from ..errors import ProjectError

FEWEST_ROWS = 100  # below, a split leaves too little to learn from and nothing to measure with
FEWEST_OF_A_CLASS = 10
MOST_CLASSES = 200


def check_target(frame: pd.DataFrame, target: str, task: str) -> None:
    """Raise ProjectError unless the rows with a target are enough and fit the task."""
    if len(frame) < FEWEST_ROWS:
        raise ProjectError(
            f"There are {len(frame)} rows with a target, too few to learn from and to test on.",
            f"Bring at least {FEWEST_ROWS}, and better thousands.",
        )
    if task == "anomaly":
        return
    values = frame[target]
    if values.nunique() < 2:
        raise ProjectError(
            f"The target {target!r} is always {values.iloc[0]!r}: there is nothing to predict.",
            "Choose another target in schema.toml, or bring rows of other kinds.",
        )
    if task == "regression":
        return
    counts = values.value_counts()
    if task == "binary" and len(counts) > 2:
        raise ProjectError(
            f"The target {target!r} has {len(counts)} classes, and the task is binary.",
            'Set task = "multiclass" in config.toml, or "regression" for a number.',
        )
    if len(counts) > MOST_CLASSES:
        raise ProjectError(
            f"The target {target!r} has {len(counts)} values: too many to be classes.",
            'Set task = "regression" in config.toml, or make fewer classes in features.sql.',
        )
    if counts.iloc[-1] < FEWEST_OF_A_CLASS:
        raise ProjectError(
            f"The class {counts.index[-1]!r} of the target has {counts.iloc[-1]} rows, too few to "
            "learn and to test.",
            f"Join or leave out classes of fewer than {FEWEST_OF_A_CLASS} rows in features.sql.",
        )
