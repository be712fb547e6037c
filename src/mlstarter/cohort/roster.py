"""The roster: a CSV file of students, and every way in which a row can be wrong.

However a spreadsheet wrote it (see ``sheet``), columns in any order. ``student_id`` is the only
column that must be there; ``username``, ``name``, ``email``, ``team``, ``section``, ``variant``,
``active`` and the names of a template's questions are read. Others, as learning platforms export
them, are not: that is said in a note, and where one is nearly the name of another it is a problem.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from mlstarter import escape
from mlstarter.cohort.config import PERSONAL
from mlstarter.cohort.identifiers import complaint
from mlstarter.cohort.moments import parse_moment
from mlstarter.cohort.spreadsheet import Sheet, read_sheet, without_invisible
from mlstarter.errors import EnvironmentProblem, UsageError
from mlstarter.git.process import Git
from mlstarter.suggest import did_you_mean, near

ID = "student_id"
COLUMNS = (ID, "username", "name", "email", "team", "section", "variant", "deadline", "active")
# What spreadsheets and people write for yes and no; a cell without anything is yes.
_YES = frozenset({"", "yes", "y", "true", "1", "x", "ja", "j", "wahr", "oui", "si", "sí"})
_NO = frozenset({"no", "n", "false", "0", "nein", "falsch", "non", "faux"})
_SAME = {"e_mail": "email", "email_address": "email", "studentid": ID, "user_name": "username"}
_SAME |= {"mail": "email", "e_mail_address": "email"}
# A word of its own, however near it is to "username".
_NO_SLIPS = frozenset({"surname"})
# What platforms call a column of ids, such as "ID number", "SIS User ID", "Matrikelnummer".
_OF_IDS = re.compile(r"(^|[\W_])(id|identifier|number|nr|no|login)([\W_]|$)|nummer|matrikel")
_DECIMAL = re.compile(r"([0-9]+)\.0+")
# How much of a header a sentence shows.
_MOST_NAMES, _LONGEST_NAME = 8, 40


@dataclass(frozen=True, slots=True)
class Student:
    """One row, or several who share a repository (see ``teams.py``).

    ``name`` and ``email`` are for the instructor's eyes alone. ``deadline`` is the student's own,
    as ``moments.parse_moment`` reads it; "" for none. ``answers`` are the columns that are
    questions of the template; empty cells are left out. Who is not ``active`` has dropped out.
    ``members`` are the rows of a team, () for a student of their own.
    """

    student_id: str
    line: int
    username: str = ""
    name: str = field(default="", repr=False)
    email: str = field(default="", repr=False)
    team: str = ""
    section: str = ""
    variant: str = ""
    deadline: str = ""
    answers: Mapping[str, str] = field(default_factory=dict)
    active: bool = True
    members: tuple[Student, ...] = ()

    @property
    def people(self) -> tuple[Student, ...]:
        """The students who work in the repository."""
        return self.members or (self,)


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with a line of the roster (the header is line 1)."""

    line: int
    message: str


@dataclass(frozen=True, slots=True)
class Roster:
    """The students of a file, what is wrong with it, and notes on what was not read of it."""

    students: list[Student]
    problems: list[Problem]
    notes: list[str]


def read_roster(path: Path, questions: Sequence[str]) -> Roster:
    """Read the roster; return its students and everything that is wrong with it.

    Args:
        path: the CSV file.
        questions: the names of the template's questions, which columns may have.

    Raises UsageError where the file cannot be read at all or has no ``student_id``.
    """
    sheet = read_sheet(path)
    header = [_column(name, questions) for name in sheet.header]
    if ID not in header:
        raise _without_ids(path, sheet, header)
    problems = list(_header_problems(header, questions))
    columns_left_out = [name for name in header if not _is_read(name, questions)]
    notes = list(sheet.notes)
    if columns_left_out and not problems:
        notes.append(
            f"not read, being neither a column nor a question: {', '.join(columns_left_out)}"
        )
    students: list[Student] = []
    for line, cells in sheet.rows:
        if len(cells) != len(header):
            problems.append(Problem(line, f"has {len(cells)} cells instead of {len(header)}"))
            continue
        row = dict(zip(header, cells, strict=True))
        if "active" in row and "active" not in questions and _activity(row["active"]) is None:
            text = f'the active "{row["active"]}" is neither yes nor no'
            problems.append(Problem(line, text))
            continue
        columns_read = {k: v for k, v in row.items() if k not in columns_left_out}
        students.append(_student(line, columns_read, questions))
    if not sheet.rows:
        notes.append("it has no row below the names of its columns, so nobody is in the class")
    problems += _row_problems(students)
    return Roster(students, sorted(problems, key=lambda problem: problem.line), notes)


def refuse_tracked(path: Path) -> None:
    """Raise UsageError where git tracks the file: names would be published with the repository."""
    try:
        listing = Git(path.absolute().parent).call("ls-files", "--error-unmatch", "--", path.name)
    except (EnvironmentProblem, OSError):
        return
    if listing.status == 0:
        raise UsageError(
            f"{path} is tracked by git, so the names in it would be published.",
            hint=f"git rm --cached {path.name}; then add it to .gitignore",
        )


