"""What a project over a file would be: type, target, task, split, positive class, each with why."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mlstarter.data import words
from mlstarter.data.choices import Suggestion
from mlstarter.data.draft import draft, problem_of, problem_of_texts, without_leaks
from mlstarter.data.errors import DataError, OpenQuestion, Option
from mlstarter.data.facts import Facts
from mlstarter.data.inspect import Inspection
from mlstarter.data.labels import flags_of, refuse_labels
from mlstarter.data.pictures import names_pictures, propose_pictures
from mlstarter.data.pixels import refuse_pixels
from mlstarter.data.reader import values_of
from mlstarter.data.recordings import refuse_recordings
from mlstarter.data.schema import Schema
from mlstarter.data.show import excerpt, quote, some
from mlstarter.data.splits import choose_split, group_columns
from mlstarter.data.text_files import refuse_unread_file
from mlstarter.suggest import did_you_mean

MOST_CLASSES = 50
FEW_NUMBERS = 10  # whole numbers of so few values are classes rather than a quantity
TASKS = ("binary", "multiclass", "regression", "anomaly")


@dataclass(frozen=True, slots=True)
class Proposal:
    """A project over a file: answers with reasons, and for rows and columns the schema.

    ``problem`` is why the rows cannot be learned from, or None; ``pictures`` are those that a table
    lists.
    """

    project_type: str
    choices: tuple[Suggestion, ...]
    schema: Schema | None = None
    problem: DataError | None = None
    pictures: tuple[Path, ...] = ()

    @property
    def answers(self) -> dict[str, str]:
        """The answers to the template's questions."""
        return {choice.key: choice.value for choice in self.choices}


def propose(
    looked_at: Inspection, answers: Mapping[str, Any], *, guess_target: bool = True
) -> Proposal:
    """Propose a project. ``answers`` are what its owner states; they are obeyed.

    Raises OpenQuestion for what only the owner can know: the target where no name gives it away
    (or always, without ``guess_target``), the positive class, a time with two readings. Raises
    DataError for a column that is not there, or that cannot be what it is to be.
    """
    kind = _project_type(looked_at, answers)
    if kind.value == "cv":
        choices, pictures, problem = propose_pictures(looked_at, answers)
        return Proposal("cv", (kind, *choices), problem=problem, pictures=tuple(pictures))
    if kind.value == "nlp":
        return _texts(looked_at, answers, kind, guess_target=guess_target)
    target = _target(looked_at, answers, guess_target=guess_target)
    task = _task(looked_at, answers, target.value)
    choices = [kind, target, task] if target.value else [kind, task]
    if task.value in ("binary", "anomaly") and target.value:
        choices.append(_positive(looked_at, answers, target.value))
    choices += choose_split(looked_at, answers, target.value)
    schema = draft(looked_at, answers, {each.key: each.value for each in choices})
    values = values_of(looked_at.table, schema, looked_at.path.name)
    schema = without_leaks(schema, values, task.value)
    problem = problem_of(looked_at, schema, values, task.value)
    return Proposal("tabular", tuple(choices), schema, problem)


# Type and target


def _project_type(looked_at: Inspection, answers: Mapping[str, Any]) -> Suggestion:
    own_type = str(answers.get("project_type", ""))
    if own_type and own_type not in ("tabular", "nlp", "cv"):
        raise DataError(
            f"A project of type {own_type} is not made from a table.",
            hint="leave out --type; where the table lists files, name it in place of --data-file: "
            "--data data_source=local --data data_path=PATH",
        )
    if own_type:
        return Suggestion("project_type", own_type, "as stated")
    if names_pictures(looked_at):
        return Suggestion("project_type", "cv", "it lists pictures that lie beside it")
    refuse_recordings(looked_at.path, looked_at.table.columns)
    refuse_pixels(looked_at.facts, excerpt(looked_at.path.name))
    texts = [f for f in looked_at.facts.values() if f.kind == "text"]
    others = [f for f in looked_at.facts.values() if f.is_feature]
    flags = flags_of(looked_at.facts, str(answers.get("target", "")))
    few = len(others) - len(flags) <= 3
    if texts and few and not (set(answers) & {"task", "split_rule"}):
        beside = f", and {len(flags)} columns say which labels it has" * bool(flags)
        return Suggestion("project_type", "nlp", f"{quote(texts[0].name)} holds free text{beside}")
    why = f"{len(others)} columns hold numbers, classes or yes and no"
    if texts:
        why += f"; to learn from the words of {quote(texts[0].name)} instead: --type nlp"
    return Suggestion("project_type", "tabular", why)


