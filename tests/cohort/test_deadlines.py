"""Clones at a deadline: by the server's clock where it tells one, else by the commits' dates."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from mlstarter.cohort.push_log import MomentUnknown, Push, commit_at, read_reflog
from tests.cohort.conftest import Classroom, document_of, git
from tests.cohort.github_stand_in import TOKEN, GitHubStandIn

NOON = datetime(2026, 12, 1, 12, tzinfo=UTC)


@pytest.fixture
def ready(classroom: Classroom) -> Classroom:
    """Return a class with repositories that keep a log of pushes."""
    classroom.hand_out()
    for student in classroom.students:
        git(classroom.repository(student), "config", "core.logAllRefUpdates", "true")
    return classroom


def date_pushes(classroom: Classroom, student: str, *moments: datetime) -> None:
    """Set when the server took a student's pushes."""
    log = classroom.repository(student) / "logs" / "refs" / "heads" / "main"
    lines = log.read_text().splitlines()
    assert len(lines) == len(moments)
    entries = [
        re.sub(r"> \d+ ", f"> {int(moment.timestamp())} ", line)
        for line, moment in zip(lines, moments, strict=True)
    ]
    log.write_text("\n".join(entries) + "\n")


def push_dated(classroom: Classroom, student: str, name: str, when: datetime) -> str:
    """Commit with a date of the student's own choosing and push; return the commit."""
    path = classroom.clone(student)
    (path / name).write_text("mine\n")
    git(path, "add", "--all")
    stamp = when.isoformat()
    git(path, "commit", "-qm", name, GIT_AUTHOR_DATE=stamp, GIT_COMMITTER_DATE=stamp)
    git(path, "push", "--quiet", "origin", "main")
    return git(path, "rev-parse", "HEAD")


def clone_rows(
    classroom: Classroom, capsys: pytest.CaptureFixture[str], *more: str | Path, status: int = 0
) -> dict[str, dict[str, Any]]:
    capsys.readouterr()
    assert classroom.call("clone", "--json", *more) == status
    return {row["student_id"]: row for row in document_of(capsys.readouterr().out)["students"]}


