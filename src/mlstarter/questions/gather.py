"""Bring together what ``new`` was told: flags, files, a preset, what is remembered."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mlstarter import engines, plugins
from mlstarter.data.kaggle import settle_addresses
from mlstarter.errors import AnswersError, UsageError
from mlstarter.questions.answers_file import parse_pairs, read_answers
from mlstarter.questions.ask import DialogueOutcome, OtherType, StartFromData, Starts, ask
from mlstarter.questions.complete import complete
from mlstarter.questions.interview import Interview
from mlstarter.questions.memory import last_answers, remembered_answers
from mlstarter.questions.model import Answers, Questionnaire
from mlstarter.questions.presets import Preset, find_preset, load_presets, preset_answers
from mlstarter.questions.terminal import Terminal
from mlstarter.sources.builtin import is_builtin
from mlstarter.sources.template import Template

# The answer that names the folder, whatever a template calls it.
NAMES = ("project_name", "project_slug", "repo_name", "name")


@dataclass(frozen=True)
class AnswerSources:
    """Everything that answers a questionnaire before anybody is asked.

    ``inputs`` are answers from flags and files, ``preset`` is the one that a flag names, ``starts``
    what a dialogue may start from, ``other_types`` the project types of other packages.
    """

    questionnaire: Questionnaire
    inputs: Mapping[str, Any]
    preset: Preset | None
    starts: Starts
    other_types: Mapping[str, str]

    def complete(self, *, defaults: bool) -> Answers:
        """Answer without a terminal; see ``questions.complete``."""
        suggestions = dict(self.starts.remembered_answers)
        if self.preset is not None:
            suggestions |= preset_answers(self.preset, self.questionnaire.names)
        return complete(self.questionnaire, self.inputs, suggestions=suggestions, defaults=defaults)

    def ask(self, terminal: Terminal) -> DialogueOutcome:
        """Ask for what is open; see ``questions.ask``."""
        return ask(
            self.questionnaire,
            self.inputs,
            terminal,
            starts=self.starts,
            start=self.preset,
            other_types=self.other_types,
        )

    def ask_about(self, terminal: Terminal, proposal: Mapping[str, Any]) -> Answers | OtherType:
        """Ask, beginning with what was proposed over the user's own data."""
        outcome = ask(
            self.questionnaire,
            self.inputs,
            terminal,
            starts=self.starts,
            start={**self.starts.remembered_answers, **proposal},
            other_types=self.other_types,
        )
        # Where to start from is not asked, so that nobody can choose data once more.
        assert not isinstance(outcome, StartFromData)  # noqa: S101 - as said
        return outcome


def gather(
    questionnaire: Questionnaire,
    template: Template,
    *,
    dest: Path | None,
    project_type: str | None,
    preset: str | None,
    data: tuple[str, ...],
    answers_file: Path | None,
) -> AnswerSources:
    """Read flags and files; a flag wins over the file.

    Raises UsageError and AnswersError for what cannot be, with the near match.
    """
    inputs = read_answers(answers_file) if answers_file is not None else {}
    inputs |= parse_pairs(data)
    # The address of a page stands for several answers, whichever way it came in.
    settle_addresses(inputs)
    if project_type is not None:
        if "project_type" not in questionnaire:
            raise UsageError("This template has no project types.", hint="leave out --type")
        inputs["project_type"] = project_type
        _refuse_type(questionnaire, project_type)
    if dest is not None and "project_name" in questionnaire:
        inputs.setdefault("project_name", dest.absolute().name)
    presets = [*load_presets(template.root), *plugins.presets(template)]
    start = find_preset(presets, preset) if preset is not None else None
    type_name = inputs.get("project_type")
    if start is not None and type_name is not None and start.type not in {None, type_name}:
        raise UsageError(
            f'The preset "{start.name}" is of type {start.type}, not {type_name}.',
            hint=f"leave out --type, or see `mlstarter list presets --type {type_name}`",
        )
    starts = Starts(
        tuple(p for p in presets if type_name is None or p.type in {None, type_name}),
        last_answers(template.source),
        remembered_answers(),
    )
    free = type_name is None and start is None
    return AnswerSources(
        questionnaire, inputs, start, starts, _other_types(template) if free else {}
    )


def _other_types(template: Template) -> dict[str, str]:
    """Return the titles of other packages' types, offered beside the built-in template's own."""
    if not is_builtin(template.source):
        return {}
    types = plugins.project_types().values()
    return {each.name: f"{each.name} (from the package {each.package})" for each in types}


def _refuse_type(questionnaire: Questionnaire, project_type: str) -> None:
    try:
        Interview(questionnaire, {}).check(questionnaire["project_type"], project_type)
    except AnswersError as error:
        hint = error.hint if error.hint and "did you mean" in error.hint else None
        raise UsageError(
            f'There is no project type "{project_type}".',
            hint=hint or "`mlstarter list types` shows them all",
        ) from error


def destination(answers: Answers, template: Template) -> Path:
    """Return the folder that a template or its answers name, for ``new`` without DEST.

    Raises UsageError where nothing names the project.
    """
    folder = engines.of(template).folder_name(answers)
    if folder:
        return Path(folder)
    for name in NAMES:
        if isinstance(answers.get(name), str) and answers[name].strip():
            return Path(re.sub(r"[\s/\\]+", "-", answers[name].strip()))
    raise UsageError("The answers do not name the project.", hint="say where: mlstarter new DEST")
