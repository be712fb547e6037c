"""A term: two instructors, late joiners, drop-outs, teams, conflicts, a deadline, and power cuts.

Whatever happens, nothing that a student pushed is lost, nothing exists twice, and no name leaks.
"""

from __future__ import annotations

import csv
import os
import random
import shutil
import signal
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest

from mlstarter.layer_records import read_marker
from tests.cohort.conftest import Classroom, document_of, everything_in, found_strings, git
from tests.cohort.git_server import GitServer
from tests.cohort.test_kill import FULL, KILLER

SIZE, LATE = 40, 3
KILLS = 30 if FULL else 3
SHARE = max(1, KILLS // 6)  # of them in each verb
DROPOUTS = ("s036", "s037")
# Where a run may be cut off, and how often that is passed in a class of this size.
JOURNAL, TRANSPORT = "mlstarter.cohort.journal", "mlstarter.cohort.transport"
PUSH, LISTING = ((TRANSPORT, "Transport.push"), 30), ((TRANSPORT, "Transport.listing"), 35)
MOMENTS = {
    "create": [
        ((JOURNAL, "Journal.record"), 100),
        (("mlstarter.cohort.remotes", "PlainRemote.create"), 30),
        LISTING,
        PUSH,
    ],
    "update": [((JOURNAL, "Journal.deliver"), 30), LISTING, PUSH],
    "adopt": [((JOURNAL, "Journal.record"), 35), LISTING],
    "clone": [LISTING, ((TRANSPORT, "Transport.fetch_remote"), 35)],
}
STUDENT = {"GIT_AUTHOR_NAME": "S", "GIT_AUTHOR_EMAIL": "s@student.invalid",
           "GIT_COMMITTER_NAME": "S", "GIT_COMMITTER_EMAIL": "s@student.invalid"}  # fmt: skip


@dataclass
class Term:
    """A class on ``file://`` through a term.

    Attributes:
        classroom: the first instructor's machine.
        commits: student -> every commit that the student pushed.
        rows: the roster, by student.
    """

    classroom: Classroom
    rng: random.Random
    rows: dict[str, dict[str, str]] = field(default_factory=dict)
    commits: dict[str, list[str]] = field(default_factory=dict)
    kills: int = 0

    def repository(self, student: str) -> Path:
        return self.classroom.server / f"{self.rows[student]['username']}.git"

    def write_roster(self) -> None:
        with self.classroom.roster.open("w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, ("student_id", "username", "name", "email", "active"))
            writer.writeheader()
            writer.writerows(self.rows.values())

    def enrol(self, numbers: Sequence[int]) -> list[str]:
        students = [f"s{number:03}" for number in numbers]
        for student in students:
            self.rows[student] = {
                "student_id": student,
                "username": f"user-{student}",
                "name": f"Ada Zyxwv {student}",
                "email": f"zyxwv{student}@example.edu",
                "active": "",
            }
        self.write_roster()
        return students

    def push(self, student: str, *, delete: str = "", moment: str = "", **files: str) -> str:
        """Commit and push as the student; return the commit."""
        work = self.classroom.folder / "students" / student
        if not work.exists():
            git(self.classroom.folder, "clone", "--quiet", str(self.repository(student)), str(work))
        git(work, "remote", "set-url", "origin", str(self.repository(student)))
        git(work, "pull", "--quiet", "--ff-only", "origin", "main")
        if delete:
            (work / delete).unlink()
        for name, text in files.items():
            path = work / name.replace("__", "/")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        git(work, "add", "--all")
        when = {"GIT_AUTHOR_DATE": moment, "GIT_COMMITTER_DATE": moment} if moment else {}
        git(work, "commit", "--quiet", "-m", f"Work of {student}", **STUDENT, **when)
        git(work, "push", "--quiet", "origin", "HEAD:main")
        commit = git(work, "rev-parse", "HEAD")
        self.commits.setdefault(student, []).append(commit)
        return commit

    def merge(self, student: str, branch: str) -> None:
        """Bring an offered update in, as the student does."""
        work = self.classroom.folder / "students" / student
        git(work, "fetch", "--quiet", "origin")
        git(work, "merge", "--quiet", "--no-edit", f"origin/{branch}", **STUDENT)
        git(work, "push", "--quiet", "origin", "HEAD:main")
        self.commits[student].append(git(work, "rev-parse", "HEAD"))

    def refs_of(self, students: Sequence[str]) -> dict[str, str]:
        """Return the refs of each student's repository, as git lists them."""
        return {student: git(self.repository(student), "for-each-ref") for student in students}

    def run(self, classroom: Classroom, verb: str, *more: str | Path, kills: int) -> int:
        """Run a verb, cut off some times at random moments, and once to its end."""
        for _ in range(kills):
            step, calls = self.rng.choice(MOMENTS[verb])
            place = [*step, str(self.rng.randint(1, calls)), self.rng.choice(["before", "after"])]
            program = [sys.executable, "-c", KILLER, *place, *classroom.arguments(verb, *more)]
            process = subprocess.run(program, capture_output=True, check=False)
            self.kills += process.returncode == -signal.SIGKILL
        return classroom.call(verb, *more)

    def check(self, students: Sequence[str]) -> None:
        """Assert that nothing is lost, doubled or leaked."""
        places = {self.repository(student).name for student in students}
        assert {path.name for path in self.classroom.server.iterdir()} == places
        for student in students:
            store = self.repository(student)
            git(store, "fsck", "--strict")
            marker = git(store, "show", "main:.mlstarter.toml").encode()
            assert read_marker(marker) == ("ml-test", student)
            roots = git(store, "rev-list", "--max-parents=0", "main").split()
            assert len(roots) == 1
            for commit in self.commits.get(student, []):
                git(store, "merge-base", "--is-ancestor", commit, "main")
        words = ["Zyxwv", "zyxwv", "example.edu", "Professor", "qwertz"]
        assert found_strings(everything_in(self.classroom.server), words) == set()


def rows_of(capsys: pytest.CaptureFixture[str]) -> dict[str, dict[str, Any]]:
    report = document_of(capsys.readouterr().out)
    assert report.get("failures", []) == []
    return {row["student_id"]: row for row in report["students"]}


@pytest.fixture
def term(classroom: Classroom) -> Term:
    classroom.remote = f"file://{classroom.server}/{{username}}.git"
    seed = int(os.environ.get("MLSTARTER_TERM_SEED", "0")) or random.SystemRandom().randrange(10**6)
    print(f"MLSTARTER_TERM_SEED={seed}")
    return Term(classroom, random.Random(seed))


@pytest.mark.slow
def test_a_term_of_a_class(term: Term, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    first = term.classroom
    # A second instructor has nothing but roster and settings.
    second = replace(first, extra=("--journal", str(tmp_path / "second.sqlite")))
    students = term.enrol(range(1, SIZE - LATE + 1))
    renders = hand_out(term, students)
    offer_a_fix_that_four_cannot_take(term, students, capsys)
    late = change_the_people(term, students)
    capsys.readouterr()
    assert term.run(second, "adopt", "--json", kills=SHARE) == 0
    rows = rows_of(capsys)
    assert {row["outcome"] for row in rows.values()} <= {"adopted", "verified"}
    assert {student: rows[student]["commit"] for student in students} == renders
    offer_a_fix_of_the_second_instructor(term, second, [*students, *late], late)
    clones = collect_at_a_deadline(term, tmp_path / "clones", [*students, *late])
    # A disk dies: from the clones, everything that was fetched comes back.
    shutil.rmtree(term.repository("s020"))
    assert first.call("create") == 3
    assert first.call("create", "--recreate", "--clones", clones) == 0
    term.check([*students, *late])
    capsys.readouterr()
    assert second.call("status", "--json") == 0
    standings = rows_of(capsys)
    assert {row["state"] for row in standings.values()} == {"verified"}
    assert {s for s, row in standings.items() if not row["active"]} == {*DROPOUTS}
    if FULL:
        assert term.kills > KILLS // 3


def hand_out(term: Term, students: Sequence[str]) -> dict[str, str]:
    """Create the repositories, let half of them be worked in, and return their first commits."""
    assert term.run(term.classroom, "create", kills=SHARE) == 0
    term.check(students)
    renders = {student: git(term.repository(student), "rev-parse", "main") for student in students}
    for student in students[:20]:
        term.push(student, **{"notes.md": f"{student}\n"})
    return renders


def offer_a_fix_that_four_cannot_take(
    term: Term, students: Sequence[str], capsys: pytest.CaptureFixture[str]
) -> None:
    """Update a class in which four have changed, deleted, made or put a folder in the way."""
    first = term.classroom
    train = first.template.text("train.py")
    term.push("s001", **{"train.py": train.replace("step_5 = 5", "step_5 = 55")})
    term.push("s002", delete="Makefile")
    term.push("s003", **{"extra.py": "mine = True\n"})
    term.push("s004", **{"report__mine.md": "mine\n"})
    first.template.release(
        "1.0.1",
        **{
            "train.py": train.replace("step_5 = 5", "step_5 = 6"),
            "Makefile": "all:\n\tpython -O train.py\n",
            "extra.py": "theirs = True\n",
            "report": "theirs\n",
        },
    )
    capsys.readouterr()
    assert term.run(first, "update", "--json", kills=SHARE) == 3
    rows = rows_of(capsys)
    conflicts = {student for student, row in rows.items() if row["outcome"] == "conflict"}
    assert conflicts == {"s001", "s002", "s003", "s004"}
    assert all(row["outcome"] == "offered" for s, row in rows.items() if s not in conflicts)
    term.check(students)
    for student in students[4:12]:
        term.merge(student, "mlstarter/update-1.0.1")


def change_the_people(term: Term, students: Sequence[str]) -> list[str]:
    """Rename an account with its repository, let two drop out, and return three who join."""
    old = term.repository("s010")
    term.rows["s010"]["username"] = "new-name"
    old.rename(term.repository("s010"))
    for student in DROPOUTS:
        term.rows[student]["active"] = "no"
    late = term.enrol(range(SIZE - LATE + 1, SIZE + 1))
    dropout_refs = term.refs_of(DROPOUTS)
    assert term.run(term.classroom, "create", "--with-history", kills=SHARE) == 0
    assert term.refs_of(DROPOUTS) == dropout_refs
    term.check([*students, *late])
    for student in late:
        subjects = git(term.repository(student), "log", "--format=%s", "main")
        assert "Render the template 1.0.1" in subjects
        assert "Render the template 1.0.0" in subjects
    return late


def offer_a_fix_of_the_second_instructor(
    term: Term, second: Classroom, everyone: Sequence[str], late: Sequence[str]
) -> None:
    """Update from the second machine: the first one finds it delivered."""
    first = term.classroom
    dropout_refs = term.refs_of(DROPOUTS)
    first.template.release("1.0.2", **{"extra.py": "theirs = 2\n", "README.md.jinja": "# Two\n"})
    assert term.run(second, "update", kills=SHARE) == 3
    term.check(everyone)
    after = term.refs_of(everyone)
    assert first.call("update") == 3
    assert term.refs_of(everyone) == after
    assert term.refs_of(DROPOUTS) == dropout_refs
    for student in late:
        assert "refs/heads/mlstarter/update-1.0.2" in after[student]


def collect_at_a_deadline(term: Term, clones: Path, everyone: Sequence[str]) -> Path:
    """Clone what was there at a moment, and return the folder: what came later does not count."""
    on_time = term.push("s020", moment="2031-01-01T10:00:00+00:00", **{"answer.txt": "42\n"})
    term.push("s020", moment="2031-01-03T10:00:00+00:00", **{"answer.txt": "43\n"})
    into = ("--into", clones, "--at", "2031-01-02")
    kills = KILLS - 5 * SHARE if FULL else 0
    assert term.run(term.classroom, "clone", *into, kills=kills) == 0
    folders = {path.name for path in clones.iterdir() if not path.name.startswith(".")}
    assert folders == {*everyone}
    assert git(clones / "s020", "rev-parse", "HEAD") == on_time
    return clones


@pytest.mark.slow
def test_a_term_of_teams_over_http(
    classroom: Classroom, server: GitServer, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Twelve students in four teams on a server, a fix, and a takeover by another instructor."""
    teams = ("red", "green", "blue", "grey")
    lines = [f"s{n},user{n},Ada Zyxwv,{teams[n % 4]}" for n in range(12)]
    classroom.roster.write_text("\n".join(["student_id,username,name,team", *lines, ""]))
    classroom.remote = f"{server.url}/ml/{{team}}.git"
    for team in teams:
        server.make(f"ml/{team}.git")
    server.faults.extend([503, "drop"])
    assert classroom.call("create") == 0
    work = tmp_path / "red"
    git(tmp_path, "clone", "--quiet", str(server.root / "ml/red.git"), str(work))
    for member in ("s0", "s4", "s8"):
        (work / f"{member}.md").write_text(member)
        git(work, "add", "--all")
        git(work, "commit", "--quiet", "-m", f"Work of {member}", **STUDENT)
    git(work, "push", "--quiet", "origin", "HEAD:main")
    classroom.template.release("1.0.1", **{"Makefile": "all:\n\techo new\n"})
    other = replace(classroom, extra=("--journal", str(tmp_path / "other.sqlite")))
    assert other.call("adopt") == 0
    assert other.call("update") == 0
    for team in teams:
        refs = git(server.root / f"ml/{team}.git", "for-each-ref", "--format=%(refname)").split()
        assert refs == ["refs/heads/main", "refs/heads/mlstarter/update-1.0.1"]
    before = [git(server.root / f"ml/{team}.git", "for-each-ref") for team in teams]
    assert classroom.call("update") == 0
    assert [git(server.root / f"ml/{team}.git", "for-each-ref") for team in teams] == before
    assert found_strings(everything_in(server.root), ["Zyxwv", "Professor", "qwertz"]) == set()
    capsys.readouterr()
    assert classroom.call("status", "--json") == 0
    rows = rows_of(capsys)
    assert set(rows) == set(teams)
    assert rows["red"]["commits"] == 3
