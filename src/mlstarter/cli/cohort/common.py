"""What the cohort verbs share: their options, the loop over students, the summary."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from mlstarter import escape
from mlstarter.cli import shared_options
from mlstarter.console import echo
from mlstarter.errors import ExitStatus

if TYPE_CHECKING:
    from mlstarter.cohort.addresses import Addresses
    from mlstarter.cohort.course import Course
    from mlstarter.cohort.jobs import JobResult
    from mlstarter.cohort.journal import Journal
    from mlstarter.cohort.roster import Student

Command = TypeVar("Command", bound=Callable[..., Any])
T = TypeVar("T")

# How many ids a note names.
_MAX_NAMES = 5
FAILURE, ATTENTION = ExitStatus.FAILED, ExitStatus.NEEDS_ATTENTION


@dataclass(frozen=True, slots=True, kw_only=True)
class Common:
    """The options that every cohort verb has."""

    roster: Path
    config: Path | None
    course_run: str | None
    remote: str | None
    source: str | None
    ref: str | None
    layer: tuple[Path, ...]
    data: tuple[str, ...]
    secret_env: str | None
    token_env: str | None
    github_api: str | None
    journal: Path | None
    only: str | None
    jobs: int
    as_json: bool

    def flags(self, **more: Any) -> dict[str, Any]:
        """Return what was said of the configuration, None where nothing was."""
        from mlstarter.questions.answers_file import parse_pairs

        return {
            "course_run": self.course_run,
            "remote": self.remote,
            "template": self.source,
            "ref": self.ref,
            "layer": self.layer,
            "answers": parse_pairs(self.data),
            "secret_env": self.secret_env,
            "token_env": self.token_env,
            "github_api": self.github_api,
            **more,
        }

    def open(self, *, ref: str | None = None, **more: Any) -> Course:
        """Open the course and refuse a roster that has a problem."""
        from mlstarter.cohort.course import open_course, require_good

        flags = self.flags(**more)
        course = open_course(self.roster, self.config, flags, only=self.only, ref=ref)
        require_good(course, self.roster)
        if not self.as_json:
            print_notes(course)
        return course


def active_only(base: Common, course: Course, *, quiet: bool = False) -> Course:
    """Return the course without those who have dropped out, and say who they are."""
    inactive = [s.student_id for s in course.students if not s.active]
    if inactive and not (base.as_json or quiet):
        echo(f" left out (active = no): {', '.join(inactive)}", head="note:", err=True)
    return replace(course, students=course.active)


def print_notes(course: Course) -> None:
    """Say on stderr what was not read of the roster."""
    for note in course.notes:
        echo(f" {escape.line(note)}", head="note:", err=True)


_OPTIONS = (
    click.argument("roster", type=shared_options.FILE),
    click.option("--config", type=shared_options.FILE, metavar="FILE",
                 help="The course's settings. Default: cohort.toml beside the roster."),
    click.option("--course-run", metavar="NAME", help="The course, such as ml-2026-autumn."),
    click.option("--remote", metavar="PATTERN",
                 help="Where repositories are: file:///srv/class/{student_id}.git, "
                 "github:ORG/{username}."),
    click.option("--template", "source", metavar="SRC",
                 help="The template. Default: the built-in one."),
    click.option("--ref", metavar="VERSION",
                 help="The template's version. Default: the newest release."),
    click.option("--layer", multiple=True, metavar="DIR", type=shared_options.FOLDER,
                 help="A folder of files laid over every project. May be repeated."),
    shared_options.data,
    click.option("--secret-env", metavar="NAME", help="The variable that holds the variants' key."),
    click.option("--token-env", metavar="NAME", help="The variable that holds the forge's token."),
    click.option("--github-api", metavar="URL", help="GitHub's API. Default: that of github.com."),
    click.option("--journal", type=shared_options.FILE, metavar="FILE",
                 help="Where the journal lies. Default: the user's state folder."),
    click.option("--only", metavar="IDS", help="Work on these student_ids alone (a,b,c)."),
    click.option("-j", "--jobs", type=click.IntRange(1, 64), default=4, metavar="N",
                 help="How many students at a time. Default: 4."),
    shared_options.as_json,
)  # fmt: skip


def common(command: Command) -> Command:
    """Add the options that every cohort verb has."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


