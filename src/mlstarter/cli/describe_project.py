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
    holds_pictures = project.answers.get("project_type") == "cv"
    place = placement(source, project.root, copy=options.copy and not holds_pictures)
    decisions = project.earlier_decisions(place.recorded_path)
    own = look(source, project.answers_about(place.recorded_path) | answers, terminal, decisions)
    if own.proposal is not None and own.proposal.problem is not None:
        raise own.proposal.problem
    if holds_pictures:
        place = placement(source, project.root, copy=options.copy, pictures=own.pictures)
        _pictures_into_project(options, own, project, place, terminal)
        return
    if update := _answers_of_update(own, project, place, answers):
        _switch(options, own, *update)
        return
    _write(options, own, _changes(own, project, place), place, terminal)


def _answers_of_update(
    own: UserData, project: DataProject, place: Placement, answers: Mapping[str, Any]
) -> tuple[Mapping[str, Any], str] | None:
    """Return the answers that an update has to change first, and why; None where there are none."""
    has_schema = own.proposal is not None and own.proposal.schema is not None
    if project.is_sample or project.has_other_source(place):
        more = project.answers if has_schema else ()
        new_answers = own.answers(place.recorded_path, [*QUESTIONS, *more])
        new_answers |= own.suggestions(QUESTIONS)
        new_answers.pop("project_type", None)
        return new_answers, _why_other_source(project)
    if has_schema and own.looked_at is not None:
        settings = replace(own.looked_at.settings, path=place.recorded_path)
        if reader := project.answers_for_reader(settings):
            return reader, "The project has no reader for this kind of file."
    if not has_schema:
        answers = own.suggestions(["speech_task"]) | {**own.answers_of_owner}
    new_answers = project.answers_to_change(answers)
    return (new_answers, "The project was made with other answers.") if new_answers else None


def _why_other_source(project: DataProject) -> str:
    if project.is_sample:
        return "The project has the sample."
    return "The project fetches its data from Kaggle, and would call these Kaggle's as well."


def _changes(own: UserData, project: DataProject, place: Placement) -> Changes:
    """Return what changes in a project of tables, texts or recordings."""
    if own.looked_at is not None and own.proposal is not None and own.proposal.schema is not None:
        settings = replace(own.looked_at.settings, path=place.recorded_path)
        return project.changes(settings, own.proposal.schema, own.looked_at.table)
    settings_of_texts = own.looked_at.settings if own.looked_at else None
    columns = own.suggestions(["text_column", "target", "text_group"])
    return project.other_changes(place.recorded_path, settings_of_texts, columns)


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
    is_elsewhere = project.has_other_source(place)
    if project.is_sample or is_elsewhere or missing_answers:
        is_kaggle = project.answers.get("data_source") == "kaggle" and not is_elsewhere
        data = {} if is_kaggle else {"data_source": "local", "data_path": place.recorded_path}
        reason = "The project has no reader for pictures that come so."
        if project.is_sample or is_elsewhere:
            reason = _why_other_source(project)
        # What config.toml says of them is rendered too: written afterwards, it would be a change of
        # the owner's, which the next update could conflict with.
        rules = {name: answers[name] for name in sorted(PICTURE_QUESTIONS & answers.keys())}
        _switch(options, own, {**data, **missing_answers, **rules}, reason)
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
    stays = "" if options.copy else " --no-copy"
    steps = [
        f"mlstarter update {project}{pairs(answers)}",
        f"mlstarter describe {file} {project}{pairs(other_answers)}{stays}",
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
    "text_column", "text_group", "speech_task",
)  # fmt: skip


CODE_QUESTIONS = ("image_layout", "image_split")
"""Answers by which a project of pictures has the code that reads them."""
