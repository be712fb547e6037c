"""The roster: a CSV file of students, and every way in which a row can be wrong.

Comma or semicolon, with or without a byte-order mark, columns in any order. ``student_id`` is the
only column that must be there; every other one is ``username``, ``name``, ``email``, ``team``,
``section``, ``variant`` or the name of a template's question.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from mlstarter.cohort.config import PERSONAL
from mlstarter.cohort.names import complaint
from mlstarter.errors import EnvironmentProblem, UsageError
from mlstarter.process import Git
from mlstarter.suggest import did_you_mean

ID = "student_id"
COLUMNS = (ID, "username", "name", "email", "team", "section", "variant")


@dataclass(frozen=True, slots=True)
class Student:
    """One row. ``name`` and ``email`` are for the instructor's eyes alone.

    ``answers`` are the columns that are questions of the template; empty cells are left out.
    """

    student_id: str
    line: int
    username: str = ""
    name: str = field(default="", repr=False)
    email: str = field(default="", repr=False)
    team: str = ""
    section: str = ""
    variant: str = ""
    answers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with a line of the roster (the header is line 1)."""

    line: int
    message: str


def read_roster(path: Path, questions: Sequence[str]) -> tuple[list[Student], list[Problem]]:
    """Read the roster; return its students and everything that is wrong with it.

    Args:
        path: the CSV file.
        questions: the names of the template's questions, which columns may have.

    Raises UsageError where the file cannot be read at all or has no ``student_id``.
    """
    header, rows = _rows(path)
    problems = list(_header_problems(header, questions))
    students: list[Student] = []
    for line, cells in rows:
        if len(cells) != len(header):
            problems.append(Problem(line, f"has {len(cells)} cells instead of {len(header)}"))
            continue
        students.append(_student(line, dict(zip(header, cells, strict=True))))
    problems += _row_problems(students)
    return students, sorted(problems, key=lambda problem: problem.line)


def refuse_tracked(path: Path) -> None:
    """Raise UsageError where git tracks the file: names would be published with the repository."""
    try:
        found = Git(path.absolute().parent).call("ls-files", "--error-unmatch", "--", path.name)
    except (EnvironmentProblem, OSError):
        return
    if found.status == 0:
        raise UsageError(
            f"{path} is tracked by git, so the names in it would be published.",
            hint=f"git rm --cached {path.name}; then add it to .gitignore",
        )


def _rows(path: Path) -> tuple[list[str], list[tuple[int, list[str]]]]:
    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise UsageError(f"The roster {path} cannot be read: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise UsageError(
            f"The roster {path} is not UTF-8 text.", hint="save it as CSV UTF-8"
        ) from error
    first = text.split("\n", 1)[0]
    delimiter = ";" if first.count(";") > first.count(",") else ","
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    lines: list[tuple[int, list[str]]] = []
    try:
        start = 1
        for cells in reader:
            lines.append((start, [cell.strip() for cell in cells]))
            start = reader.line_num + 1
    except csv.Error as error:
        raise UsageError(
            f"Line {reader.line_num} of the roster {path} is not CSV: {error}."
        ) from error
    filled = [(line, cells) for line, cells in lines if any(cells)]
    header = [cell.casefold() for cell in filled[0][1]] if filled else []
    if ID not in header:
        raise UsageError(
            f"The roster {path} has no column {ID}.",
            hint=f"name the columns in its first line: {','.join(COLUMNS[:4])},...",
        )
    return header, filled[1:]


def _header_problems(header: Sequence[str], questions: Sequence[str]) -> Iterator[Problem]:
    for name in sorted({name for name in header if header.count(name) > 1}):
        yield Problem(1, f'has the column "{name}" twice')
    for name in header:
        if name in PERSONAL:
            yield Problem(1, f'has the column "{name}": names stay out of repositories')
        elif name not in COLUMNS and name not in questions:
            near = did_you_mean(name, [*COLUMNS, *questions])
            yield Problem(1, f'has the unknown column "{name}"' + (f": {near}" if near else ""))


def _student(line: int, row: Mapping[str, str]) -> Student:
    known = {name: row[name] for name in COLUMNS if name in row}
    answers = {name: value for name, value in row.items() if name not in COLUMNS and value}
    return Student(line=line, answers=answers, **known)


def _row_problems(students: Sequence[Student]) -> Iterator[Problem]:
    for attribute in (ID, "username"):
        seen: dict[str, Student] = {}
        for student in students:
            value = getattr(student, attribute)
            if not value and attribute != ID:
                continue
            if (trouble := complaint(value)) is not None:
                yield Problem(student.line, f'the {attribute} "{value}" {trouble}')
                continue
            other = seen.setdefault(value.casefold(), student)
            if other is not student:
                same = getattr(other, attribute) == value
                how = "is there already" if same else "differs only in case from the one"
                yield Problem(student.line, f'the {attribute} "{value}" {how} in line {other.line}')