def _column(name: str, questions: Sequence[str]) -> str:
    """Return a column's name as it is spelt here: ``Student ID`` is ``student_id``."""
    plain = without_invisible(name).casefold()
    word = re.sub(r"[\s-]+", "_", plain)
    word = _SAME.get(word, word)
    return word if word in COLUMNS or word in PERSONAL or word in questions else plain


def _without_ids(path: Path, sheet: Sheet, header: Sequence[str]) -> UsageError:
    """Return the error for a roster without a column of ids, with what mends this one."""
    hint = f"name the columns in its first line: {','.join(COLUMNS[:4])},..."
    line = next((n for n, cells in sheet.rows if ID in [_column(c, ()) for c in cells]), None)
    candidate = next((at for at, name in enumerate(header) if _is_of_ids(name, sheet, at)), None)
    if line is not None:
        hint = f"its columns are named in line {line}: delete the lines above it"
    elif candidate is not None:
        name = escape.line(sheet.header[candidate])
        hint = f'add one with ids that say nothing (s001, s002, ...), or rename "{name}" to it'
    shown_names = [escape.line(name)[:_LONGEST_NAME] for name in sheet.header[:_MOST_NAMES]]
    names = ", ".join(f'"{name}"' for name in shown_names)
    more = ", ..." if len(header) > _MOST_NAMES else ""
    columns = f"; it has {names}{more}" if names else ""
    return UsageError(f"The roster {path} has no column {ID}{columns}.", hint=hint)


def _is_of_ids(name: str, sheet: Sheet, column: int) -> bool:
    """Say whether a column is called as one of ids is, and tells most of the rows apart."""
    cells = [row[column] for _, row in sheet.rows if column < len(row) and row[column]]
    tells_apart = len(set(cells)) == len(cells) and 2 * len(cells) > len(sheet.rows)
    return bool(_OF_IDS.search(name)) and tells_apart and not any(map(complaint, cells))


def _is_read(name: str, questions: Sequence[str]) -> bool:
    return name in COLUMNS or name in questions


def _header_problems(header: Sequence[str], questions: Sequence[str]) -> Iterator[Problem]:
    columns_read = [name for name in header if _is_read(name, questions)]
    for name in sorted({name for name in columns_read if columns_read.count(name) > 1}):
        yield Problem(1, f'has the column "{name}" twice')
    for name in header:
        if name in PERSONAL:
            yield Problem(1, f'has the column "{name}": names stay out of repositories')
        elif not _is_read(name, questions) and _is_slip(name, header, questions):
            near = did_you_mean(name, [*COLUMNS, *questions])
            yield Problem(1, f'has the unknown column "{name}": {near}')


def _is_slip(name: str, header: Sequence[str], questions: Sequence[str]) -> bool:
    """Say whether a column's name is nearly one that is missing: one that is there was meant.

    A longer name with the whole of it ("last name", "Vorname") is another word.
    """
    match = near(name, [*COLUMNS, *questions])
    if match is None or match in header or name in _NO_SLIPS:
        return False
    return match not in name or len(name) < len(match) + 2


def _student(line: int, row: Mapping[str, str], questions: Sequence[str]) -> Student:
    # Names of people may be spelt with joiners; whatever becomes an address may not.
    cells = {k: v if k in {"name", "email"} else without_invisible(v) for k, v in row.items()}
    columns: dict[str, Any] = {name: cells[name] for name in COLUMNS[:-1] if name in cells}
    own = COLUMNS if "active" not in questions else COLUMNS[:-1]
    answers = {name: value for name, value in row.items() if name not in own and value}
    # A template may ask a question of that name; then the column answers it.
    is_active = "active" in questions or _activity(cells.get("active", "")) is not False
    return Student(line=line, answers=answers, active=is_active, **columns)


def _activity(text: str) -> bool | None:
    """Return what a cell of the column ``active`` says, None where it is neither yes nor no."""
    word = without_invisible(text).casefold()
    if word in _YES:
        return True
    return False if word in _NO else None


def _row_problems(students: Sequence[Student]) -> Iterator[Problem]:
    for student in students:
        if student.deadline:
            try:
                parse_moment(student.deadline)
            except UsageError as error:
                wrong = error.message.rstrip(".")
                yield Problem(student.line, f"the deadline {wrong}: write 2026-12-01T18:00+01:00")
    for attribute in (ID, "username"):
        owners: dict[str, Student] = {}
        for student in students:
            value = getattr(student, attribute)
            if not value and attribute != ID:
                continue
            if (trouble := complaint(value)) is not None:
                yield Problem(student.line, f'the {attribute} "{value}" {trouble}')
                continue
            if attribute == ID and (decimal := _DECIMAL.fullmatch(value)):
                text = f'the {ID} "{value}" is a number that a program wrote with decimals'
                yield Problem(student.line, f"{text}: write {decimal[1]}")
                continue
            other = owners.setdefault(value.casefold(), student)
            if other is not student:
                same = getattr(other, attribute) == value
                how = "is there already" if same else "differs only in case from the one"
                yield Problem(student.line, f'the {attribute} "{value}" {how} in line {other.line}')
