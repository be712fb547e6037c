"""How ``new`` comes to its answers: from flags, from the user's data, from the terminal."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mlstarter.console import echo
from mlstarter.errors import UsageError

if TYPE_CHECKING:
    from mlstarter.cli.new import Options
    from mlstarter.cli.own_data import OwnData
    from mlstarter.data.place import Placement
    from mlstarter.new.create import OwnFiles
    from mlstarter.questions import Answers
    from mlstarter.questions.ask import OtherType
    from mlstarter.questions.gather import AnswerSources
    from mlstarter.questions.terminal import Terminal
    from mlstarter.sources import Template

# What depends on the target: asked for anew where the user changes one of them.
CONNECTED = ("project_type", "target", "task", "positive_class", "split_rule", "split_column")
FIRST_EDITION = ("cv", "asr")
"""Types whose ``data_path`` is taken as it is given, without a look."""


@dataclass(frozen=True, slots=True)
class Answered:
    """The answers to a template, and the data that they come from."""

    answers: Answers
    own: OwnData | None = None
    place: Placement | None = None
    with_schema: bool = False

    def files(self, *, track: bool) -> OwnFiles | None:
        """Return what the data bring to the new project; raises UsageError where git cannot."""
        from mlstarter.cli.own_data import own_files

        if self.own is None or self.place is None:
            return None
        return own_files(self.own, self.place, schema=self.with_schema, track=track)

    @property
    def steps(self) -> list[str]:
        """The commands that the data need before any other."""
        from mlstarter.cli.own_data import variable_line

        line = variable_line(self.place) if self.place is not None else ""
        return [line] if line else []

    def as_object(self) -> dict[str, Any]:
        """Return what ``--json`` says of the data, nothing where there are none."""
        from mlstarter.data.report import as_object

        if self.own is None or self.own.looked_at is None:
            return {}
        return {"data": as_object(self.own.looked_at, self.own.proposal)}


def answer(said: Options, template: Template) -> Answered | OtherType:
    """Return every answer, asked for in the terminal where there is one.

    OtherType where the user chose a project type that another package's template stands for.

    Raises AnswersError for an answer that is missing or cannot be, DataError for data that cannot
    be read.
    """
    from mlstarter import engines, questions
    from mlstarter.engines.chance import new_seed
    from mlstarter.questions.gather import gather
    from mlstarter.questions.terminal import is_interactive, open_terminal

    if not said.as_json:
        for line in engines.of(template).message({}, "before_copy", str(said.dest or "")):
            echo(line, err=True)
    # One seed for all of it: a question's offer stays the same however often it is shown.
    questionnaire = replace(questions.load(template), seed=new_seed())
    gathered = gather(
        questionnaire,
        template,
        dest=said.dest,
        project_type=said.project_type,
        preset=said.preset,
        data=said.data,
        answers_file=said.answers_file,
    )
    asks = is_interactive() and not (said.yes or said.as_json)
    terminal = open_terminal() if asks else None
    try:
        return _answered(said, gathered, terminal)
    except (KeyboardInterrupt, EOFError):
        if asks:
            echo("\nNothing was written.", err=True)
        raise


def _answered(
    said: Options, gathered: AnswerSources, terminal: Terminal | None
) -> Answered | OtherType:
    from mlstarter.data.kaggle import read_address
    from mlstarter.questions import Answers
    from mlstarter.questions.ask import OtherType

    page = read_address(said.data_file) if said.data_file else None
    if page is not None:
        gathered = replace(gathered, inputs={**gathered.inputs, "data_source": "kaggle", **page})
    source = None if page is not None else _source(said, gathered)
    if source is None:
        if terminal is None:
            return Answered(gathered.complete(defaults=said.yes))
        outcome = gathered.ask(terminal)
        if isinstance(outcome, Answers):
            return Answered(outcome)
        if isinstance(outcome, OtherType):
            return outcome
        source = _typed(terminal)
    return _from_data(said, gathered, source, terminal)


def _source(said: Options, gathered: AnswerSources) -> Path | None:
    """Return the data to look at: ``--data-file``, or a path to a file that is there."""
    from mlstarter.cli.own_data import source_path
    from mlstarter.data.answers import SECOND_EDITION

    names, given = gathered.questionnaire.names, gathered.inputs
    if said.data_file is not None:
        if "data_path" not in names:
            raise UsageError("This template asks for no data.", hint="leave out --data-file")
        if said.preset is not None:
            raise UsageError("A preset brings data of its own.", hint="leave out --preset")
        return source_path(said.data_file)
    stated = str(given.get("data_path", ""))
    if (
        not stated
        or SECOND_EDITION not in names
        or given.get("data_source", "local") != "local"
        or given.get("project_type") in FIRST_EDITION
    ):
        return None
    path = Path(stated).expanduser()
    return path if path.exists() else None


def _typed(terminal: Terminal) -> Path:
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
    said: Options, gathered: AnswerSources, source: Path, terminal: Terminal | None
) -> Answered | OtherType:
    from mlstarter.cli.own_data import echo_look, look, show_choices
    from mlstarter.data.answers import SECOND_EDITION, without_tool_keys
    from mlstarter.data.place import check_tracked, placement
    from mlstarter.questions.ask import OtherType

    names = gathered.questionnaire.names
    project = said.dest or Path("project")
    stated = {n: v for n, v in gathered.inputs.items() if n not in ("data_source", "data_path")}
    own = look(source, stated, terminal)
    kind = {**own.proposed(names), **gathered.inputs}
    second = SECOND_EDITION in names and _on_second_edition(kind)
    place = placement(source, project, copy=said.copy, variables=second)
    if said.track_data:
        check_tracked(source)
    given = {**without_tool_keys(gathered.inputs), **own.answers(place.recorded, names)}
    if terminal is None:
        if not said.as_json:
            echo_look(own)
        _refuse_problem(own)
        settled = replace(gathered, inputs={**own.proposed(names), **given})
        return Answered(settled.complete(defaults=said.yes), own, place, second)
    show_choices(own, terminal)
    offered = {**_name(source), **own.proposed(names)}
    answers = replace(gathered, inputs=given).ask_about(terminal, offered)
    if isinstance(answers, OtherType):
        return answers
    changed = _changed(own.proposed(names), answers)
    if changed:
        before = {n: v for n, v in own.stated.items() if n not in CONNECTED}
        own = look(source, {**before, **changed}, terminal)
        kept = {n: v for n, v in answers.applicable.items() if n not in CONNECTED}
        given = {**kept, **own.answers(place.recorded, names), **own.proposed(names)}
        answers = replace(gathered, inputs=given).complete(defaults=True)
    _refuse_problem(own)
    return Answered(answers, own, place, second)


def _on_second_edition(answers: Mapping[str, Any]) -> bool:
    """Say whether a project of this type and level reads data as its two files say."""
    from mlstarter.sources import assemble

    kind = str(answers.get("project_type", "tabular")), str(answers.get("level", "essentials"))
    return kind in assemble.SECOND_EDITION


def _changed(proposed: Mapping[str, str], answers: Answers) -> dict[str, Any]:
    """Return the connected answers to go on with where the user changed one, else nothing.

    What follows a change in the order of ``CONNECTED`` depends on it, unless it was changed too.
    """
    applicable = answers.applicable
    result: dict[str, Any] = {}
    changed = False
    for name in CONNECTED:
        value = applicable.get(name, "")
        if value != "" and (value != proposed.get(name) or not changed):
            changed = changed or value != proposed.get(name)
            result[name] = value
    return result if changed else {}


def _refuse_problem(own: OwnData) -> None:
    if own.proposal is not None and own.proposal.problem is not None:
        raise own.proposal.problem


def _name(source: Path) -> dict[str, str]:
    """Return the name that a project over a file might have."""
    import re

    stem = re.sub(r"[^a-z0-9]+", "-", source.name.partition(".")[0].lower()).strip("-")
    return {"project_name": stem[:60]} if re.match(r"[a-z].", stem) else {}
