"""How rows are kept for the test: by time, by group, or at random."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mlstarter.data import words
from mlstarter.data.choices import Suggestion
from mlstarter.data.errors import DataError, OpenQuestion, Option
from mlstarter.data.inspect import Inspection, reading_of
from mlstarter.data.show import excerpt, quote, some
from mlstarter.escape import shell_quote

FEWEST_GROUPS, FEWEST_ROWS_A_GROUP = 20, 1.1
FEWEST_TIMES = 20
FEWEST_PARTS = 6  # values of which some are in each part, where 0.15 validate and 0.2 test
PIECES = frozenset(("year", "month", "day", "hour", "jahr", "monat", "tag", "stunde"))


def choose_split(
    looked_at: Inspection, answers: Mapping[str, Any], target: str
) -> list[Suggestion]:
    """Return the rule and its column, each with the reason; what is stated is obeyed.

    Raises OpenQuestion where the column, or how its times are read, is not clear; DataError where a
    column holds no times.
    """
    rule, column = str(answers.get("split_rule", "")), str(answers.get("split_column", ""))
    if not rule and column:
        rule = "time" if looked_at.column(column, "split_column").kind == "time" else "group"
    if rule == "stratified":
        return [Suggestion("split_rule", rule, "as stated")]
    times, groups = time_columns(looked_at, target), group_columns(looked_at, target)
    if rule in ("time", "group"):
        likely = times if rule == "time" else groups
        if not column and len(likely) != 1:
            raise OpenQuestion(
                "split_column",
                f"Which column holds the {rule} by which rows are split?",
                f"Which column holds the {rule}?",
                [Option(name, excerpt(name)) for name in likely or looked_at.facts],
            )
        column = column or likely[0]
        facts = looked_at.column(column, "split_column")
        if rule == "time":
            reading_of(facts)
        if column == target or facts.distinct < FEWEST_PARTS:
            what = "what is to be predicted" if column == target else f"{facts.distinct:,} values"
            raise DataError(
                f"The column {quote(column)} holds {what}, and rows are divided by it into parts "
                "to train, to validate and to test.",
                hint=f"name one of at least {FEWEST_PARTS} values with --data split_column=..., or "
                "state --data split_rule=stratified",
            )
        return [
            Suggestion("split_rule", rule, "as stated"),
            Suggestion("split_column", column, "as stated"),
        ]
    if times:
        reading = reading_of(looked_at.facts[times[0]])
        span = f"{reading.first:%Y-%m-%d} to {reading.last:%Y-%m-%d}"
        why = f"rows carry a time, {span}: tested on later ones"
        return [
            Suggestion("split_rule", "time", why),
            Suggestion("split_column", times[0], "the time"),
        ]
    if groups:
        facts = looked_at.facts[groups[0]]
        counts = f"{facts.distinct:,} values in {looked_at.table.rows:,} rows"
        why = f"{counts}: those of one stay together"
        return [
            Suggestion("split_rule", "group", why),
            Suggestion("split_column", groups[0], "the group"),
        ]
    pieces = [name for name in looked_at.facts if name.casefold() in PIECES]
    why_no_time = "no time"
    if len(pieces) > 1:
        why_no_time = f"no time in one column (joined, {some(pieces)} would be one to split by)"
    why = f"{why_no_time}, and nobody to whom several rows belong"
    if gap_columns := _columns_with_gaps(looked_at, target):
        facts = looked_at.facts[gap_columns[0]]
        why = (
            f"{quote(facts.name)} is missing in {facts.empty:,} rows; to split by it and leave "
            f"those out: --data {shell_quote(f'split_column={facts.name}')}"
        )
    return [Suggestion("split_rule", "stratified", why)]


def _columns_with_gaps(looked_at: Inspection, target: str) -> list[str]:
    """Return the columns by which rows would be split, were they not missing in some."""
    return [
        *time_columns(looked_at, target, with_gaps=True),
        *group_columns(looked_at, target, with_gaps=True),
    ]


def time_columns(looked_at: Inspection, target: str, *, with_gaps: bool = False) -> list[str]:
    """Return the columns that say when a row happened; birthdays do not.

    One that is missing in some rows is among them only ``with_gaps``.
    """
    return [
        name
        for name, facts in looked_at.facts.items()
        if facts.kind == "time"
        and name != target
        and facts.distinct >= FEWEST_TIMES
        and (with_gaps or not facts.empty)
        and not words.BIRTH.search(name)
    ]


def group_columns(looked_at: Inspection, target: str, *, with_gaps: bool = False) -> list[str]:
    """Return the columns that say to whom a row belongs, where several belong to one.

    People and machines come first: what they have several of (orders, videos) is part of them, and
    where they are (in shops, at devices) they share with others. A column that is missing in some
    rows is among them only ``with_gaps``.
    """
    rows = looked_at.table.rows
    names = [
        name
        for name, facts in looked_at.facts.items()
        if name != target
        and words.says_whose(name)
        and facts.kind in ("identifier", "category", "integer")
        and FEWEST_GROUPS <= facts.distinct <= (rows - facts.empty) / FEWEST_ROWS_A_GROUP
        and (with_gaps or not facts.empty)
    ]
    return sorted(
        names, key=lambda name: (not words.OWNER.search(name), bool(words.PLACE.search(name)))
    )
