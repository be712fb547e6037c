"""Random tables read as they are described: the same values as pandas reads from Parquet."""

from __future__ import annotations

import math
import os
import tempfile
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import HealthCheck, Phase, given, settings

from mlstarter.data.reader import read_table
from mlstarter.data.schema import read_schema, to_toml
from tests.data.random_tables import RandomTable, describe, tables, truth, write

EXAMPLES = 300 if os.environ.get("MLSTARTER_TEST_FULL") else 30


@pytest.mark.slow
@settings(
    max_examples=EXAMPLES,
    deadline=None,
    derandomize=True,
    phases=[Phase.generate],  # shrinking a table takes minutes and tells no more
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(table=tables())
def test_a_described_table_holds_what_pandas_reads_from_parquet(table: RandomTable) -> None:
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        path = write(table, folder)
        looked_at, proposal = describe(path, table)
        assert proposal.schema is not None
        # Written down and read again: what the project has is the two files.
        schema = read_schema(to_toml(proposal.schema))
        values = read_table(path, looked_at.settings, schema)
        expected = truth(table, folder)
    assert looked_at.table.rows == len(expected)
    kinds = {column.name: column.kind for column in schema.features}
    for name, kind in table.kinds.items():
        if kind == "target":
            _equal(values.target, expected[name], "category")
        elif kind == "time":
            assert name in values.dates, schema.exclude
            _equal(values.dates[name], expected[name], "time")
        elif name in kinds:
            _equal(values.features[name], expected[name], kinds[name])
        else:
            # Never dropped in silence, and never for what it is not.
            reasons = ("constant", "leak?", "it has no values")
            assert schema.exclude[name].startswith(reasons), schema.exclude[name]


def _equal(values: list[Any], expected: pd.Series, kind: str) -> None:
    assert len(values) == len(expected)
    for value, true in zip(values, expected.tolist(), strict=True):
        if true is None or true is pd.NA or true is pd.NaT or true != true:
            assert value is None, (value, true)
        elif kind == "boolean":
            assert value == float(true)
        elif kind == "time":
            assert pd.Timestamp(value) == true
        elif kind == "category" and isinstance(true, bool):  # only one of the two was there
            assert value in (str(true).lower(), "ja" if true else "nein")
        elif kind == "category":
            assert value == str(true)
        else:
            assert value is not None and math.isclose(value, true, rel_tol=1e-12, abs_tol=1e-12)