def _target(looked_at: Inspection, answers: Mapping[str, Any], *, guess_target: bool) -> Suggestion:
    own_target = str(answers.get("target", ""))
    if own_target:
        looked_at.column(own_target, "target")
        return Suggestion("target", own_target, "as stated")
    if answers.get("task") == "anomaly":
        return Suggestion("target", "", "none is needed")
    likely = likely_targets(looked_at)
    known_targets = [name for name in likely if name.casefold() in words.TARGETS]
    if known_targets and guess_target:
        return Suggestion("target", known_targets[0], "by its name")
    if not likely:
        faults = [f"{n}: {f.reason}" for n, f in looked_at.facts.items() if f.kind == "unreadable"]
        hint = f"write values: {some(faults)}" if faults else "name one with --data target=..."
        what = f"No column of {excerpt(looked_at.path.name)} could be predicted."
        raise DataError(what, hint=f"{hint}, or state --data task=anomaly")
    raise OpenQuestion(
        "target",
        f"Which column of {excerpt(looked_at.path.name)} is to be predicted?",
        "Which column is to be predicted?",
        [Option(name, f"{excerpt(name)}  ({summary(looked_at.facts[name])})") for name in likely],
    )


def likely_targets(looked_at: Inspection) -> list[str]:
    """Return the columns that could be predicted, the likeliest first."""
    names = [name for name, facts in looked_at.facts.items() if facts.is_feature]
    order = {name: place for place, name in enumerate(names)}

    def rank(name: str) -> tuple[bool, bool, bool, int]:
        facts = looked_at.facts[name]
        classes = facts.kind in ("boolean", "category") and facts.distinct <= MOST_CLASSES
        # Tables have it in the last column, or in the first.
        place = min(len(names) - 1 - order[name], order[name] * 2 + 1)
        likely = name.casefold() in words.LIKELY_TARGETS
        return words.says_whose(name), not likely, not classes, place

    return sorted(names, key=rank)


def summary(facts: Facts) -> str:
    """Return in a few words what a column is."""
    if facts.kind in ("boolean", "category"):
        return (
            f"{facts.distinct:,} classes: {some(facts.values, 3)}"
            if facts.values
            else f"{facts.distinct:,} classes"
        )
    if facts.kind in ("number", "integer"):
        kind = "whole numbers" if facts.kind == "integer" else "numbers"
        return f"{kind} such as {', '.join(excerpt(text, 20) for text in facts.examples[:2])}"
    return facts.reason or facts.kind


