"""A first schema.toml from what columns look like; whatever stands there later is obeyed."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from mlstarter.data.class_counts import problem_of_classes
from mlstarter.data.errors import DataError
from mlstarter.data.facts import Facts
from mlstarter.data.headers import inner_header, second_header
from mlstarter.data.inspect import Inspection, parse_pairs, reading_of
from mlstarter.data.leaks import MOST_POWER, power
from mlstarter.data.reader import Values, as_text
from mlstarter.data.schema import Column, Schema
from mlstarter.data.show import excerpt, quote, some
from mlstarter.data.totals import note_row, subtotal, total_row
from mlstarter.escape import shell_quote

# What a project needs to learn and to test.
FEWEST_ROWS, FEWEST_TEXTS = 30, 50
MOST_AMOUNTS = 10  # different ones that may be classes of texts: stars with halves
LONGEST_IDENTIFIER = 15  # letters on average: from longer ones something may be learned
JOIN = "leave out or join classes in the file"


def title_of(name: str) -> str:
    """Return a column's name as words."""
    plain = re.sub(r"[\s_]+", " ", re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name)).strip()
    return plain[:1].upper() + plain[1:] or name


def _column(facts: Facts, kind: str) -> Column:
    number = kind in ("number", "integer")
    unit = facts.strip[0] if number and facts.strip else ""
    return Column(
        facts.name,
        kind,
        title=title_of(facts.name),
        unit=unit,
        missing=facts.missing,
        strip=facts.strip if number else (),
        true=facts.true if kind == "boolean" else (),
        false=facts.false if kind == "boolean" else (),
        examples=facts.examples if number else (),
    )


def draft(looked_at: Inspection, answers: Mapping[str, Any], choices: Mapping[str, str]) -> Schema:
    """Return the schema of a file for what was chosen: target, task, positive class, split.

    Raises DataError where no column is left to be a feature, or one that is to be left out is not
    there.
    """
    target, split_by = choices.get("target", ""), choices.get("split_column", "")
    exclude = {}
    for name, reason in parse_pairs(str(answers.get("exclude_columns", ""))).items():
        looked_at.column(name)
        exclude[name] = reason or "left out by choice"
    features, dates = [], []
    for name, facts in looked_at.facts.items():
        if name == target:
            continue
        if facts.kind == "time" and (name == split_by or len(facts.readings) == 1):
            dates.append(_date(facts))
            exclude.pop(name, None)
        elif name in exclude:
            continue
        elif facts.is_feature and name != split_by:
            features.append(_column(facts, facts.kind))
        else:
            exclude[name] = _reason(facts, split_by)
    if not features:
        exclude |= {column.name: "a time" for column in dates}
        hint = f"left out are: {some(f'{name}: {why}' for name, why in exclude.items())}"
        raise DataError(
            f"No column of {excerpt(looked_at.path.name)} is left to be a feature.",
            hint=hint + _hint_of_letters(looked_at),
        )
    goal = Column("", "category")
    if target:
        kind = "number" if choices.get("task") == "regression" else "category"
        goal = _column(looked_at.facts[target], kind)
        goal = replace(goal, positive=choices.get("positive_class", ""))
    return Schema(goal, str(answers.get("row", "")), exclude, tuple(features), tuple(dates))


def _hint_of_letters(looked_at: Inspection) -> str:
    """Return how to learn from the letters of addresses, proteins and the like, or ""."""
    for name, facts in looked_at.facts.items():
        cells = [cell for cell in looked_at.table.columns.get(name, ()) if isinstance(cell, str)]
        if facts.kind == "identifier" and sum(map(len, cells)) > LONGEST_IDENTIFIER * len(cells):
            answer = shell_quote(f"text_column={name}")
            return f"; to learn from its letters: --type nlp --data {answer}"
    return ""


def _reason(facts: Facts, split_by: str) -> str:
    if facts.name == split_by:
        return "rows are split by it"
    if facts.kind == "time":
        formats = " or ".join(each.format for each in facts.readings) or "of no known format"
        return f"a time, {formats}: which is not decided"
    return facts.reason


def _date(facts: Facts) -> Column:
    return Column(
        facts.name,
        "time",
        title_of(facts.name),
        missing=facts.missing,
        format=reading_of(facts).format,
        examples=facts.examples,
    )


