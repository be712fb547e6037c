"""The journal where it cannot be used, and where roster and journal know different students."""

from __future__ import annotations

import sqlite3

import pytest

from tests.cohort.conftest import Classroom


@pytest.mark.slow
@pytest.mark.parametrize(
    "harm",
    [
        "UPDATE meta SET value = 'two' WHERE key = 'schema'",
        "DROP TABLE updates; CREATE TABLE updates (at REAL)",
        "CREATE TRIGGER full BEFORE UPDATE ON meta BEGIN SELECT RAISE(FAIL, 'full'); END",
    ],
)
def test_a_journal_that_is_damaged_is_one_sentence(
    ready: Classroom, capsys: pytest.CaptureFixture[str], harm: str
) -> None:
    with sqlite3.connect(ready.journal) as journal:
        journal.executescript(harm)
    journal.close()
    assert ready.call("update", "--only", "s0001") == 1
    output = capsys.readouterr().err
    assert f"The journal {ready.journal} cannot be used: " in output
    assert "unexpected" not in output
    assert ("free some space" if "full" in harm else "`mlstarter cohort adopt`") in output


@pytest.mark.slow
def test_a_lost_journal_is_said_where_everybody_would_look_new(
    ready: Classroom, capsys: pytest.CaptureFixture[str]
) -> None:
    ready.journal.unlink()
    assert ready.call("status") == 0
    assert "the journal knows no repository of this class" in capsys.readouterr().err
    assert ready.call("adopt") == 0
    assert ready.call("status") == 0
    assert "the journal knows no repository" not in capsys.readouterr().err


@pytest.mark.slow
def test_a_renamed_id_is_said_where_it_gets_a_second_repository(
    ready: Classroom, capsys: pytest.CaptureFixture[str]
) -> None:
    ready.roster.write_text(ready.roster.read_text().replace("s0002,", "s0009,"))
    assert ready.call("create") == 0
    assert "that the roster does not name (s0002)" in capsys.readouterr().err
    assert ready.call("status", "--only", "s0001") == 0
    assert "that the roster does not name (s0002)" in capsys.readouterr().err
    ready.roster.write_text(ready.roster.read_text().replace("s0009,", "s0002,"))
    assert ready.call("create") == 0
    assert "does not name (s0009)" in capsys.readouterr().err
