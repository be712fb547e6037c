"""A course at hand: its configuration, its students, its template, its remote."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mlstarter import engines, questions, sources
from mlstarter.cohort.config import Config, load_config
from mlstarter.cohort.handout import Handout
from mlstarter.cohort.remotes import NoAddress, Remote, address_problems, open_remote
from mlstarter.cohort.roster import Problem, Student, read_roster, refuse_tracked
from mlstarter.cohort.teams import group_teams, is_shared
from mlstarter.cohort.transport import Transport
from mlstarter.errors import UsageError
from mlstarter.suggest import hint_for


@dataclass(frozen=True)
class Course:
    """Everything that a cohort command starts from.

    ``students`` are those to work on, one for each repository; ``everyone`` are all of the
    roster, ``problems`` what is wrong with any row of it, ``notes`` what was not read of it.
    ``stop`` is set when the user interrupts.
    """

    config: Config
    handout: Handout
    remote: Remote
    students: Sequence[Student]
    problems: Sequence[Problem]
    stop: threading.Event
    notes: Sequence[str] = ()
    everyone: Sequence[Student] = ()

    @property
    def active(self) -> Sequence[Student]:
        """Those of ``students`` who have not dropped out."""
        return [student for student in self.students if student.active]

    @property
    def urls(self) -> Sequence[str]:
        """The addresses that the roster gives to those who have what one is made of."""
        urls = []
        for student in self.students:
            try:
                urls.append(self.remote.url(student))
            except NoAddress:
                continue
        return urls

    @property
    def without_address(self) -> Sequence[Problem]:
        """The rows that get no repository until their account or team is filled in."""
        problems = []
        wrong = {problem.line for problem in self.problems}
        for student in self.active:
            try:
                self.remote.url(student)
            except NoAddress as error:
                if student.line not in wrong:
                    problems.append(Problem(student.line, error.message.rstrip(".")))
        return problems


def open_course(
    roster: Path,
    config: Path | None,
    flags: Mapping[str, Any],
    *,
    only: str | None = None,
    ref: str | None = None,
) -> Course:
    """Read the roster, the configuration and the template.

    Args:
        roster: the CSV file.
        config: the configuration; None takes ``cohort.toml`` beside the roster, if there is one.
        flags: configuration from the command line, None where nothing was said.
        only: ids separated by commas; the others are left alone.
        ref: the template's version, in place of the configured one.

    Raises UsageError for whatever cannot be; problems of single rows are collected.
    """
    refuse_tracked(roster)
    beside = roster.parent / "cohort.toml"
    config = config or (beside if beside.exists() else None)
    settings = load_config(config, flags)
    stop = threading.Event()
    remote = open_remote(settings, Transport(stop=stop))
    template = engines.with_trust(sources.resolve(settings.template, ref or settings.ref))
    questionnaire = questions.load(template)
    handout = Handout(settings, template, questionnaire, settings.secret())
    table = read_roster(roster, questionnaire.names)
    students, problems = table.students, table.problems
    if is_shared(settings.remote):
        teams = group_teams(settings.remote, students)
        students, problems = teams.students, problems + teams.problems
    for find in (_address_problems(settings.remote), handout.problems):
        wrong = {problem.line for problem in problems}
        # A header that is wrong would make every answer wrong as well.
        if 1 not in wrong:
            problems = problems + find([s for s in students if s.line not in wrong])
    problems.sort(key=lambda problem: problem.line)
    selection = select_students(students, only)
    return Course(settings, handout, remote, selection, problems, stop, table.notes, students)


def _address_problems(pattern: str) -> Callable[[Sequence[Student]], list[Problem]]:
    return lambda students: address_problems(pattern, students)


def select_students(students: Sequence[Student], only: str | None) -> Sequence[Student]:
    """Return the students that ``only`` names, a team by its own name or by any of its members.

    Raises UsageError for an id that is not there.
    """
    if only is None:
        return students
    by_id = {person.student_id: student for student in students for person in student.people}
    by_id |= {student.student_id: student for student in students}
    names = [name.strip() for name in only.split(",") if name.strip()]
    if not names:
        raise UsageError("--only names nobody.", hint="write ids with commas: --only s001,s002")
    for name in names:
        if name not in by_id:
            raise UsageError(
                f'The roster has no student_id "{name}".',
                hint=hint_for(name, by_id, "mlstarter cohort status ROSTER"),
            )
    return list({by_id[name].student_id: by_id[name] for name in names}.values())


def require_good(course: Course, roster: Path) -> None:
    """Raise UsageError where the roster has a problem, naming the first and the command for all."""
    if course.problems:
        first = course.problems[0]
        count = len(course.problems)
        more = f" and {count - 1} more" if count > 1 else ""
        raise UsageError(
            f"Line {first.line} of {roster}: {first.message}{more}; nothing was done.",
            hint=f"mlstarter cohort check {roster}",
        )
