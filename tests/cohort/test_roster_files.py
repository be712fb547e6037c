"""`cohort check`: rosters as spreadsheets and learning platforms write them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from mlstarter.cohort.roster import read_roster
from tests.cohort.conftest import Classroom, document_of
from tests.cohort.json_output import problems_of

WITH_ACCENTS = "student_id,name\ns1,Jürgen Müller\n"


@pytest.mark.sampled
@pytest.mark.parametrize(
    "data",
    [
        b"student_id,name,,\r\ns1,Ann,,\r\ns2,Bob,,\r\n,,,\r\n",
        b"student_id,,name\ns1,,Ann\n",
        b"sep=;\r\nstudent_id;name\r\ns1;Ann\r\n",
        b"\xef\xbb\xbfsep=\t\nstudent_id\tname\ns1\tAnn\n",
        b"student_id\tname\ns1\tAnn, the first\n",
        b"student_id|name\ns1|Ann\n",
        "student_id,name\ns1\u200b,Ann\n".encode(),
        "\ufeff\u200bstudent_id\u200e,name\n\u2060s1\xa0,Ann\n".encode(),
        "\ufeffstudent_id,name\ns1,Ann\n".encode("utf-16-le"),
        WITH_ACCENTS.encode("utf-8-sig"),
        WITH_ACCENTS.encode("cp1252"),
        WITH_ACCENTS.encode("utf-16"),
        b'"student_id","name"\n"s1","two\r\nlines; and, more"\n',
        b'"name, family first",student_id;\n"Lovelace, Ada",s1\n'.replace(b";", b""),
        b"Student ID,E-Mail\ns1,ann@example.org\n",
        b"student_id\rs1\r",
        b"student_id\ns1",
        b"student_id,name\ns1,Ann,,,\n",
        b"name, first;student_id\nAnn;s1\n",
        b"student_id\tname, first, last\ns1\tAnn\n",
        b"student_id, name, email\ns1, Ann, a@b\n",
        "student_id,name\ns1,Ann\n".encode("utf-32"),
    ],
)
def test_whatever_spreadsheets_write_is_read(
    classroom: Classroom, capsys: pytest.CaptureFixture[str], data: bytes
) -> None:
    classroom.roster.write_bytes(data)

    status = classroom.call("check", "--json")

    table = document_of(capsys.readouterr().out)
    assert table["problems"] == []
    assert status == 0
    assert table["students"] >= 1


def test_letters_of_another_encoding_are_read_and_said(tmp_path: Path) -> None:
    file = tmp_path / "roster.csv"
    file.write_bytes(WITH_ACCENTS.encode("cp1252"))

    roster = read_roster(file, ())

    assert roster.students[0].name == "Jürgen Müller"
    assert roster.notes == [
        "the file is not UTF-8; it was read as Windows-1252: look at names with accents"
    ]


def test_an_id_is_compared_without_what_nobody_sees(tmp_path: Path) -> None:
    file = tmp_path / "roster.csv"
    file.write_text("student_id,name\ns1,Ann\ns\u200b1,Bob\n", encoding="utf-8")

    roster = read_roster(file, ())

    assert [student.student_id for student in roster.students] == ["s1", "s1"]
    assert [problem.message for problem in roster.problems] == [
        'the student_id "s1" is there already in line 2'
    ]


def test_a_name_keeps_the_joiners_that_spell_it(tmp_path: Path) -> None:
    file = tmp_path / "roster.csv"
    name = "\u06a9\u062a\u0627\u0628\u200c\u0647\u0627"
    file.write_text(f"student_id,name\ns1,{name}\u200b\n", encoding="utf-8")

    assert read_roster(file, ()).students[0].name == name


def test_columns_of_a_learning_platform_are_left_alone_and_said(
    classroom: Classroom, capsys: pytest.CaptureFixture[str]
) -> None:
    classroom.roster.write_text(
        "Student,student_id,SIS Login ID,Final Score,Final Score,\nAnn,s1,x1,9,9,stray\n",
        encoding="utf-8",
    )

    status = classroom.call("check")

    err = capsys.readouterr().err
    assert status == 0
    assert "column 6 has no name and is not read" in err
    assert "not read, being neither a column nor a question: student, sis login id" in err
    assert "stray" not in err


@pytest.mark.parametrize(
    ("header", "row"),
    [
        ("Last Name\tFirst Name\tstudent_id\tLast Access", "B\tAnn\ts1\t2026"),
        ("Vorname;Nachname;student_id", "Ann;B;s1"),
        ("Surname,Preferred name,student_id,Size of team", "B,Ann,s1,3"),
        ("Student,ID,student_id,SIS Login ID,HW (12)", "B,7,s1,ann,5"),
    ],
)
def test_a_longer_word_is_no_slip_of_a_column(
    classroom: Classroom, capsys: pytest.CaptureFixture[str], header: str, row: str
) -> None:
    assert problems_of(classroom, capsys, f"{header}\n{row}\n") == []


@pytest.mark.parametrize("word", ["names", "usernme", "Active?", "sectoin"])
def test_a_slip_of_a_column_is_a_problem(
    classroom: Classroom, capsys: pytest.CaptureFixture[str], word: str
) -> None:
    [(line, message)] = problems_of(classroom, capsys, f"student_id,{word}\ns1,x\n")
    assert line == 1
    assert "has the unknown column" in message


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        (
            "First name,Surname,ID number,Email address\nAnn,B,1001,a@b\n",
            'or rename "ID number" to it',
        ),
        ("Student,ID,SIS User ID\nB,,1001\nC,,1002\n", 'or rename "SIS User ID" to it'),
        ("Vorname;Nachname;Matrikelnummer\nAnn;B;1001\n", 'or rename "Matrikelnummer" to it'),
        ('"identifier","github_username"\n"s1","ann"\n', 'or rename "identifier" to it'),
        ("Last Name,First Name,Email Address\nB,Ann,a@b\n", "name the columns in its first line"),
        ("Course 2026,\nstudent_id,name\ns1,Ann\n", "its columns are named in line 2"),
        ("# of 2026\n\nname,student_id\nAnn,s1\n", "its columns are named in line 3"),
    ],
)
def test_an_export_without_a_column_of_ids_is_told_which_one_may_be_it(
    classroom: Classroom, capsys: pytest.CaptureFixture[str], text: str, hint: str
) -> None:
    classroom.roster.write_text(text, encoding="utf-8")
    assert classroom.call("check") == 2
    err = capsys.readouterr().err
    first = re.split("[,;\n]", text)[0].strip('"')
    assert f'has no column student_id; it has "{first}"' in err
    assert hint in err


def test_an_id_that_a_formula_keeps_as_text_is_read(tmp_path: Path) -> None:
    file = tmp_path / "roster.csv"
    file.write_text('student_id,name\n"=""00123""",Ann\n', encoding="utf-8")

    assert [student.student_id for student in read_roster(file, ()).students] == ["00123"]


def test_the_lines_are_those_of_the_file(
    classroom: Classroom, capsys: pytest.CaptureFixture[str]
) -> None:
    text = 'sep=;\r\nstudent_id;name\r\n\r\ns1;"a\r\nb"\r\n../x;c\r\n'

    problems = problems_of(classroom, capsys, text)

    assert problems == [(6, 'the student_id "../x" would lead out of its folder')]
