"""What the tool reads of a file and what a generated project reads of it are the same."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from types import ModuleType
from typing import Any

import copier
import pandas as pd
import pytest
from hypothesis import HealthCheck, Phase, given, settings

from mlstarter.data.inspect import inspect
from mlstarter.data.proposal import propose
from mlstarter.data.reader import Values, read_table
from mlstarter.data.schema import Schema, read_schema, to_toml
from mlstarter.data.settings import Settings
from mlstarter.escape import toml_value
from mlstarter.sources.assemble import assemble
from tests.data.random_tables import RandomTable, describe, tables, write

ROOT = Path(__file__).parents[2]
EXAMPLES = 300 if os.environ.get("MLSTARTER_TEST_FULL") else 30
PACKAGE = "reader_of_a_project"
CONFIG = """
task = "multiclass"
[project]
name = "p"
[split]
rule = "stratified"
[model]
[decision]
primary = "macro_f1"
[data]
source = "local"
"""


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ModuleType]:
    """Yield the module `data` of a project that reads a file of its owner's."""
    folder = tmp_path_factory.mktemp("project")
    assemble(ROOT / "templates", folder / "template")
    answers = {"package_name": PACKAGE, "data_source": "local", "task": "multiclass"}
    answers |= {"data_path": "a.csv", "target": "y"}
    copier.run_copy(str(folder / "template"), folder / "p", data=answers, defaults=True, quiet=True)
    sys.path.insert(0, str(folder / "p/src"))
    try:
        yield __import__(f"{PACKAGE}.data", fromlist=["data"])
    finally:
        sys.path.remove(str(folder / "p/src"))
        for name in [name for name in sys.modules if name.partition(".")[0] == PACKAGE]:
            del sys.modules[name]


def read(project: ModuleType, path: Path, how: Settings, schema: Schema) -> pd.DataFrame:
    """Return what the project reads of a file when its two files say what the tool wrote."""
    config = sys.modules[f"{PACKAGE}.config"]
    folder, before = path.parent, Path.cwd()
    files = {"path": path.name, **asdict(how)}
    lines = [f"{key} = {toml_value(value)}" for key, value in files.items()]
    (folder / "config.toml").write_text(CONFIG + "\n".join(lines) + "\n", encoding="utf-8")
    (folder / "schema.toml").write_text(to_toml(schema), encoding="utf-8")
    (folder / "features.sql").write_text("SELECT * FROM data", encoding="utf-8")
    try:
        os.chdir(folder)
        return project.read_table(path, config.load_config(), config.load_schema())
    finally:
        os.chdir(before)


def same(frame: pd.DataFrame, values: Values, target: str) -> None:
    columns: dict[str, list[Any]] = {**values.dates, **values.features, target: values.target}
    for name, expected in columns.items():
        cells = [None if cell != cell else cell for cell in frame[name].tolist()]
        assert cells == expected, name


@pytest.mark.slow
@settings(
    max_examples=EXAMPLES,
    deadline=None,
    derandomize=True,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)
@given(table=tables())
def test_a_project_reads_what_the_tool_read(project: ModuleType, table: RandomTable) -> None:
    with tempfile.TemporaryDirectory() as place:
        path = write(table, Path(place))
        looked_at, proposal = describe(path, table)
        assert proposal.schema is not None
        schema = read_schema(to_toml(proposal.schema))
        frame = read(project, path, looked_at.settings, schema)
        same(frame, read_table(path, looked_at.settings, schema), "y")


# Cells and layouts that random tables do not have; each twice thirty rows below its header.
ODD = {
    "three columns of one name": ("x,x,x,,y", "1,2,3,4,{}"),
    "quotes, line ends and separators in cells": ('a,"b ""c""",y', '1,"2\n, ""q""",{}'),
    "words for nothing": ("a,b,y", "None 3,1,{}"),
    "blanks around cells": (" a , b ,y", " 1 , red 2 ,{}"),
    "accountants' numbers": ("a,b,y", "(1.50),3-,{}"),
    "signs of money": ("a,b,y", "$ 2.25,12 kg,{}"),
    "lines above and between": ("# a report\n# of today\na,b,y", "1.5,red 2,{}\n# more"),
    "empty rows": ("a,b,y", "1.5,red 2,{}\n,,\n"),
    "rows that end in a separator": ("a,b,y", "1.5,red 2,{},"),
}


@pytest.mark.parametrize("name", ODD)
def test_odd_files_are_read_alike(project: ModuleType, tmp_path: Path, name: str) -> None:
    header, row = ODD[name]
    digits = [
        {ord("1"): str(i % 7 + 1), ord("2"): str(i % 5), ord("3"): str(i % 4)} for i in range(60)
    ]
    rows = [row.translate(digits[i]).format("no" if i % 2 else "yes") for i in range(60)]
    path = tmp_path / "odd.csv"
    path.write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
    answers = {"target": "y", "positive_class": "yes", "data_decimal": "."}
    looked_at = inspect(path, answers)
    proposal = propose(looked_at, answers)
    assert proposal.schema is not None
    schema = read_schema(to_toml(proposal.schema))
    frame = read(project, path, looked_at.settings, schema)
    same(frame, read_table(path, looked_at.settings, schema), "y")


@pytest.mark.slow
def test_nothing_of_the_reader_needs_more_than_the_project_has(project: ModuleType) -> None:
    code = f"import {PACKAGE}.data, sys; print('mlstarter' in sys.modules)"
    environment = os.environ | {"PYTHONPATH": sys.path[0]}
    result = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, check=True
    )
    assert result.stdout.strip() == b"False"