@pytest.mark.slow
def test_the_server_s_clock_decides_not_the_date_that_a_commit_claims(
    ready: Classroom, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    on_time = push_dated(ready, "s0001", "a.py", NOON + timedelta(days=9))
    late = push_dated(ready, "s0001", "b.py", NOON - timedelta(days=9))
    date_pushes(ready, "s0001", NOON - timedelta(hours=1), NOON + timedelta(hours=1))
    into = tmp_path / "clones"
    at = ("--into", into, "--at", NOON.isoformat())
    row = clone_rows(ready, capsys, *at)["s0001"]
    assert (row["commit"], row["clock"]) == (on_time, "server")
    assert [each["commit"] for each in row["late"]] == [late]
    assert datetime.fromisoformat(row["late"][0]["at"]) == NOON + timedelta(hours=1)
    assert not (into / "s0001" / "b.py").exists()
    assert ready.call("clone", *at) == 0
    output = capsys.readouterr()
    assert "s0001: 1 push after the deadline, the last at " in output.out
    assert late[:12] in output.out
    assert "s0001" not in output.err


@pytest.mark.slow
def test_without_a_log_the_commits_dates_count_and_that_is_said(
    ready: Classroom, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    on_time = push_dated(ready, "s0001", "a.py", NOON - timedelta(hours=1))
    late = push_dated(ready, "s0001", "b.py", NOON + timedelta(hours=1))
    (ready.repository("s0001") / "logs" / "refs" / "heads" / "main").unlink()
    at = ("--only", "s0001", "--into", tmp_path / "clones", "--at", NOON.isoformat())
    row = clone_rows(ready, capsys, *at)["s0001"]
    assert (row["commit"], row["clock"]) == (on_time, "commits")
    assert [each["commit"] for each in row["late"]] == [late]
    assert ready.call("clone", *at) == 0
    assert "the student's word" in capsys.readouterr().err.replace("\n", " ")


@pytest.mark.slow
def test_a_student_s_own_deadline_counts_in_place_of_everybody_s(
    ready: Classroom, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = ["student_id,username,deadline", "s0001,a,", f"s0002,b,{NOON.isoformat()}"]
    ready.roster.write_text("\n".join(rows) + "\n")
    commits = {}
    for student in ("s0001", "s0002"):
        commits[student] = push_dated(ready, student, "a.py", NOON)
        date_pushes(ready, student, NOON - timedelta(hours=1))
    into = tmp_path / "clones"
    at = (NOON - timedelta(hours=2)).isoformat()
    rows_by_id = clone_rows(ready, capsys, "--into", into, "--at", at)
    assert rows_by_id["s0002"]["commit"] == commits["s0002"]
    assert rows_by_id["s0001"]["commit"] != commits["s0001"]
    assert rows_by_id["s0001"]["late"]
    # Each at their own: who has none is named, and left as they were.
    rows_by_id = clone_rows(ready, capsys, "--into", into, "--at", "deadline", status=1)
    assert list(rows_by_id) == ["s0002"]
    ready.roster.write_text("student_id,deadline\ns0001,next Monday\n")
    assert ready.call("check") == 3
    assert 'the deadline "next Monday" is not a date' in capsys.readouterr().out


def test_a_forced_push_after_the_deadline_hides_nothing(
    ready: Classroom, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    on_time = push_dated(ready, "s0001", "a.py", NOON)
    path = ready.clone("s0001")
    git(path, "commit", "-q", "--amend", "-m", "Rewritten")
    git(path, "push", "-q", "--force", "origin", "main")
    date_pushes(ready, "s0001", NOON - timedelta(hours=1), NOON + timedelta(hours=1))
    into = tmp_path / "clones"
    at = ("--only", "s0001", "--into", into, "--at", NOON.isoformat())
    assert clone_rows(ready, capsys, *at)["s0001"]["commit"] == on_time


@pytest.mark.slow
def test_a_clone_that_cannot_be_brought_to_the_moment_is_left_as_it_was(
    ready: Classroom, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    push_dated(ready, "s0001", "a.py", NOON)
    (ready.repository("s0001") / "logs" / "refs" / "heads" / "main").unlink()
    into = tmp_path / "clones"
    only = ("--only", "s0001", "--into", into)
    assert ready.call("clone", *only, "--at", "2001-01-01") == 1
    assert "has nothing at 2001-01-01" in capsys.readouterr().err
    assert list(into.iterdir()) == []
    assert ready.call("clone", *only) == 0
    clone = into / "s0001"
    before = git(clone, "rev-parse", "HEAD")
    assert ready.call("clone", *only, "--at", "2001-01-01") == 1
    assert ready.call("clone", *only, "--at", "no-such-tag") == 1
    assert git(clone, "rev-parse", "HEAD") == before
    # What lies in the way and is ignored by git is nobody's to overwrite.
    (clone / ".git" / "info").mkdir(exist_ok=True)
    (clone / ".git" / "info" / "exclude").write_text("grade.txt\n")
    (clone / "grade.txt").write_text("mine\n")
    push_dated(ready, "s0001", "grade.txt", NOON)
    assert ready.call("clone", *only) == 1
    assert (clone / "grade.txt").read_text() == "mine\n"
    assert git(clone, "rev-parse", "HEAD") == before


def test_a_log_that_starts_late_or_is_no_log_says_nothing(tmp_path: Path) -> None:
    a, b, zero = "a" * 40, "b" * 40, "0" * 40
    pushes = [Push(NOON, a, b)]
    assert commit_at(pushes, NOON, "c" * 40) == b
    assert commit_at(pushes, NOON - timedelta(1), a) == a
    with pytest.raises(MomentUnknown):
        commit_at(pushes, NOON - timedelta(1), "c" * 40)
    assert commit_at([Push(NOON, zero, b)], NOON - timedelta(1), a) is None
    log = tmp_path / "logs" / "refs" / "heads" / "main"
    log.parent.mkdir(parents=True)
    for text in ("", "nonsense\n", f"{a} {b} A <a@b> 99999999999999999 +0000\tx\n"):
        log.write_text(text)
        assert read_reflog(tmp_path) is None
    log.write_text(f"{a} {b} A <a@b> 1767225600 +0000\tpush\n")
    assert read_reflog(tmp_path) == [Push(datetime.fromtimestamp(1767225600, UTC), a, b)]
    log.rename(tmp_path / "elsewhere")
    log.symlink_to(tmp_path / "elsewhere")
    assert read_reflog(tmp_path) is None


@pytest.mark.slow
def test_github_s_activity_is_the_server_s_clock(
    classroom: Classroom,
    hub: GitHubStandIn,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("SCHOOL_TOKEN", TOKEN)
    classroom.enrol(2)
    classroom.remote = "github:school/{student_id}"
    classroom.extra = ("--github-api", hub.url, "--token-env", "SCHOOL_TOKEN")
    assert classroom.call("create") == 0
    store = hub.root / "school" / "s0001.git"
    commits = [git(store, "rev-parse", "main")]
    for number in range(4):
        tree = git(store, "rev-parse", "main^{tree}")
        who = {f"GIT_{r}_{w}": "a@b" for r in ("AUTHOR", "COMMITTER") for w in ("NAME", "EMAIL")}
        commit = git(store, "commit-tree", tree, "-p", "main", "-m", f"Work {number}", **who)
        git(store, "update-ref", "refs/heads/main", commit)
        commits.append(commit)
    hub.activity["school/s0001"] = [
        {"before": old, "after": new, "ref": "refs/heads/main", "activity_type": "push",
         "timestamp": (NOON + timedelta(hours=n - 2)).isoformat().replace("+00:00", "Z")}
        for n, (old, new) in enumerate(zip(["0" * 40, *commits], commits, strict=False))
    ]  # fmt: skip
    rows_by_id = clone_rows(classroom, capsys, "--into", tmp_path / "c", "--at", NOON.isoformat())
    assert (rows_by_id["s0001"]["commit"], rows_by_id["s0001"]["clock"]) == (commits[2], "server")
    assert [late["commit"] for late in rows_by_id["s0001"]["late"]] == commits[3:]
    # A server without that route leaves the commits' own dates.
    assert rows_by_id["s0002"]["clock"] == "commits"
    requests = [path for path in hub.calls("GET") if "s0001/activity" in path]
    assert len(requests) == 2  # two entries a page, and no page beyond the deadline
    assert "after=" in requests[1]


@pytest.mark.slow
def test_a_folder_that_cannot_be_made_is_one_sentence(
    ready: Classroom, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "notes").write_text("no folder")
    assert ready.call("clone", "--into", tmp_path / "notes" / "clones", "--only", "s0001") == 1
    output = capsys.readouterr().err
    assert f"s0001: Writing in {tmp_path}/notes/clones failed: " in output
    assert "[Errno" not in output


@pytest.mark.slow
def test_what_a_run_that_was_killed_left_among_the_clones_goes(
    ready: Classroom, tmp_path: Path
) -> None:
    half = tmp_path / "clones" / ".s0001.partial"
    (half / ".git").mkdir(parents=True)
    assert ready.call("clone", "--into", half.parent) == 0
    assert sorted(path.name for path in half.parent.iterdir()) == ready.students
