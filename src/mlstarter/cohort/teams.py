"""Teams: several rows of the roster that share one repository.

Where the address names ``{team}`` and neither ``{student_id}`` nor ``{username}``, the rows of a
team are one student to every verb. The repository is known by the team's name: in the journal, in
its marker, on the board.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from mlstarter.cohort.identifiers import complaint
from mlstarter.cohort.remote_pattern import pattern_fields
from mlstarter.cohort.remotes import fill_pattern
from mlstarter.cohort.roster import Problem, Student

_OWN = frozenset({"student_id", "username"})
# What a team can have only one of.
_COMMON = ("variant", "deadline")


def is_shared(pattern: str) -> bool:
    """Say whether the address gives one repository to a whole team."""
    fields = set(pattern_fields(pattern))
    return "team" in fields and not fields & _OWN


@dataclass
class Teams:
    """The repositories of a roster whose address names teams.

    ``students`` are the teams, and the rows that have none yet; ``problems`` is what is wrong.
    """

    students: list[Student] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)


def group_teams(pattern: str, students: Sequence[Student]) -> Teams:
    """Return the rows as those who share a repository; see ``is_shared``."""
    fields = pattern_fields(pattern)
    teams = Teams()
    members: dict[str, list[Student]] = {}
    for student in students:
        if all(getattr(student, name) for name in fields):
            members.setdefault(fill_pattern(pattern, student).casefold(), []).append(student)
        else:
            teams.students.append(student)
    ids = {student.student_id.casefold(): student for student in students}
    for rows in members.values():
        team, problems = _merge(rows, fields)
        other = ids.get(team.student_id.casefold())
        if other is not None:
            text = f'the team "{team.team}" has the name of the student in line {other.line}'
            problems.append(Problem(team.line, text))
        elif (trouble := complaint(team.student_id)) is not None:
            problems.append(Problem(team.line, f'the team "{team.student_id}" {trouble}'))
        teams.students.append(team)
        teams.problems += problems
    teams.students.sort(key=lambda student: student.line)
    return teams


def _merge(rows: Sequence[Student], fields: Sequence[str]) -> tuple[Student, list[Problem]]:
    """Return the rows of one team as one student, and where they contradict one another."""
    first = rows[0]
    problems = []
    for row in rows[1:]:
        others = [name for name in fields if _differs(name, row, first)]
        if others:
            value, other = getattr(row, others[0]), getattr(first, others[0])
            how = "differs only in case from the one in"
            if value.casefold() != other.casefold():
                # "a-b" and "c" make the same address as "a" and "b-c".
                how = "gives the same address as"
            text = f'the {others[0]} "{value}" {how} line {first.line}'
            problems.append(Problem(row.line, text))
    answers: dict[str, str] = {}
    origins: dict[str, Student] = {}
    for row in rows:
        columns = {name: getattr(row, name) for name in _COMMON if getattr(row, name)}
        for name, value in {**row.answers, **columns}.items():
            other = origins.setdefault(name, row)
            if answers.setdefault(name, value) != value:
                text = f'has another "{name}" than line {other.line} of the same team'
                problems.append(Problem(row.line, text))
    columns = {name: answers.pop(name, "") for name in _COMMON}
    sections = {row.section for row in rows}
    team = Student(
        student_id="-".join(getattr(first, name) for name in fields),
        line=first.line,
        name=", ".join(row.name for row in rows if row.name),
        team=first.team,
        section=first.section if len(sections) == 1 or "section" in fields else "",
        answers=answers,
        active=any(row.active for row in rows),
        members=tuple(rows),
        **columns,
    )
    return team, problems


def _differs(name: str, one: Student, other: Student) -> bool:
    return bool(getattr(one, name) != getattr(other, name))