def without_leaks(schema: Schema, values: Values, task: str) -> Schema:
    """Leave out what predicts the target alone: data are rarely that kind."""
    if not schema.target.name or task == "anomaly":
        return schema
    exclude, features = dict(schema.exclude), []
    for column in schema.features:
        strength = power(
            values.features[column.name], values.target, regression=task == "regression"
        )
        if strength < MOST_POWER:
            features.append(column)
        else:
            exclude[column.name] = (
                f"leak? it alone predicts the target ({strength:.3f} of 1); "
                "a feature only if it is known before the target is"
            )
    if not features:  # a toy, or a rule: better said than refused
        return schema
    return replace(schema, features=tuple(features), exclude=exclude)


def problem_of(
    looked_at: Inspection, schema: Schema, values: Values, task: str
) -> DataError | None:
    """Return why a project could not learn from these rows, or None."""
    name = excerpt(looked_at.path.name)
    rows = looked_at.table.rows
    odd_row = _odd_row(looked_at, values, name)
    if odd_row is not None:
        return odd_row
    if schema.target.name:
        rows = sum(value is not None for value in values.target)
    if rows < FEWEST_ROWS:
        with_target = f" with a {quote(schema.target.name)}" if schema.target.name else ""
        return DataError(
            f"{name} has {rows} rows{with_target}, too few to learn and to test.",
            hint=f"bring at least {FEWEST_ROWS}, and better thousands",
        )
    if task in ("binary", "multiclass"):
        counts = Counter(str(value) for value in values.target if value is not None)
        amounts = looked_at.facts[schema.target.name].kind in ("number", "integer")
        hint = f"{JOIN}; of amounts state --data task=regression" if amounts else JOIN
        return problem_of_classes(counts, quote(schema.target.name), "rows", hint)
    return None


def _odd_row(looked_at: Inspection, values: Values, name: str) -> DataError | None:
    """Return the sentence for a row that is none: of names, of sums, a note below, or None."""
    names = second_header(looked_at.table, looked_at.facts)
    if names:
        return DataError(
            f"The row below the header of {name} ({some(names)}) holds names or units, not values.",
            hint="remove it from the file, or write its words into the header",
        )
    inner = inner_header(looked_at.table, looked_at.facts)
    if inner:
        return DataError(
            f"Row {inner[0]:,} below the header of {name} ({some(inner[1])}) holds names, not "
            "values: another table perhaps begins there.",
            hint="remove it from the file; give another table a file of its own",
        )
    note = note_row(looked_at.table)
    # Without a target it is left out and counted.
    if note is not None and (not values.target or values.target[-1] is not None):
        return DataError(
            f"The last row of {name}, {quote(note)}, is a note below the table.",
            hint="remove it from the file",
        )
    part = subtotal(looked_at.facts)
    if part is not None:
        return DataError(
            f"Rows of {name} called {quote(part)} sum up others.", hint="remove them from the file"
        )
    total = total_row(looked_at.table, looked_at.facts)
    if total is not None:
        return DataError(
            f"The last row of {name}, {quote(total)}, sums up the rows above it.",
            hint="remove it from the file",
        )
    return None


def problem_of_texts(looked_at: Inspection, text: str, label: str) -> DataError | None:
    """Return why a project could not learn from these texts, or None."""
    facts = looked_at.facts[label]
    if facts.kind == "number" and facts.distinct > MOST_AMOUNTS:
        return DataError(
            f"{quote(label)} holds numbers such as {facts.examples[0]}, and a project of texts "
            "learns classes.",
            hint="write a class for each text (low, high) into a column, and name that with "
            "--data target=...",
        )
    cells = zip(looked_at.table.columns[text], looked_at.table.columns[label], strict=True)
    counts = Counter(as_text(y) for x, y in cells if as_text(x) and as_text(y))
    name, rows = excerpt(looked_at.path.name), sum(counts.values())
    if rows < FEWEST_TEXTS:
        return DataError(
            f"{name} has {rows} texts with a {quote(label)}, too few to learn and to test.",
            hint=f"bring at least {FEWEST_TEXTS}, and better thousands",
        )
    return problem_of_classes(counts, quote(label), "texts", JOIN)
