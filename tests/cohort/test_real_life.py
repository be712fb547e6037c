"""What happens to a class in a term: refusals, renamed branches, repositories that are gone."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.cohort.conftest import Classroom, document_of, git


@pytest.fixture
def ready(classroom: Classroom) -> Classroom:
    """Return a class with repositories, and a newer version of its template."""
    classroom.hand_out()
    classroom.template.release("1.1.0", **{"Makefile": "all:\n\techo new\n"})
    return classroom


@pytest.mark.slow
def test_a_branch_called_mlstarter_is_named_and_the_others_are_updated(
    ready: Classroom, capsys: pytest.CaptureFixture[str]
) -> None:
    git(ready.repository("s0001"), "branch", "mlstarter", "main")
    before = ready.refs("s0001")
    assert ready.call("update") == 1
    output = capsys.readouterr().err
    assert "has a branch called mlstarter, which leaves no room" in output
    assert "all the time" not in output
    assert ready.refs("s0001") == before
    assert "refs/heads/mlstarter/update-1.1.0" in ready.refs("s0002")


@pytest.mark.slow
@pytest.mark.parametrize("branch", ["master", "trunk"])
def test_work_on_another_branch_is_named_by_every_verb(
    ready: Classroom, tmp_path: Path, capsys: pytest.CaptureFixture[str], branch: str
) -> None:
    git(ready.repository("s0001"), "branch", "-M", "main", branch)
    for verb, more in (("create", ()), ("update", ()), ("clone", ("--into", tmp_path / "c"))):
        assert ready.call(verb, *more) == 1
        assert f"has no branch main; the work lies on {branch}." in capsys.readouterr().err
    assert ready.call("status", "--json") == 0
    assert document_of(capsys.readouterr().out)["students"][0]["state"] == "missing"
    # For people it is the word of the board: nothing is missing.
    assert ready.call("status") == 0
    output = capsys.readouterr().out
    assert "other branch" in output
    assert "missing" not in output


@pytest.mark.slow
@pytest.mark.parametrize("is_empty", [False, True])
def test_a_repository_that_is_gone_is_named_and_made_anew_when_asked(
    ready: Classroom, capsys: pytest.CaptureFixture[str], is_empty: bool
) -> None:
    store = ready.repository("s0002")
    shutil.rmtree(store)
    if is_empty:
        git(ready.folder, "init", "--quiet", "--bare", str(store))
    refs_before = ready.refs("s0001")
    assert ready.call("create", "--ref", "1.0.0") == 3
    output = capsys.readouterr()
    assert "The repository of s0002 is gone" in output.err
    assert "failed" not in output.out
    assert ready.call("status", "--json") == 0
    states = [row["state"] for row in document_of(capsys.readouterr().out)["students"]]
    assert states == ["verified", "gone", "verified"]
    assert ready.call("create", "--ref", "1.0.0", "--recreate") == 0
    assert "refs/heads/main" in ready.refs("s0002")
    assert ready.refs("s0001") == refs_before


@pytest.mark.slow
def test_no_advice_empties_a_repository_with_commits(
    ready: Classroom, capsys: pytest.CaptureFixture[str]
) -> None:
    path = ready.clone("s0001")
    git(path, "checkout", "--quiet", "--orphan", "other")
    git(path, "commit", "--quiet", "-m", "Unrelated")
    git(path, "push", "--quiet", "--force", "origin", "other:main")
    ready.journal.unlink()
    assert ready.call("create") == 1
    output = capsys.readouterr().err
    assert "leave it as it is" in output
    assert "empty it" not in output


@pytest.mark.slow
def test_at_a_moment_the_student_s_own_line_counts(ready: Classroom, tmp_path: Path) -> None:
    """What was merged in after the deadline may be older than it."""
    path = ready.work("s0001", **{"solution.py": "answer = 42\n"})
    on_time = git(path, "rev-parse", "HEAD")
    git(path, "checkout", "--quiet", "-b", "side", "HEAD~1")
    git(path, "commit", "--quiet", "--allow-empty", "-m", "Side")
    git(path, "checkout", "--quiet", "main")
    late = {"GIT_AUTHOR_DATE": "2099-01-02T00:00Z", "GIT_COMMITTER_DATE": "2099-01-02T00:00Z"}
    git(path, "merge", "--quiet", "--no-ff", "-m", "Late", "side", **late)
    git(path, "push", "--quiet", "origin", "main")
    clones = tmp_path / "clones"
    assert ready.call("clone", "--into", clones, "--at", "2098-12-31") == 0
    assert git(clones / "s0001", "rev-parse", "HEAD") == on_time