def _task(looked_at: Inspection, answers: Mapping[str, Any], target: str) -> Suggestion:
    own_task = str(answers.get("task", ""))
    if not target:
        return Suggestion("task", "anomaly", "as stated")
    facts = looked_at.column(target)
    what = f"{quote(target)} holds {summary(facts)}"
    number = facts.kind in ("number", "integer") or (
        facts.kind == "boolean" and set(facts.values) <= {"0", "1"}
    )
    if facts.kind not in ("empty", "constant") and facts.distinct < 2:
        raise DataError(
            f"The target {quote(target)} is always {some(facts.values)}, or empty.",
            hint="where empty means no, write no",
        )
    if facts.kind in ("empty", "constant"):
        raise DataError(
            f"The target {quote(target)} cannot be learned: {facts.reason}.",
            hint="choose another target, or bring other rows",
        )
    if facts.kind in ("time", "unreadable", "mixed") and own_task != "anomaly":
        raise DataError(
            f"The target {quote(target)} cannot be learned: {facts.reason}.",
            hint="make it numbers or classes, or choose another target",
        )
    if not number:
        refuse_labels(facts)
    if own_task == "regression" and not number:
        hint = "state --data task=multiclass or binary"
        raise DataError(f"{what}, and a regression needs numbers.", hint=hint)
    if own_task == "binary" and facts.distinct != 2:
        raise DataError(
            f"{what}, and a yes or no needs two values: it has {facts.distinct:,}.",
            hint="state --data task=multiclass or regression",
        )
    if own_task:
        if own_task not in TASKS:
            raise DataError(
                f"There is no task {quote(own_task)}.", hint=f"tasks are {', '.join(TASKS)}"
            )
        return Suggestion("task", own_task, "as stated")
    if facts.distinct == 2:
        return Suggestion("task", "binary", what)
    if facts.kind == "number" or (number and facts.distinct > FEW_NUMBERS):
        return Suggestion("task", "regression", what)
    if facts.distinct <= MOST_CLASSES:
        return Suggestion("task", "multiclass", what)
    raise DataError(
        f"{what}, too many to be classes, and no numbers.",
        hint="choose another target, or join classes",
    )


def _positive(looked_at: Inspection, answers: Mapping[str, Any], target: str) -> Suggestion:
    facts = looked_at.column(target)
    values = [value for value in facts.values if value not in facts.missing]
    own_class = str(answers.get("positive_class", ""))
    if own_class:
        if own_class not in values:
            raise DataError(
                f"{quote(target)} is never {quote(own_class)}.",
                hint=f"{did_you_mean(own_class, values) or f'it is {some(values)}'}; name one with "
                "--data positive_class=...",
            )
        return Suggestion("positive_class", own_class, "as stated")
    yes = words.yes_of(values)
    if yes is not None:
        return Suggestion("positive_class", yes, f"it is the yes among {some(values)}")
    rare_first = sorted(values, key=lambda value: facts.values[value])
    raise OpenQuestion(
        "positive_class",
        f"Which value of {quote(target)} counts as yes: {some(values)}?",
        f"Which value of {quote(target)} counts as yes?",
        [
            Option(value, f"{excerpt(value)}  ({facts.values[value]:,} rows)")
            for value in rare_first
        ],
    )


# Texts


def _texts(
    looked_at: Inspection, answers: Mapping[str, Any], kind: Suggestion, *, guess_target: bool
) -> Proposal:
    refuse_unread_file(looked_at)
    texts = [name for name, facts in looked_at.facts.items() if facts.kind == "text"]
    own_column = str(answers.get("text_column", ""))
    if own_column:
        facts = looked_at.column(own_column, "text_column")
        if facts.kind == "unreadable":
            raise DataError(
                f"The column {quote(own_column)} is no text: {facts.reason}.",
                hint="give another file",
            )
        column = Suggestion("text_column", own_column, "as stated")
    elif len(texts) == 1:
        column = Suggestion("text_column", texts[0], "it holds free text")
    else:
        raise OpenQuestion(
            "text_column",
            f"Which column of {excerpt(looked_at.path.name)} holds the text?",
            "Which column holds the text?",
            [Option(name, excerpt(name)) for name in texts or looked_at.facts],
        )
    target = _target(looked_at, answers, guess_target=guess_target)
    facts = looked_at.column(target.value)
    if facts.kind in ("unreadable", "empty", "constant") or facts.distinct < 2:
        raise DataError(
            f"The labels in {quote(target.value)} cannot be learned: {facts.reason}.",
            hint="give a column of classes with --data target=...",
        )
    refuse_labels(facts)
    choices = [kind, column, target]
    # A text whose group is missing is a group of its own.
    whose = group_columns(looked_at, target.value, with_gaps=True)
    groups = [name for name in whose if name != column.value]
    if groups and "text_group" not in answers:
        choices.append(Suggestion("text_group", groups[0], "texts of one stay together"))
    problem = problem_of_texts(looked_at, column.value, target.value)
    return Proposal("nlp", tuple(choices), problem=problem)
