"""A whole file: how it is read, and what each of its columns is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from mlstarter.data import excel, styles, tables
from mlstarter.data.columns import describe
from mlstarter.data.dates import Reading
from mlstarter.data.dialect import YEAR
from mlstarter.data.errors import DataError, OpenQuestion, Option
from mlstarter.data.facts import Facts
from mlstarter.data.numbers import NumberStyle
from mlstarter.data.reader import moment
from mlstarter.data.settings import Settings, settings_in
from mlstarter.data.show import excerpt, quote, some
from mlstarter.escape import shell_quote
from mlstarter.suggest import did_you_mean


@dataclass(frozen=True, slots=True)
class Inspection:
    """What a file is.

    ``formats`` are the formats of times that its owner states, by column; ``remark`` is what is
    worth knowing of the whole file, or "".
    """

    path: Path
    table: tables.Table
    facts: Mapping[str, Facts]
    formats: Mapping[str, str]
    remark: str = ""

    @property
    def settings(self) -> Settings:
        """How the file is read."""
        return self.table.settings

    def column(self, name: str, key: str = "") -> Facts:
        """Return the facts of a column; raises DataError, with the nearest name, for another.

        ``key`` is what ``--data`` states it by.
        """
        if name in self.facts:
            return self.facts[name]
        nearest = did_you_mean(name, list(self.facts)) or f"its columns are {some(self.facts, 20)}"
        raise DataError(
            f"{excerpt(self.path.name)} has no column {quote(name)}.",
            hint=f"{nearest}; name one with --data {key}=..." if key else nearest,
        )


def inspect(path: Path, answers: Mapping[str, Any]) -> Inspection:
    """Look at a file; ``answers`` may state ``data_encoding``, ``data_decimal``, ``date_formats``.

    Raises DataError for what cannot be read, OpenQuestion for what its owner has to decide.
    """
    own_settings = settings_in(answers)
    table = tables.read(path, own_settings)
    style = styles.detect(table.columns, path.name, own_settings)
    settings = replace(table.settings, decimal=style.decimal, thousands=style.thousands)
    table = replace(table, settings=settings)
    facts = _facts(table, style)
    formats = parse_pairs(str(answers.get("date_formats", "")))
    looked_at = Inspection(path, table, facts, formats, _remark(path, settings))
    for name, pattern in formats.items():
        facts[name] = _with_format(looked_at, looked_at.column(name), pattern)
    return looked_at


def _remark(path: Path, settings: Settings) -> str:
    if settings.format != "excel":
        return ""
    remarks = []
    if others := excel.other_sheets(path, settings):
        remarks.append(f"tables of other sheets are not read: {some(others)}")
    if count := excel.count_hidden_rows(path, settings):
        remarks.append(f"{count:,} rows that Excel hides (by a filter, for example) are read")
    return "; ".join(remarks)


def _facts(table: tables.Table, style: NumberStyle) -> dict[str, Facts]:
    facts = {name: describe(name, cells, style) for name, cells in table.columns.items()}
    first = facts.get("column_1")
    is_alone = table.settings.header and "column_2" not in facts
    if is_alone and first and first.kind == "integer" and first.distinct == table.rows:
        # pandas writes the numbers of rows without a name; shuffled, they count no more.
        reason = "an identifier: it has no name, and in each row another number"
        facts["column_1"] = replace(first, kind="identifier", reason=reason, note="")
    for name, reason in table.unreadable.items():
        facts[name] = Facts(name, "unreadable", reason=reason)
    return facts


def parse_pairs(text: str) -> dict[str, str]:
    """Return the pairs of "name = value; name = value"; the last = of a pair ends its name."""
    parts = (part.rpartition("=") if "=" in part else (part, "", "") for part in text.split(";"))
    return {name.strip(): value.strip() for name, _, value in parts if name.strip()}


def _with_format(looked_at: Inspection, facts: Facts, pattern: str) -> Facts:
    """Return the facts of a time with the format that its owner states."""
    pattern = "" if pattern.casefold() == "iso" else pattern
    texts = [cell.strip() for cell in looked_at.table.columns[facts.name] if isinstance(cell, str)]
    values = [text for text in dict.fromkeys(texts) if text and text not in facts.missing]
    if not values and facts.kind == "time":
        return facts  # the file says itself that they are times: there is no text to read
    if not values:
        raise DataError(
            f"Column {quote(facts.name)} holds no texts that a format of times could read: "
            f"{facts.reason or facts.kind}.",
            hint="write its times as texts such as 2026-12-31, or take its format out",
        )
    for text in values:
        try:
            moment(text, pattern)
        except ValueError as error:
            raise DataError(
                f"{quote(text)} in column {quote(facts.name)} is no time of the format "
                f"{excerpt(pattern)!r}.",
                hint="https://docs.python.org/3/library/datetime.html#format-codes",
            ) from error
    times = [moment(text, pattern) for text in values]
    reading = Reading(pattern, min(times), max(times))
    return replace(facts, kind="time", readings=(reading,), format=pattern, reason="a time")


def reading_of(facts: Facts) -> Reading:
    """Return the one reading of a column of times.

    Raises OpenQuestion, naming the column and the key, where there are several; DataError where the
    column holds no times.
    """
    if facts.kind != "time" or not facts.readings:
        are_years = facts.kind == "integer" and all(map(YEAR.fullmatch, facts.examples))
        pattern = "%Y" if are_years else "%d.%m.%Y"
        raise DataError(
            f"The column {quote(facts.name)} holds no times that can be read.",
            hint="state their format: --data "
            + shell_quote(f"date_formats={facts.name} = {pattern}"),
        )
    if len(facts.readings) == 1:
        return facts.readings[0]
    example = next(iter(facts.examples or facts.values), "")
    first = ", ".join(
        f"{each.format} ({each.first:%Y-%m-%d} to {each.last:%Y-%m-%d})" for each in facts.readings
    )
    raise OpenQuestion(
        "date_formats",
        f"The times in column {quote(facts.name)}, such as {quote(example)}, can be read in "
        f"{len(facts.readings)} ways: {first}.",
        f"{quote(example)} in column {quote(facts.name)}: how is it read?",
        [
            Option(
                f"{facts.name} = {each.format}",
                f"{each.format}: from {each.first:%d %B %Y} to {each.last:%d %B %Y}",
            )
            for each in facts.readings
        ],
    )
