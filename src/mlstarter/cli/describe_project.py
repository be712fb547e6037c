"""``mlstarter describe`` with a project: what changes in it, or the commands that change it."""

from __future__ import annotations

import shlex
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mlstarter.console import echo

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mlstarter.cli.describe import DescribeOptions
    from mlstarter.cli.own_data import UserData
    from mlstarter.data.place import Placement
    from mlstarter.data.project import Changes, DataProject
    from mlstarter.questions.terminal import Terminal


def into_project(
    options: DescribeOptions, source: Path, answers: dict[str, Any], terminal: Terminal | None
) -> None:
    """Show what changes in a project's files, and write it where the user agrees."""
    from mlstarter.cli.own_data import look
    from mlstarter.data.place import placement
    from mlstarter.data.project import open_project

    project = open_project(options.project or Path())
    is_table = project.answers.get("project_type") != "cv"
    place = placement(source, project.root, copy=options.copy and is_table)
    decisions = project.earlier_decisions(place.recorded_path)
    own = look(source, project.answers_about(place.recorded_path) | answers, terminal, decisions)
    if not is_table:
        place = placement(source, project.root, copy=options.copy, pictures=own.pictures)
        _pictures_into_project(options, own, project, place, terminal)
        return
    if own.looked_at is None or own.proposal is None or own.proposal.schema is None:
        _without_schema(options, own, project, place, terminal)
        return
    if own.proposal.problem is not None:
        raise own.proposal.problem
    settings = replace(own.looked_at.settings, path=place.recorded_path)
    if project.is_sample:
        questions = [*QUESTIONS, *project.answers, *own.suggestions(QUESTIONS)]
        new_answers = own.answers(place.recorded_path, questions) | own.suggestions(QUESTIONS)
        new_answers.pop("project_type", None)
        _switch(options, own, new_answers, "The project has the sample.")
        return
    if reader := project.answers_for_reader(settings):
        _switch(options, own, reader, "The project has no reader for this kind of file.")
        return
    if new_answers := project.answers_to_change(answers):
        _switch(options, own, new_answers, "The project was made with other answers.")
        return
    changes = project.changes(settings, own.proposal.schema, own.looked_at.table)
    _write(options, own, changes, place, terminal)


def _without_schema(
    options: DescribeOptions,
    own: UserData,
    project: DataProject,
    place: Placement,
    terminal: Terminal | None,
) -> None:
    """Write down where texts or recordings are, or say how the project gets the code for them."""
    if own.proposal is not None and own.proposal.problem is not None:
        raise own.proposal.problem
    if project.is_sample:
        questions = {*QUESTIONS, "speech_task"}
        answers = own.answers(place.recorded_path, questions) | own.suggestions(questions)
        _switch(options, own, answers, "The project has the sample.")
        return
    own_answers = own.suggestions(["speech_task"]) | {**own.answers_of_owner}
    if new_answers := project.answers_to_change(own_answers):
        _switch(options, own, new_answers, "The project was made with other answers.")
        return
    settings = own.looked_at.settings if own.looked_at else None
    columns = own.suggestions(["text_column", "target", "text_group"])
    changes = project.other_changes(place.recorded_path, settings, columns)
    _write(options, own, changes, place, terminal)


def _pictures_into_project(
    options: DescribeOptions,
    own: UserData,
    project: DataProject,
    place: Placement,
    terminal: Terminal | None,
) -> None:
    """Write down how pictures are read, or say how the project gets the code that reads them."""
    from mlstarter.data.pictures import QUESTIONS as PICTURE_QUESTIONS

    answers = {"image_layout": "folders", **own.suggestions({*PICTURE_QUESTIONS, *CODE_QUESTIONS})}
    recorded_answers = {"image_layout": "folders", "image_split": "stratified", **project.answers}
    missing_answers = {
        name: value
        for name, value in answers.items()
        if name in CODE_QUESTIONS and value != recorded_answers[name]
    }
    if project.is_sample or missing_answers:
        data = {} if project.answers.get("data_source") == "kaggle" else {
            "data_source": "local", "data_path": place.recorded_path,
        }  # fmt: skip
        reason = "The project has the sample." if project.is_sample else (
            "The project has no reader for pictures that come so."
        )  # fmt: skip
        _switch(options, own, {**data, **missing_answers}, reason)
        return
    changes = project.picture_changes(place.recorded_path, answers)
    _write(options, own, changes, place, terminal)


