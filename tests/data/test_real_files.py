"""Every kind of file is read right, or refused or asked about in one sentence; never in silence."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import pytest

from mlstarter.data.errors import DataError, OpenQuestion
from mlstarter.data.inspect import Inspection, inspect
from mlstarter.data.proposal import Proposal, propose
from mlstarter.data.reader import read_table
from mlstarter.data.schema import read_schema, to_toml
from tests.data.real_collections import COLLECTIONS
from tests.data.real_exports import EXPORTS
from tests.data.real_files import FILES, RealFile
from tests.data.real_habits import HABITS
from tests.data.real_layouts import LAYOUTS
from tests.data.real_oddities import ODDITIES
from tests.data.real_signs import SIGNS
from tests.data.real_workbooks import DATABASES, WORKBOOKS

REAL_FILES = (
    COLLECTIONS | EXPORTS | FILES | HABITS | ODDITIES | SIGNS | LAYOUTS | WORKBOOKS | DATABASES
)


def look(path: Path, file: RealFile) -> tuple[Inspection, Proposal]:
    """Look at a file, answering only what is asked; raises DataError where it is refused."""
    answers: dict[str, Any] = {"target": "y", "project_type": "tabular", "split_rule": "stratified"}
    answers |= {key: file.answers[key] for key in ("split_rule", "target") if key in file.answers}
    if file.name.endswith((".csv", ".txt")) and b"\xef\xbb\xbf" in path.read_bytes()[:3]:
        answers |= file.answers  # stated, not asked
    while True:
        try:
            looked_at = inspect(path, answers)
            proposal = propose(looked_at, answers)
        except OpenQuestion as question:
            assert question.key in file.answers or question.key == "positive_class", question
            assert question.key not in answers, question
            answers[question.key] = file.answers.get(question.key, "yes")
            continue
        if proposal.problem is not None:
            raise proposal.problem
        return looked_at, proposal


@pytest.mark.sampled
@pytest.mark.parametrize("title", REAL_FILES)
def test_a_file_is_read_right_or_refused(tmp_path: Path, title: str) -> None:
    file = REAL_FILES[title]
    path = file.write(tmp_path)
    if file.refusal:
        with pytest.raises(DataError) as failure:
            look(path, file)
        assert file.refusal in str(failure.value)
        assert failure.value.hint
        return
    looked_at, proposal = look(path, file)
    assert proposal.schema is not None
    schema = read_schema(to_toml(proposal.schema))
    values = read_table(path, looked_at.settings, schema)
    columns = {**values.features, **values.dates}
    for name, expected in file.columns.items():
        if isinstance(expected, str):
            assert expected in schema.exclude[name]
        else:
            assert name in columns, schema.exclude
            assert [_same(a, b) for a, b in zip(columns[name], expected, strict=True)] == [True] * (
                len(expected)
            )
    for name, note in file.notes.items():
        assert note in looked_at.facts[name].note


def _same(value: Any, expected: Any) -> bool:
    if isinstance(value, float) and isinstance(expected, float):
        return math.isclose(value, expected, rel_tol=1e-12)
    return bool(value == expected)
