"""`cohort check`: every bad row with its line, and nothing is written."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from mlstarter.cohort.moments import parse_moment
from tests.cohort.conftest import Classroom, git
from tests.cohort.json_output import problems_of


@pytest.mark.parametrize(
    "text",
    [
        "student_id,name\ns1,Ada\ns2,Bob\n",
        "\ufeffstudent_id;name\r\ns1;Ada\r\ns2;Bob\r\n",
        'name,Student_ID\n"Lovelace, Ada",s1\n"two\nlines",s2\n',
        "\n\nsection,team,student_id,variant\nA,owls,s1,7\n\nB,,s2,\n",
        "student_id,seed,project_type\ns1,3,cv\ns2,,\n",
    ],
)
def test_commas_semicolons_marks_and_any_order_are_read(
    classroom: Classroom, capsys: pytest.CaptureFixture[str], text: str
) -> None:
    assert problems_of(classroom, capsys, text) == []


@pytest.mark.sampled
@pytest.mark.parametrize(
    ("row", "message"),
    [
        ("../x", 'the student_id "../x" would lead out of its folder'),
        ("a/b", 'the student_id "a/b" would lead out of its folder'),
        ("..", 'the student_id ".." would lead out of its folder'),
        ("C:\\x", 'the student_id "C:\\x" would lead out of its folder'),
        ("", 'the student_id "" is empty'),
        ("CON", 'the student_id "CON" is a reserved name'),
        ("lpt1.txt", 'the student_id "lpt1.txt" is a reserved name'),
        ("HEAD", 'the student_id "HEAD" is a reserved name'),
        ("x.lock", 'the student_id "x.lock" ends in a way that git or Windows reserves'),
        ("x.git", 'the student_id "x.git" ends in a way that git or Windows reserves'),
        ("x.", 'the student_id "x." ends in a way that git or Windows reserves'),
        ("a" * 65, f'the student_id "{"a" * 65}" is longer than 64 characters'),
        ("-rf", 'the student_id "-rf" may hold letters (a-z), digits, dots, hyphens and '
                "underscores, and begins with a letter or digit"),
        ("{x}", 'the student_id "{x}" may hold letters (a-z), digits, dots, hyphens and '
                "underscores, and begins with a letter or digit"),
        ("ünal", 'the student_id "ünal" may hold letters (a-z), digits, dots, hyphens and '
                 "underscores, and begins with a letter or digit"),
        ("1001.0", 'the student_id "1001.0" is a number that a program wrote with decimals: '
                   "write 1001"),
        ("ok", 'the student_id "ok" is there already in line 2'),
        ("OK", 'the student_id "OK" differs only in case from the one in line 2'),
    ],
)  # fmt: skip
def test_an_id_that_cannot_be_is_found(
    classroom: Classroom, capsys: pytest.CaptureFixture[str], row: str, message: str
) -> None:
    text = f"student_id,section\nok,A\n{row},B\n"
    assert problems_of(classroom, capsys, text) == [(3, message)]


def test_every_problem_is_reported_not_only_the_first(
    classroom: Classroom, capsys: pytest.CaptureFixture[str]
) -> None:
    text = "student_id,seed,project_type\ns1,x,cv\ns2,1\n../s3,1,cv\ns4,1,video\ns5,2,cv\n"
    assert problems_of(classroom, capsys, text) == [
        (2, 'The answer to "seed" cannot be "x": a whole number is needed'),
        (3, "has 2 cells instead of 3"),
        (4, 'the student_id "../s3" would lead out of its folder'),
        (5, 'The answer to "project_type" cannot be "video": choose tabular or cv'),
    ]


def test_columns_are_checked_too(classroom: Classroom, capsys: pytest.CaptureFixture[str]) -> None:
    text = "student_id,sed,author_name,student_id\ns1,1,Ada,s1\n"
    assert problems_of(classroom, capsys, text) == [
        (1, 'has the column "student_id" twice'),
        (1, 'has the unknown column "sed": did you mean "seed"?'),
        (1, 'has the column "author_name": names stay out of repositories'),
    ]


def test_a_username_that_the_remote_needs_must_be_there_and_be_safe(
    classroom: Classroom, capsys: pytest.CaptureFixture[str]
) -> None:
    classroom.remote = f"file://{classroom.server}/{{username}}.git"
    text = "student_id,username\ns1,ada\ns2,\ns3,../ada\ns4,ADA\n"
    assert problems_of(classroom, capsys, text) == [
        (4, 'the username "../ada" would lead out of its folder'),
        (5, 'the username "ADA" differs only in case from the one in line 2'),
    ]


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"name,email\nAda,a@b\n", "has no column student_id"),
        (b"", "has no column student_id"),
        (b"student_id\ns\x001\n", "is not a text file"),
        (b"PK\x03\x04\0\0workbook", "save it as CSV UTF-8, not as a workbook"),
        (b"sep=;\r\nname;email\r\n", "has no column student_id"),
        (b'student_id\n"s1\n', "is not CSV"),
    ],
)
def test_a_file_that_is_no_roster_is_an_error(
    classroom: Classroom, capsys: pytest.CaptureFixture[str], data: bytes, message: str
) -> None:
    classroom.roster.write_bytes(data)
    assert classroom.call("check") == 2
    assert message in capsys.readouterr().err


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"student_id," + b"c," * 1_000_000 + b"\ns1\n", "has more than 1000 cells in line 1"),
        (b"student_id\n" + b"s1\n" * 30_000, "has more than 20000 rows"),
        (b"student_id\n" + b"s" * 11_000_000, "has more than 10 MB"),
    ],
    ids=["columns", "rows", "bytes"],
)
def test_a_file_beyond_what_a_course_has_is_refused_at_once(
    classroom: Classroom, capsys: pytest.CaptureFixture[str], data: bytes, message: str
) -> None:
    classroom.roster.write_bytes(data)
    start = time.monotonic()
    assert classroom.call("check") == 2
    assert time.monotonic() - start < 20
    assert message in capsys.readouterr().err


def test_a_bad_row_stops_every_other_verb_before_anything_is_done(
    classroom: Classroom, capsys: pytest.CaptureFixture[str]
) -> None:
    classroom.roster.write_text("student_id\ns1\n../x\n")
    for verb in ("create", "update", "status", "clone"):
        assert classroom.call(verb) == 2
        err = capsys.readouterr().err
        assert f"error: Line 3 of {classroom.roster}: the student_id" in err
        assert f"hint: mlstarter cohort check {classroom.roster}" in err
    assert not classroom.server.exists()
    assert not classroom.journal.exists()


def test_a_roster_that_git_tracks_is_refused(
    classroom: Classroom, capsys: pytest.CaptureFixture[str]
) -> None:
    git(classroom.folder, "init", "--quiet")
    git(classroom.folder, "add", "--force", "roster.csv")
    assert classroom.call("check") == 2
    err = capsys.readouterr().err
    assert "is tracked by git, so the names in it would be published" in err
    assert "git rm --cached roster.csv" in err


def test_a_journal_inside_a_repository_is_refused(
    classroom: Classroom, capsys: pytest.CaptureFixture[str]
) -> None:
    git(classroom.folder, "init", "--quiet")
    assert classroom.call("create") == 2
    assert "would lie inside a git repository" in capsys.readouterr().err
    assert not classroom.server.exists()


def test_the_journal_lies_in_the_user_s_state_folder_by_default(
    classroom: Classroom, tmp_path: Path
) -> None:
    from mlstarter.cohort.journal import default_path

    assert default_path("ml-test").is_relative_to(tmp_path / "home" / "state")


def test_settings_come_from_cohort_toml_and_flags_win(
    classroom: Classroom, capsys: pytest.CaptureFixture[str]
) -> None:
    from mlstarter.cli import run

    (classroom.folder / "cohort.toml").write_text(
        f'course_run = "ml-test"\nremote = "{classroom.remote}"\n'
        f'template = "{classroom.template.root}"\n'
        '[answers]\nproject_name = "{section}-{student_id}"\nseed = 4\n'
    )
    cell = ["--journal", str(classroom.journal), "--data", "seed=5", "--only", "s0001"]
    assert run(["cohort", "create", str(classroom.roster), *cell]) == 0
    assert classroom.read("s0001", "README.md") == "# A-s0001\n\nSeed 5, section A."


@pytest.mark.sampled
@pytest.mark.parametrize(
    ("text", "message", "hint"),
    [
        ('corse_run = "x"', 'has a key that is not known: "corse_run".',
         'did you mean "course_run"?'),
        ('course_run = "../x"\nremote = "file:///x/{student_id}.git"',
         'The course_run "../x" would lead out of its folder.', ""),
        ('course_run = "x"', "remote is not set.", "--remote"),
        ('course_run = "x"\nremote = "file:///x/{student_id}.git"\nmode = "force"',
         'There is no mode "force".', "choose branch, merge or pr"),
        ('course_run = "x"\nremote = "file:///x/{student_id}.git"\n[answers]\nauthor_name = "A"',
         '"author_name" cannot be answered for a class', "leave author_name out"),
        ('course_run = "x"\nremote = "file:///x/{student_id}.git"\n'
         '[answers]\nproject_name = "{name}"', "An answer names {name}", "placeholders are"),
        ("course_run = ", "is not TOML", ""),
        ("deadline = 2026-12-01", 'has a key that is not known: "deadline".', "keys are"),
        ("layers = 3", 'has a key that is not known: "layers".', 'did you mean "layer"?'),
        ("[answer]", 'has a key that is not known: "answer".', 'did you mean "answers"?'),
        ('course_run = "x"\nremote = "file:///x/{student_id}.git"\nsecret_env = ""',
         'secret_env is "", which is no name of a variable', "export that variable"),
    ],
)  # fmt: skip
def test_settings_that_cannot_be_are_refused(
    classroom: Classroom, capsys: pytest.CaptureFixture[str], text: str, message: str, hint: str
) -> None:
    from mlstarter.cli import run

    (classroom.folder / "cohort.toml").write_text(text)
    cell = ["--template", str(classroom.template.root), "--journal", str(classroom.journal)]
    assert run(["cohort", "check", str(classroom.roster), *cell]) == 2
    err = capsys.readouterr().err
    assert message in err
    assert hint in err


@pytest.mark.parametrize("day", ["2026-12-01", "20261201", "2026-W49-2"])
def test_a_day_ends_with_its_last_second(day: str) -> None:
    moment = parse_moment(day)
    assert (moment.day, moment.hour, moment.minute, moment.second) == (1, 23, 59, 59)
    assert moment.tzinfo is not None


@pytest.mark.parametrize("zone", ["Z", "+01:00", "+0100", "-11:30", ".5+05:45"])
def test_a_moment_of_any_zone_is_read(zone: str) -> None:
    assert parse_moment(f"2026-12-01T18:00:00{zone}").utcoffset() is not None


@pytest.mark.parametrize(
    "text",
    ["01.12.2026", "2026-12-01 18:00 CET", "2026-12-01T18:00 Europe/Berlin", "12/1/2026 6 PM",
     "0001-01-01T00:00+14:00", "9999-12-31T23:00-12:00", "2026-02-30", "2026-12-01T18:00+25:00"],
)  # fmt: skip
def test_what_is_no_moment_is_a_problem_of_its_row(
    classroom: Classroom, capsys: pytest.CaptureFixture[str], text: str
) -> None:
    problems = problems_of(classroom, capsys, f"student_id,deadline\ns1,2026-12-01\ns2,{text}\n")
    wrong = f'the deadline "{text}" is not a date: write 2026-12-01T18:00+01:00'
    assert problems == [(3, wrong)]
