"""Everybody's repository: made once, proven by the server, without a name in it."""

from __future__ import annotations

import re
import sqlite3
from pathlib import Path

import pytest

from tests.cohort.conftest import Classroom, document_of, everything_in, found_strings, git


def test_every_student_gets_a_repository_with_the_pristine_render(classroom: Classroom) -> None:
    assert classroom.call("create", "-d", "project_name=churn-{student_id}") == 0
    for number, student in enumerate(classroom.students):
        section = "AB"[number % 2]
        assert classroom.read(student, "README.md") == (
            f"# churn-{student}\n\nSeed 1, section {section}."
        )
        marker = classroom.read(student, ".mlstarter.toml").splitlines()
        assert marker == ["[cohort]", 'course_run = "ml-test"', f'student_id = "{student}"']
        message = git(classroom.repository(student), "log", "--format=%B", "main~1")
        tree = git(classroom.repository(student), "rev-parse", "main~1^{tree}")
        assert f"Template-Tree: {tree}" in message


def test_a_second_run_changes_nothing(classroom: Classroom) -> None:
    assert classroom.call("create") == 0
    before = {student: classroom.refs(student) for student in classroom.students}
    times = {p: p.stat().st_mtime_ns for p in classroom.server.rglob("*")}
    assert classroom.call("create") == 0
    assert {student: classroom.refs(student) for student in classroom.students} == before
    assert {p: p.stat().st_mtime_ns for p in classroom.server.rglob("*")} == times


@pytest.mark.slow
def test_new_students_are_added_and_the_others_left_alone(classroom: Classroom) -> None:
    assert classroom.call("create") == 0
    before = classroom.refs("s0001")
    classroom.work("s0002", **{"notes.md": "mine\n"})
    classroom.enrol(5)
    assert classroom.call("create") == 0
    assert classroom.refs("s0001") == before
    assert classroom.read("s0002", "notes.md") == "mine"
    assert "refs/heads/main" in classroom.refs("s0005")


def test_only_names_who_is_worked_on(classroom: Classroom) -> None:
    assert classroom.call("create", "--only", "s0002") == 0
    assert [path.name for path in classroom.server.iterdir()] == ["s0002.git"]
    assert classroom.call("create", "--only", "s002") == 2


def test_dry_run_says_what_would_be_made_and_makes_nothing(
    classroom: Classroom, capsys: pytest.CaptureFixture[str]
) -> None:
    assert classroom.call("create", "--dry-run", "--json") == 0
    rows = document_of(capsys.readouterr().out)["students"]
    assert rows[0] == {
        "student_id": "s0001",
        "url": f"file://{classroom.server}/s0001.git",
        "state": "new",
    }
    assert not classroom.server.exists()


@pytest.mark.slow
def test_a_student_who_already_works_is_proven_and_kept(classroom: Classroom) -> None:
    """The run was cut off before it could ask; the student was quicker than the second run."""
    assert classroom.call("create") == 0
    classroom.work("s0001", **{"notes.md": "mine\n"})
    with sqlite3.connect(classroom.journal) as journal:
        journal.execute("UPDATE students SET state = 'created' WHERE student_id = 's0001'")
    journal.close()
    assert classroom.call("create") == 0
    assert classroom.read("s0001", "notes.md") == "mine"


def test_a_repository_that_holds_something_else_is_left_alone(
    classroom: Classroom, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    work = tmp_path / "other"
    git(tmp_path, "init", "--quiet", "-b", "main", str(work))
    (work / "thesis.tex").write_text("years of work")
    git(work, "add", "--all")
    git(work, "commit", "--quiet", "-m", "Thesis")
    git(tmp_path, "clone", "--quiet", "--bare", str(work), str(classroom.repository("s0002")))
    before = classroom.refs("s0002")
    assert classroom.call("create") == 1
    assert "holds something else already; nothing was pushed" in capsys.readouterr().err
    assert classroom.refs("s0002") == before
    assert "refs/heads/main" in classroom.refs("s0003")


def test_variants_are_stable_keyed_and_different(
    classroom: Classroom, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    variant_options = ("-d", "seed={variant}", "--secret-env", "COURSE_KEY")
    assert classroom.call("create", *variant_options) == 2
    assert "The variable COURSE_KEY (secret_env)" in capsys.readouterr().err
    monkeypatch.setenv("COURSE_KEY", "one")
    assert classroom.call("create", *variant_options) == 0
    seeds = {student: classroom.read(student, "README.md") for student in classroom.students}
    assert len({re.search(r"Seed (\d+)", text)[1] for text in seeds.values()}) == 3  # type: ignore[index]
    from mlstarter.cohort.handout import variant

    assert f"Seed {variant(b'one', 'ml-test', 's0001')}," in seeds["s0001"]
    assert variant(b"two", "ml-test", "s0001") != variant(b"one", "ml-test", "s0001")
    assert variant(b"one", "ml-next", "s0001") != variant(b"one", "ml-test", "s0001")


def test_the_school_s_layer_lies_over_every_project(classroom: Classroom, tmp_path: Path) -> None:
    layer = tmp_path / "school"
    (layer / "docs").mkdir(parents=True)
    (layer / "docs" / "rules.md").write_text("Be kind.\n")
    (layer / "Makefile").write_text("all:\n\techo school\n")
    assert classroom.call("create", "--layer", layer) == 0
    assert classroom.read("s0001", "docs/rules.md") == "Be kind."
    assert classroom.read("s0001", "Makefile") == "all:\n\techo school"
    assert str(tmp_path) not in classroom.read("s0001", ".mlstarter.toml")
    assert 'name = "school"' in classroom.read("s0001", ".mlstarter.toml")


@pytest.mark.slow
def test_no_name_or_address_reaches_a_repository_the_journal_or_the_output(
    classroom: Classroom, capfd: pytest.CaptureFixture[str]
) -> None:
    classroom.template.release("2.0.0", **{"Makefile": "all:\n\techo two\n"})
    assert classroom.call("create", "--ref", "1.0.0") == 0
    classroom.work("s0001", **{"Makefile": "all:\n\techo mine\n"})
    assert classroom.call("update") == 3
    assert classroom.call("status") == 0
    output = capfd.readouterr()
    words = ["Zyxwv", "zyxwv", "example.edu", "user-s0"]
    instructor = {"Professor Qwertz", "qwertz"}
    # The students' own commits are theirs; here the test plays them with the teacher's identity.
    texts = [*everything_in(classroom.server)]
    assert found_strings(iter(texts[1:]), [*words, *instructor]) == set()
    assert found_strings(iter(texts[:1]), words[:2]) == set()
    places = [classroom.journal, *classroom.folder.glob("journal.sqlite-*")]
    assert found_strings((p.read_bytes() for p in places), [*words, *instructor]) == set()
    assert found_strings(iter([(output.out + output.err).encode()]), [*words, *instructor]) == set()
