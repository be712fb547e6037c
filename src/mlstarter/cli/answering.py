"""How ``new`` comes to its answers: from flags, from the user's data, from the terminal."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mlstarter.console import echo
from mlstarter.errors import UsageError

if TYPE_CHECKING:
    from mlstarter.cli.new import NewOptions
    from mlstarter.cli.own_data import UserData
    from mlstarter.data.place import Placement
    from mlstarter.new.create import OwnFiles
    from mlstarter.questions import Answers
    from mlstarter.questions.ask import OtherType
    from mlstarter.questions.gather import AnswerSources
    from mlstarter.questions.terminal import Terminal
    from mlstarter.sources import Template

# What depends on the target: asked for anew where the user changes one of them.
LINKED_QUESTIONS = (
    "project_type",
    "target",
    "task",
    "positive_class",
    "split_rule",
    "split_column",
)
FOLDER_TYPES = ("cv", "asr")
"""Types whose ``data_path`` is a folder: recorded as it is given, after a look at its names."""


@dataclass(frozen=True, slots=True)
class AnswerSet:
    """The answers to a template, and the data that they come from."""

    answers: Answers
    own: UserData | None = None
    place: Placement | None = None
    with_schema: bool = False

    def files(self, *, track: bool) -> OwnFiles | None:
        """Return what the data bring to the new project; raises UsageError where git cannot."""
        if self.own is None or self.place is None:
            return None
        from mlstarter.cli.own_data import own_files

        return own_files(self.own, self.place, schema=self.with_schema, track=track)

    @property
    def steps(self) -> list[str]:
        """The commands that the data need before any other."""
        if self.place is None:
            return []
        from mlstarter.cli.own_data import variable_line

        line = variable_line(self.place)
        return [line] if line else []

    def as_object(self) -> dict[str, Any]:
        """Return what ``--json`` says of the data, nothing where there are none."""
        if self.own is None or self.own.looked_at is None:
            return {}
        from mlstarter.data.report import as_object

        return {"data": as_object(self.own.looked_at, self.own.proposal)}


def answer(options: NewOptions, template: Template) -> AnswerSet | OtherType:
    """Return every answer, asked for in the terminal where there is one.

    OtherType where the user chose a project type that another package's template stands for.

    Raises AnswersError for an answer that is missing or cannot be, DataError for data that cannot
    be read.
    """
    from mlstarter import engines, questions
    from mlstarter.engines.chance import new_seed
    from mlstarter.questions.gather import gather
    from mlstarter.questions.terminal import is_interactive, open_terminal

    if not options.as_json:
        for line in engines.of(template).message({}, "before_copy", str(options.dest or "")):
            echo(line, err=True)
    # One seed for all of it: a question's offer stays the same however often it is shown.
    questionnaire = replace(questions.load(template), seed=new_seed())
    inputs = gather(
        questionnaire,
        template,
        dest=options.dest,
        project_type=options.project_type,
        preset=options.preset,
        data=options.data,
        answers_file=options.answers_file,
    )
    asks = is_interactive() and not (options.yes or options.as_json)
    terminal = open_terminal() if asks else None
    try:
        return _complete(options, inputs, terminal)
    except (KeyboardInterrupt, EOFError):
        if asks:
            echo("\nNothing was written.", err=True)
        raise


def _complete(
    options: NewOptions, inputs: AnswerSources, terminal: Terminal | None
) -> AnswerSet | OtherType:
    from mlstarter.data.kaggle import read_address
    from mlstarter.questions import Answers
    from mlstarter.questions.ask import OtherType

    page = read_address(options.data_file) if options.data_file else None
    if page is not None:
        inputs = replace(inputs, inputs={**inputs.inputs, "data_source": "kaggle", **page})
    source = None if page is not None else _source(options, inputs)
    if source is None:
        inputs = _with_pictures(options, inputs, terminal)
        if terminal is None:
            answers = inputs.complete(defaults=options.yes)
            _check_folder(options, inputs, answers)
            return AnswerSet(answers)
        outcome = inputs.ask(terminal)
        if isinstance(outcome, Answers):
            _check_folder(options, inputs, outcome)
            return AnswerSet(outcome)
        if isinstance(outcome, OtherType):
            return outcome
        source = _ask_path(terminal)
    return _from_data(options, inputs, source, terminal)


def _source(options: NewOptions, inputs: AnswerSources) -> Path | None:
    """Return the data to look at: ``--data-file``, or a path to a file that is there."""
    names, values = inputs.questionnaire.names, inputs.inputs
    if options.data_file is not None:
        if "data_path" not in names:
            raise UsageError("This template asks for no data.", hint="leave out --data-file")
        if options.preset is not None:
            raise UsageError("A preset brings data of its own.", hint="leave out --preset")
        from mlstarter.cli.own_data import source_path

        return source_path(options.data_file)
    data_path = str(values.get("data_path", ""))
    if not data_path:
        return None
    from mlstarter.data.answers import FORMAT_QUESTION

    if (
        FORMAT_QUESTION not in names
        or values.get("data_source", "local") != "local"
        or values.get("project_type") in FOLDER_TYPES
    ):
        return None
    path = Path(data_path).expanduser()
    return path if path.exists() else None


def _folder_data(
    options: NewOptions, inputs: AnswerSources, values: Mapping[str, Any]
) -> Path | None:
    """Return where pictures or recordings lie that answers name; None for none that are there.

    What is not there yet is no error: its owner may bring it later.
    """
    from mlstarter.data.answers import FORMAT_QUESTION

    kind, path = str(values.get("project_type")), str(values.get("data_path", ""))
    if kind not in FOLDER_TYPES or not path or path.startswith("env:"):
        return None
    if FORMAT_QUESTION not in inputs.questionnaire.names:
        return None
    place = Path(os.path.normpath((options.dest or Path("project")) / Path(path).expanduser()))
    return place if place.exists() else None


def _check_folder(options: NewOptions, inputs: AnswerSources, answers: Answers) -> None:
    """Look at pictures or recordings that the answers name; raises DataError for useless ones."""
    values = answers.applicable
    if (place := _folder_data(options, inputs, values)) is not None:
        from mlstarter.data.folders import check

        check(place, str(values.get("project_type")))


def _with_pictures(
    options: NewOptions, inputs: AnswerSources, terminal: Terminal | None
) -> AnswerSources:
    """Add how pictures that the answers name are read, where a template asks for that."""
    place = _folder_data(options, inputs, inputs.inputs)
    if place is None or inputs.inputs.get("project_type") != "cv":
        return inputs
    from mlstarter.cli.own_data import look
    from mlstarter.data.folders import check
    from mlstarter.data.pictures import QUESTIONS

    if not QUESTIONS.issubset(inputs.questionnaire.names):
        return inputs
    if place.is_file():  # a folder is looked at as a whole below
        check(place, "cv")
    own = look(place, {"image_split": "stratified", **inputs.inputs}, terminal)
    return replace(inputs, inputs={**own.suggestions(QUESTIONS), **inputs.inputs})


def _ask_path(terminal: Terminal) -> Path:
    from mlstarter.cli.own_data import source_path

    def complaint(text: str) -> str | None:
        try:
            source_path(text)
        except UsageError as error:
            return error.message
        return None

    question = "Where is it (a table, or a folder of pictures or recordings)?"
    return source_path(str(terminal.text(question, "", complaint, can_go_back=False)))


def _from_data(
    options: NewOptions, inputs: AnswerSources, source: Path, terminal: Terminal | None
) -> AnswerSet | OtherType:
    from mlstarter.cli.own_data import echo_look, look, show_choices
    from mlstarter.data.answers import FORMAT_QUESTION, without_tool_keys
    from mlstarter.data.place import check_tracked, placement
    from mlstarter.questions.ask import OtherType

    names = inputs.questionnaire.names
    project = options.dest or Path("project")
    data_answers = {n: v for n, v in inputs.inputs.items() if n not in ("data_source", "data_path")}
    own = look(source, data_answers, terminal)
    kind = {**own.suggestions(names), **inputs.inputs}
    # Of the types, only tables have a schema.toml; templates before 0.2.0 have none at all.
    has_schema = FORMAT_QUESTION in names and kind.get("project_type", "tabular") == "tabular"
    place = placement(
        source, project, copy=options.copy, variables=has_schema, pictures=own.pictures
    )
    if options.track_data:
        check_tracked(source, own.pictures)
    values = {**without_tool_keys(inputs.inputs), **own.answers(place.recorded_path, names)}
    if terminal is None:
        if not options.as_json:
            echo_look(own)
        _refuse_problem(own)
        inputs_with_data = replace(inputs, inputs={**own.suggestions(names), **values})
        return AnswerSet(inputs_with_data.complete(defaults=options.yes), own, place, has_schema)
    show_choices(own, terminal)
    suggestions = {**_name(source), **own.suggestions(names)}
    answers = replace(inputs, inputs=values).ask_about(terminal, suggestions)
    if isinstance(answers, OtherType):
        return answers
    corrections = _corrections(own.suggestions(names), answers)
    if corrections:
        before = {n: v for n, v in own.answers_of_owner.items() if n not in LINKED_QUESTIONS}
        own = look(source, {**before, **corrections}, terminal)
        other_answers = {n: v for n, v in answers.applicable.items() if n not in LINKED_QUESTIONS}
        values = {
            **other_answers,
            **own.answers(place.recorded_path, names),
            **own.suggestions(names),
        }
        answers = replace(inputs, inputs=values).complete(defaults=True)
    _refuse_problem(own)
    return AnswerSet(answers, own, place, has_schema)


def _corrections(proposal: Mapping[str, str], answers: Answers) -> dict[str, Any]:
    """Return the connected answers to go on with where the user changed one, else nothing.

    What follows a change in the order of ``LINKED_QUESTIONS`` depends on it, unless it was changed
    too.
    """
    applicable = answers.applicable
    result: dict[str, Any] = {}
    differs = False
    for name in LINKED_QUESTIONS:
        value = applicable.get(name, "")
        if value != "" and (value != proposal.get(name) or not differs):
            differs = differs or value != proposal.get(name)
            result[name] = value
    return result if differs else {}


def _refuse_problem(own: UserData) -> None:
    if own.proposal is not None and own.proposal.problem is not None:
        raise own.proposal.problem


def _name(source: Path) -> dict[str, str]:
    """Return the name that a project over a file might have."""
    import re

    stem = re.sub(r"[^a-z0-9]+", "-", source.name.partition(".")[0].lower()).strip("-")
    return {"project_name": stem[:60]} if re.match(r"[a-z].", stem) else {}
