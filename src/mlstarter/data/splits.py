"""How rows are kept for the test: by time, by group, or at random."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mlstarter.data import words
from mlstarter.data.choices import Choice
from mlstarter.data.errors import Option, Undecided
from mlstarter.data.inspect import Inspection, reading_of
from mlstarter.data.show import shown

FEWEST_GROUPS, FEWEST_ROWS_A_GROUP = 20, 1.5
FEWEST_TIMES = 20


def choose_split(looked_at: Inspection, answers: Mapping[str, Any], target: str) -> list[Choice]:
    """Return the rule and its column, each with the reason; what is stated is obeyed.

    Raises Undecided where the column, or how its times are read, is not clear; DataError where a
    column holds no times.
    """
    rule, column = str(answers.get("split_rule", "")), str(answers.get("split_column", ""))
    if not rule and column:
        rule = "time" if looked_at.column(column).kind == "time" else "group"
    if rule == "stratified":
        return [Choice("split_rule", rule, "as stated")]
    times, groups = time_columns(looked_at, target), group_columns(looked_at, target)
    if rule in ("time", "group"):
        likely = times if rule == "time" else groups
        if not column and len(likely) != 1:
            raise Undecided(
                "split_column",
                f"Which column holds the {rule} by which rows are split?",
                f"Which column holds the {rule}?",
                [Option(name, shown(name)) for name in likely or looked_at.facts],
            )
        column = column or likely[0]
        facts = looked_at.column(column)
        if rule == "time":
            reading_of(facts)
        return [
            Choice("split_rule", rule, "as stated"),
            Choice("split_column", column, "as stated"),
        ]
    if times:
        read = reading_of(looked_at.facts[times[0]])
        span = f"{read.first:%Y-%m-%d} to {read.last:%Y-%m-%d}"
        why = f"rows carry a time, {span}: tested on later ones"
        return [Choice("split_rule", "time", why), Choice("split_column", times[0], "the time")]
    if groups:
        facts = looked_at.facts[groups[0]]
        counts = f"{facts.distinct:,} values in {looked_at.table.rows:,} rows"
        why = f"{counts}: those of one stay together"
        return [Choice("split_rule", "group", why), Choice("split_column", groups[0], "the group")]
    return [Choice("split_rule", "stratified", "no time, and nobody to whom several rows belong")]


def time_columns(looked_at: Inspection, target: str) -> list[str]:
    """Return the columns that say when a row happened; birthdays do not."""
    return [
        name
        for name, facts in looked_at.facts.items()
        if facts.kind == "time"
        and name != target
        and facts.distinct >= FEWEST_TIMES
        and not facts.empty
        and not words.BIRTH.search(name)
    ]


def group_columns(looked_at: Inspection, target: str) -> list[str]:
    """Return the columns that say to whom a row belongs, where several belong to one."""
    rows = looked_at.table.rows
    return [
        name
        for name, facts in looked_at.facts.items()
        if name != target
        and words.OWNER.search(name)
        and facts.kind in ("identifier", "category", "integer")
        and FEWEST_GROUPS <= facts.distinct <= rows / FEWEST_ROWS_A_GROUP
        and not facts.empty
    ]