def _write(
    options: DescribeOptions,
    own: UserData,
    changes: Changes,
    place: Placement,
    terminal: Terminal | None,
) -> None:
    """Show what changes, and write it where the user agrees."""
    from mlstarter.cli.own_data import variable_line
    from mlstarter.console import print_json
    from mlstarter.data.report import as_object

    agrees = options.yes or _agrees(changes, place, own, terminal, quiet=options.as_json)
    if agrees:
        changes.write(place)
    if options.as_json:
        facts = as_object(own.looked_at, own.proposal) if own.looked_at else {}
        files = {"written": agrees, "changes": changes.names, "path": place.recorded_path}
        print_json("describe", facts | files)
        return
    if not agrees:
        echo("Nothing was written.")
        return
    if options.yes:
        echo(changes.text(), nl=False)
    names = ", ".join(changes.names) or "nothing: they say so already"
    echo(f"Written: {names}.")
    if place.copy_path:
        echo(f"The data are in {place.copy_path}.")
    echo("\nNext:")
    line = variable_line(place)
    for step in [*([line] if line else []), "git diff", "make train"]:
        echo(f"  {step}")


def _agrees(
    changes: Changes, place: Placement, own: UserData, terminal: Terminal | None, *, quiet: bool
) -> bool:
    """Show what would change; return whether the user agrees."""
    from mlstarter.cli.own_data import echo_look

    if quiet:
        return False
    if terminal is None:
        echo_look(own)
    echo(changes.text(), nl=False)
    if place.copy_path:
        echo(f"The file is copied to {place.copy_path}.")
    if terminal is None:
        echo("Add --yes to write that.")
        return False
    return terminal.confirm("Write that?", True, can_go_back=False) is True


def _switch(
    options: DescribeOptions, own: UserData, answers: Mapping[str, Any], reason: str
) -> None:
    """Say which commands bring a project, whose answers have to change, to this file."""
    from mlstarter.cli.own_data import echo_look
    from mlstarter.console import print_json
    from mlstarter.data.report import as_object
    from mlstarter.questions.answers_file import parse_pairs

    def pairs(values: Mapping[str, Any]) -> str:
        return "".join(f" --data {shlex.quote(f'{key}={value}')}" for key, value in values.items())

    other_answers = {k: v for k, v in parse_pairs(options.data).items() if k not in answers}
    file, project = shlex.quote(options.file), shlex.quote(str(options.project))
    steps = [
        f"mlstarter update {project}{pairs(answers)}",
        f"mlstarter describe {file} {project}{pairs(other_answers)}",
    ]
    if options.as_json:
        facts = as_object(own.looked_at, own.proposal) if own.looked_at else {}
        print_json("describe", facts | {"written": False, "next": steps})
        return
    echo_look(own)
    echo(f"{reason} These commands bring it to your data:\n")
    for step in steps:
        echo(f"  {step}")


QUESTIONS = (
    "data_source", "data_path", "data_format", "data_encoding", "data_separator", "data_quote",
    "data_escape", "data_decimal", "data_thousands", "data_table", "data_skip_lines",
    "data_comment", "data_header", "task", "target", "positive_class", "split_rule", "split_column",
    "text_column", "text_group",
)  # fmt: skip


CODE_QUESTIONS = ("image_layout", "image_split")
"""Answers by which a project of pictures has the code that reads them."""