def split(values: dict[str, Any]) -> tuple[Common, dict[str, Any]]:
    """Part what click collected into the common options and the verb's own."""
    names = set(Common.__dataclass_fields__)
    own = {key: value for key, value in values.items() if key not in names}
    return Common(**{key: values[key] for key in names}), own


@contextmanager
def journal_of(base: Common, course: Course) -> Iterator[tuple[Journal, Addresses]]:
    """Open the course's journal, and follow the class where the settings name another remote."""
    from mlstarter.cohort.addresses import Addresses
    from mlstarter.cohort.journal import open_journal

    config = course.config
    with open_journal(base.journal, config.course_run) as journal:
        addresses = Addresses(course.remote, journal, config.course_run, course.everyone)
        addresses.require_remote(config.remote)
        journal.require_spelling(student.student_id for student in course.everyone)
        yield journal, addresses
        if not base.as_json:
            for move in addresses.moves:
                echo(
                    f" {move.student_id}: the repository is now at {move.new} (it was at "
                    f"{move.old})", head="note:", err=True,
                )  # fmt: skip


def print_differences(base: Common, course: Course, journal: Journal, *, is_new: bool) -> None:
    """Say on stderr whom the journal knows and the roster does not, and where it knows nobody.

    ``is_new`` says that this run may be the one that makes the class.
    """
    if base.as_json:
        return
    ids = {student.student_id for student in course.everyone}
    known_ids = [e.student_id for e in journal.entries() if e.state == "verified"]
    others = [escape.line(student_id) for student_id in known_ids if student_id not in ids]
    if others:
        more = ", ..." if len(others) > _MAX_NAMES else ""
        names = ", ".join(others[:_MAX_NAMES]) + more
        echo(
            f" the class has repositories that the roster does not name ({names}); they are left "
            "alone. Where an id or a team was renamed, set the roster back",
            head="note:", err=True,
        )  # fmt: skip
    if not known_ids and course.everyone and not is_new:
        echo(
            " the journal knows no repository of this class; where there are some, "
            "`mlstarter cohort adopt` takes them over",
            head="note:", err=True,
        )  # fmt: skip


def work(
    course: Course, base: Common, label: str, one: Callable[[Student], T]
) -> list[JobResult[T]]:
    """Do ``one`` for every student with a progress bar; Ctrl-C ends it in an orderly way."""
    from mlstarter.cohort.jobs import for_each
    from mlstarter.console import progress
    from mlstarter.interrupts import orderly

    outcomes: list[JobResult[T]] = []
    with orderly(), progress(len(course.students), label, quiet=base.as_json) as advance:
        try:
            for each in for_each(course.students, one, jobs=base.jobs, stop=course.stop):
                outcomes.append(each)
                advance(each.student.student_id)
        except KeyboardInterrupt:
            echo(
                f"stopped after {len(outcomes)} of {len(course.students)} students; "
                "the same command goes on from here",
                err=True,
            )
            raise
    order = {student.student_id: at for at, student in enumerate(course.students)}
    return sorted(outcomes, key=lambda each: order[each.student.student_id])


def summary(outcomes: Sequence[JobResult[Any]], outcome: Callable[[Any], str]) -> None:
    """Print how many of each outcome, and each student with whom it failed."""
    from mlstarter.console import print_table

    counts = Counter(
        getattr(each.error, "outcome", "failed") if each.error else outcome(each.result)
        for each in outcomes
    )
    print_table(("outcome", "students"), sorted(counts.items()))
    for each in outcomes:
        if each.error is not None:
            hint = getattr(each.error, "hint", None)
            echo(f"{each.student.student_id}: {escape.line(message(each.error))}", err=True)
            if hint:
                echo(f"  hint: {hint}", err=True)


def message(error: Exception) -> str:
    """Return an error as one sentence."""
    return str(getattr(error, "message", None) or error)


def exit_status(outcomes: Sequence[JobResult[Any]], *, attention: bool = False) -> int:
    """Return 1 where a student failed, 3 where something needs a person, else 0."""
    statuses = {getattr(each.error, "exit_status", FAILURE) for each in outcomes if each.error}
    if statuses - {ATTENTION}:
        return FAILURE
    return ATTENTION if statuses or attention else 0


def failures(outcomes: Sequence[JobResult[Any]]) -> list[dict[str, str]]:
    """Return the failures as JSON takes them."""
    return [
        {"student_id": each.student.student_id, "error": message(each.error)}
        for each in outcomes
        if each.error is not None
    ]
