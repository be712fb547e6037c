"""What an update says of a project that it cannot simply bring on."""

from __future__ import annotations

import re

import pytest

from tests.cohort.conftest import Classroom, git


@pytest.mark.slow
def test_a_file_that_became_a_folder_is_named_as_it_is(
    ready: Classroom, capsys: pytest.CaptureFixture[str]
) -> None:
    """Git sets it aside under a name with a branch in it: another one in the student's merge."""
    clone = ready.clone("s0001")
    git(clone, "rm", "--quiet", "train.py")
    ready.work("s0001", **{"train.py/a.py": "a = 1\n"})
    assert ready.call("update", "--only", "s0001") == 3
    assert "s0001: conflict in train.py\n" in capsys.readouterr().out


@pytest.mark.slow
def test_a_project_without_its_record_is_named_with_what_brings_it_back(
    ready: Classroom, capsys: pytest.CaptureFixture[str]
) -> None:
    clone = ready.clone("s0001")
    git(clone, "rm", "--quiet", ".copier-answers.yml")
    ready.work("s0001")
    assert ready.call("update", "--only", "s0001") == 1
    output = capsys.readouterr().err
    assert f"{ready.repository('s0001')} does not say which template it was made from" in output
    assert "mlstarter-cohort-" not in output
    command = re.search(r"git checkout \w+ -- \S+yml", output)
    assert command is not None
    git(clone, *command[0].split()[1:])
    ready.work("s0001")
    assert ready.call("update", "--only", "s0001") == 0
