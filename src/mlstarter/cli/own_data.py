"""Data of the user's own on the command line: looked at, asked about, placed and written down."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mlstarter.console import echo
from mlstarter.errors import UsageError
from mlstarter.files import require_no_pipe

if TYPE_CHECKING:
    from mlstarter.data.choices import Suggestion
    from mlstarter.data.errors import OpenQuestion
    from mlstarter.data.inspect import Inspection
    from mlstarter.data.place import Placement
    from mlstarter.data.proposal import Proposal
    from mlstarter.new.create import OwnFiles
    from mlstarter.questions.terminal import Terminal

MESSAGE = (
    "Describe the data\n\nschema.toml says what each column is: read it, and change it freely.\n"
)


@dataclass(frozen=True, slots=True)
class UserData:
    """A file or folder that was looked at. ``looked_at`` is None for a folder.

    ``answers_of_owner`` is what its owner said, before and while it was looked at.
    """

    source: Path
    choices: tuple[Suggestion, ...]
    answers_of_owner: Mapping[str, Any]
    looked_at: Inspection | None = None
    proposal: Proposal | None = None

    def answers(self, recorded_path: str, questions: Collection[str]) -> dict[str, Any]:
        """Return the answers that follow from the data, which nobody is asked."""
        from mlstarter.data.answers import chosen_answers, fixed_answers
        from mlstarter.data.pictures import QUESTIONS

        settings = self.looked_at.settings if self.looked_at else None
        rule = chosen_answers(self.choices, QUESTIONS.intersection(questions))
        return fixed_answers(settings, recorded_path, questions) | rule

    @property
    def pictures(self) -> tuple[Path, ...]:
        """The pictures that a table lists, which go where it goes."""
        return self.proposal.pictures if self.proposal else ()

    def suggestions(self, questions: Collection[str]) -> dict[str, str]:
        """Return the answers that are proposed."""
        from mlstarter.data.answers import chosen_answers

        return chosen_answers(self.choices, questions)


def source_path(text: str) -> Path:
    """Return the path that somebody typed, with ``~``; raises UsageError for none that is there."""
    from mlstarter.data.show import excerpt

    path = Path(text.strip().strip("\"'")).expanduser()
    if not text.strip() or not path.exists():
        raise UsageError(
            f"There is no file {excerpt(path, 200)}.",
            hint="give the path of a file or a folder",
        )
    try:
        require_no_pipe(path)
    except OSError as error:
        raise UsageError(
            f"{excerpt(path, 200)} cannot be read: {error.strerror}.",
            hint="write its content into a file, and give the path of that",
        ) from error
    return path


def look(
    source: Path,
    answers: Mapping[str, Any],
    terminal: Terminal | None,
    decisions: Mapping[str, Any] | None = None,
) -> UserData:
    """Look at data and propose a project over them; ask on the terminal what cannot be known.

    ``decisions`` answer what is open, once, before anybody is asked.

    Raises DataError for what cannot be read, OpenQuestion without a terminal.
    """
    from mlstarter.data import folders
    from mlstarter.data.errors import OpenQuestion
    from mlstarter.data.inspect import inspect
    from mlstarter.data.proposal import propose

    if source.is_dir():
        return UserData(source, tuple(folders.propose(folders.look(source), answers)), answers)
    known_answers = dict(answers)
    looked_at = None
    while True:
        try:
            looked_at = looked_at or inspect(source, known_answers)
            if terminal is not None and "shown" not in known_answers:
                show(looked_at, terminal)
                known_answers["shown"] = True
            proposal = propose(looked_at, known_answers)
            return UserData(source, proposal.choices, known_answers, looked_at, proposal)
        except OpenQuestion as open_question:
            key = open_question.key
            if decisions and key in decisions and key not in known_answers:
                known_answers[key] = decisions[key]
            elif terminal is None:
                raise
            else:
                _put(open_question, known_answers, terminal)
            if key.startswith("data_") or key == "date_formats":
                looked_at = None


def _put(open_question: OpenQuestion, known_answers: dict[str, Any], terminal: Terminal) -> None:
    from mlstarter.questions.model import Choice

    choices = [Choice(each.title, each.value) for each in open_question.options]
    answer = terminal.select(open_question.question, choices, None, can_go_back=False)
    if open_question.key == "date_formats" and known_answers.get("date_formats"):
        answer = f"{known_answers['date_formats']}; {answer}"
    known_answers[open_question.key] = answer


def show(looked_at: Inspection, terminal: Terminal) -> None:
    """Show what was read."""
    from mlstarter.data.report import lines

    terminal.show("\n".join(["", *lines(looked_at), ""]))


def show_choices(own: UserData, terminal: Terminal) -> None:
    """Show what is proposed, with the reasons."""
    from mlstarter.data.report import choice_lines

    terminal.show("\n".join(["Proposed", *choice_lines(own.choices), ""]))


def own_files(own: UserData, place: Placement, *, schema: bool, track: bool) -> OwnFiles:
    """Return what the data bring to a new project: schema.toml, and the data themselves."""
    from mlstarter.data.place import check_tracked, copy_into
    from mlstarter.data.schema import to_toml
    from mlstarter.files import read_tree
    from mlstarter.new.create import OwnFiles
    from mlstarter.tree import REGULAR, Entry

    tree: dict[str, Entry] = {}
    if schema and own.proposal is not None and own.proposal.schema is not None:
        tree["schema.toml"] = Entry(REGULAR, to_toml(own.proposal.schema).encode())
    if track and place.copy_path:
        check_tracked(place.source, place.pictures)
        if place.source.is_dir():
            tree |= {f"{place.copy_path}/{n}": e for n, e in read_tree(place.source).items()}
        else:
            for path, name in place.files():
                target = f"{place.copy_path}/{name}".rstrip("/")
                tree[target] = Entry(REGULAR, path.read_bytes())

    def copy(project: Path) -> None:
        if place.copy_path and not track:
            copy_into(place, project)

    return OwnFiles(tree, MESSAGE, copy)


def variable_line(place: Placement) -> str:
    """Return the command that says where data are which were not copied, or ""."""
    import shlex

    if not place.variable:
        return ""
    return f"export {place.variable}={shlex.quote(str(place.source.absolute()))}"


def echo_look(own: UserData) -> None:
    """Print what was read and proposed, on stderr."""
    from mlstarter.data.report import choice_lines, lines

    inspection_lines = [*lines(own.looked_at), ""] if own.looked_at else []
    echo("\n".join([*inspection_lines, "Proposed", *choice_lines(own.choices), ""]), err=True)
