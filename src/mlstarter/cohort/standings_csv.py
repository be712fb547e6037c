"""The standings as CSV for a spreadsheet, in which no cell is taken for a formula."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence

from mlstarter import escape
from mlstarter.cohort.states import states_of
from mlstarter.cohort.status import Standing

COLUMNS = (
    "student_id",
    "section",
    "team",
    "state",
    "states",
    "active",
    "last_activity",
    "last_commit",
    "commits",
    "metric",
    "value",
    "low",
    "high",
    "ci",
    "version",
    "behind",
    "pending",
    "conflict",
    "moved",
    "repository",
    "ci_page",
    "site",
)


def standings_csv(standings: Sequence[Standing], names: Mapping[str, str]) -> str:
    """Return one row a student below a header; with ``names`` a second column holds them."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow((COLUMNS[0], *(["name"] if names else []), *COLUMNS[1:]))
    for standing in standings:
        values = standing.as_dict() | {"states": "; ".join(states_of(standing))}
        cells = [values[column] for column in COLUMNS]
        if names:
            cells.insert(1, names.get(standing.student_id, ""))
        writer.writerow([_cell(cell) for cell in cells])
    return text.getvalue()


def _cell(value: object) -> object:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    # A number below zero begins as a formula does, and is none.
    return value if isinstance(value, int | float) else escape.csv_cell(escape.line(value))
