"""What the tool reads of a file and what a generated project reads of it are the same."""

from __future__ import annotations

import csv
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from types import ModuleType
from typing import Any

import pandas as pd
import pytest
from hypothesis import HealthCheck, Phase, given, settings

from mlstarter import engines, questions
from mlstarter.data.inspect import inspect
from mlstarter.data.proposal import propose
from mlstarter.data.reader import Values, read_table
from mlstarter.data.schema import Column, Schema, read_schema, to_toml
from mlstarter.data.settings import Settings
from mlstarter.data.writing import with_settings
from mlstarter.files import write_tree
from mlstarter.sources import Template
from tests.data.random_tables import RandomTable, describe, tables, write
from tests.data.test_real_files import REAL_FILES, look

EXAMPLES = 300 if os.environ.get("MLSTARTER_TEST_FULL") else 30
PACKAGE = "reader_of_a_project"
CONSTRAINTS = "templates/core/constraints.txt.jinja"


class Projects:
    """The module `data` of a project for each kind of file: of its owner's, rendered once."""

    def __init__(self, folder: Path, template: Template) -> None:
        self.folder = folder
        self.packages: dict[str, int] = {}
        self.template = template

    def module(self, name: str, how: Settings, path: Path) -> ModuleType:
        """Return a module of the project that reads files which are written as ``path`` is."""
        answers = {"data_source": "local", "task": "multiclass", "target": "y"}
        answers |= {"data_path": f"a{path.suffix}"}
        answers |= {} if how.format == "csv" else {"data_format": how.format}
        answers |= {
            f"data_{key}": getattr(how, key)
            for key in sorted(how.rendered_keys() & {*how.non_defaults()})
        }
        package = f"{PACKAGE}_{self.packages.setdefault(str(answers), len(self.packages))}"
        project = self.folder / package
        if not project.exists():
            answers["package_name"] = package
            complete = questions.complete(questions.load(self.template), answers)
            project.mkdir()
            write_tree(engines.render(self.template, complete), project)
            sys.path.insert(0, str(project / "src"))
        return __import__(f"{package}.{name}", fromlist=[name])


@pytest.fixture(scope="module")
def projects(
    tmp_path_factory: pytest.TempPathFactory, working_template: Template
) -> Iterator[Projects]:
    """Yield what reads files as a generated project does."""
    folder = tmp_path_factory.mktemp("project")
    yield Projects(folder, working_template)
    sys.path[:] = [entry for entry in sys.path if not entry.startswith(str(folder))]
    for name in [name for name in sys.modules if name.startswith(PACKAGE)]:
        del sys.modules[name]


def read(projects: Projects, path: Path, how: Settings, schema: Schema) -> pd.DataFrame:
    """Return what the project reads of a file when its two files say what the tool wrote."""
    data, config = (projects.module(name, how, path) for name in ("data", "config"))
    folder, before = path.parent, Path.cwd()
    template = (projects.folder / str(data.__package__) / "config.toml").read_text("utf-8")
    config_text = with_settings(template, replace(how, path=path.name))
    (folder / "config.toml").write_text(config_text, encoding="utf-8")
    (folder / "schema.toml").write_text(to_toml(schema), encoding="utf-8")
    (folder / "features.sql").write_text("SELECT * FROM data", encoding="utf-8")
    try:
        os.chdir(folder)
        frame: pd.DataFrame = data.read_table(path, config.load_config(), config.load_schema())
        return frame
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
def test_a_project_reads_what_the_tool_read(projects: Projects, table: RandomTable) -> None:
    with tempfile.TemporaryDirectory() as place:
        path = write(table, Path(place))
        looked_at, proposal = describe(path, table)
        assert proposal.schema is not None
        schema = read_schema(to_toml(proposal.schema))
        frame = read(projects, path, looked_at.settings, schema)
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


@pytest.mark.sampled
@pytest.mark.parametrize("name", ODD)
def test_odd_files_are_read_alike(projects: Projects, tmp_path: Path, name: str) -> None:
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
    frame = read(projects, path, looked_at.settings, schema)
    same(frame, read_table(path, looked_at.settings, schema), "y")


def test_a_cell_is_as_long_for_a_project_as_for_the_tool(
    projects: Projects, tmp_path: Path
) -> None:
    path = tmp_path / "long.csv"
    path.write_text("x,note,y\n" + "".join(f"{i},{'a b ' * 40_000},{i % 2}\n" for i in range(3)))
    schema = Schema(
        target=Column("y", kind="category"),
        features=(Column("x", kind="number"),),
        exclude={"note": "free text"},
    )
    limit = csv.field_size_limit(131_072)  # of a fresh process: the tool's is another one
    try:
        frame = read(projects, path, Settings(), schema)
    finally:
        csv.field_size_limit(limit)
    same(frame, read_table(path, Settings(), schema), "y")


@pytest.mark.sampled
@pytest.mark.parametrize("title", [t for t, file in REAL_FILES.items() if not file.refusal])
def test_real_files_are_read_alike(projects: Projects, tmp_path: Path, title: str) -> None:
    path = REAL_FILES[title].write(tmp_path)
    looked_at, proposal = look(path, REAL_FILES[title])
    assert proposal.schema is not None
    schema = read_schema(to_toml(proposal.schema))
    frame = read(projects, path, looked_at.settings, schema)
    same(frame, read_table(path, looked_at.settings, schema), schema.target.name)


def test_projects_install_a_duckdb_that_reads_times_with_a_zone_alone() -> None:
    # Before 2.0.1 it needs pytz for them, which neither a project nor the tool has.
    root = Path(__file__).parents[2]
    for name in ("pyproject.toml", "templates/core/pyproject.toml.jinja", CONSTRAINTS):
        version = re.search(r'"?duckdb[=>]=([0-9.]+)', (root / name).read_text("utf-8"))
        assert version, name
        assert tuple(map(int, version[1].split("."))) >= (2, 0, 1), name


@pytest.mark.slow
def test_nothing_of_the_reader_needs_more_than_the_project_has(projects: Projects) -> None:
    module = projects.module("data", Settings(), Path("a.csv"))
    code = f"import {module.__name__}, sys; print('mlstarter' in sys.modules)"
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    result = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, check=True
    )
    assert result.stdout.strip() == b"False"
