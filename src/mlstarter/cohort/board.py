"""The standings as one HTML file: to sort and filter, without a network, pseudonymous."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from mlstarter.cohort.moments import local_minute
from mlstarter.cohort.states import states_of
from mlstarter.cohort.static_page import render
from mlstarter.cohort.status import Standing
from mlstarter.escape import link_target

COLUMNS = (
    "Student",
    "Section",
    "Team",
    "State",
    "Last activity",
    "Commits",
    "Result",
    "CI",
    "Template",
    "Update",
    "Links",
)
# The order in which states are offered as a filter; only those that occur are.
STATES = (
    "not started",
    "started",
    "behind",
    "update waits",
    "conflict",
    "CI failed",
    "no result",
    "moved away",
    "other branch",
    "unrelated history",
    "gone",
    "no repository",
    "not reached",
    "dropped out",
)
_CI_STYLES = {"failed": "bad", "passed": "good", "running": "wait"}


@dataclass(frozen=True, slots=True)
class Link:
    """A link: what it says, and its https address."""

    text: str
    address: str


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell: its text, a second line below, style classes, and what it is sorted by."""

    text: str = ""
    below: str = ""
    style: str = ""
    mark: str = ""
    key: str | None = None
    links: tuple[Link, ...] = ()


@dataclass(frozen=True, slots=True)
class Row:
    """A student's row: the cells in the order of ``COLUMNS``, and what it is filtered by."""

    section: str
    states: tuple[str, ...]
    cells: tuple[Cell, ...]


def board(
    course_run: str, standings: Sequence[Standing], names: Mapping[str, str], moment: datetime
) -> str:
    """Return the page. ``names`` are shown beside ids; it is empty where they stay private."""
    rows = [_row(standing, names.get(standing.student_id, "")) for standing in standings]
    states = {state for row in rows for state in row.states}
    return render(
        "board.html.jinja",
        title=f"Standings: {course_run}",
        summary=summary(standings),
        columns=COLUMNS,
        rows=rows,
        sections=sorted({row.section for row in rows} - {""}),
        states=[state for state in STATES if state in states],
        written=moment.isoformat(" ", "minutes"),
        script_source="'unsafe-inline'",
        image_source="'none'",
    )


def summary(standings: Sequence[Standing]) -> str:
    """Return how many students there are and how they stand, in sentences."""
    active_count = sum(standing.has_started for standing in standings)
    behind = sum(standing.behind for standing in standings)
    conflicts = sum(standing.conflict for standing in standings)
    more = f" Updates in conflict: {conflicts}." if conflicts else ""
    total = f"{len(standings)} student{'' if len(standings) == 1 else 's'}"
    return f"{total}; started: {active_count}; behind: {behind}.{more}"


def result_text(standing: Standing) -> str:
    """Return the reported result with its interval, "" where there is none."""
    if standing.value is None:
        return ""
    if standing.low is None or standing.high is None:
        return f"{standing.value:.3f}"
    return f"{standing.value:.3f} [{standing.low:.3f}, {standing.high:.3f}]"


def _row(standing: Standing, name: str) -> Row:
    states = states_of(standing)
    first = states[0]
    mark = {"started": "", "not started": "wait"}.get(first, "bad")
    value = "" if standing.value is None else f"{standing.value:.6f}"
    last = local_minute(standing.last_activity)
    day, _, clock = last.partition(" ")
    cells = (
        Cell(standing.student_id, name, "id", key=standing.student_id),
        Cell(standing.section, style="free"),
        Cell(standing.team, style="free"),
        Cell(first, "" if standing.active else "dropped out", mark=mark),
        Cell(day, clock, style="time", key=last),
        Cell(str(standing.commits) if standing.state == "verified" else "", style="number"),
        Cell(result_text(standing), standing.metric or "", "number", key=value),
        Cell(standing.ci or "", mark=_CI_STYLES.get(standing.ci or "", "")),
        _version(standing),
        _update(standing),
        _links(standing),
    )
    return Row(standing.section, states, cells)


def _version(standing: Standing) -> Cell:
    if standing.has_moved:
        return Cell("moved away", mark="bad")
    below = "behind" if standing.behind else ""
    return Cell(standing.version or "", below, mark="wait" if standing.behind else "")


def _update(standing: Standing) -> Cell:
    if standing.pending is None:
        return Cell()
    version = standing.pending.removeprefix("mlstarter/update-")
    if standing.conflict:
        return Cell(f"conflict with {version}", mark="mark bad", key=f"0 {version}")
    return Cell(f"{version} waits", mark="mark wait", key=f"1 {version}")


def _links(standing: Standing) -> Cell:
    pages = (
        ("repository", standing.repository),
        ("CI", standing.ci_page),
        ("site", standing.site),
    )
    targets = [(text, link_target(address)) for text, address in pages]
    return Cell(links=tuple(Link(text, target) for text, target in targets if target))
