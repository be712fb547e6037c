"""Bring together what ``new`` was told: flags, files, a preset, what is remembered."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mlstarter import plugins
from mlstarter.data.kaggle import settle_addresses
from mlstarter.engines.path_safety import checked_path
from mlstarter.errors import AnswersError, UsageError
from mlstarter.questions.answers_file import parse_pairs, read_answers
from mlstarter.questions.ask import ask
from mlstarter.questions.complete import complete
from mlstarter.questions.interview import Interview
from mlstarter.questions.memory import last_answers, remembered
from mlstarter.questions.model import Answers, Questionnaire
from mlstarter.questions.presets import Preset, find_preset, load_presets, preset_answers
from mlstarter.questions.terminal import Terminal
from mlstarter.sources.builtin import is_builtin
from mlstarter.sources.template import Template

# The answer that names the folder, whatever a template calls it.
NAMES = ("project_name", "project_slug", "repo_name", "name")


@dataclass(frozen=True)
class Gathered:
    """Everything that answers a questionnaire before anybody is asked."""

    questionnaire: Questionnaire
    given: Mapping[str, Any]
    preset: Preset | None
    presets: tuple[Preset, ...]
    last: Mapping[str, Any]
    remembered: Mapping[str, Any]
    others: Mapping[str, str]

    def complete(self, *, defaults: bool) -> Answers:
        """Answer without a terminal; see ``questions.complete``."""
        offered = dict(self.remembered)
        if self.preset is not None:
            offered |= preset_answers(self.preset, self.questionnaire.names)
        return complete(self.questionnaire, self.given, offered=offered, defaults=defaults)

    def ask(self, terminal: Terminal, proposal: Mapping[str, Any] | None = None) -> Answers:
        """Ask for what is open; see ``questions.ask``."""
        return ask(
            self.questionnaire,
            self.given,
            terminal,
            presets=self.presets,
            chosen=self.preset if proposal is None else {**self.remembered, **proposal},
            last=self.last,
            remembered=self.remembered,
            others=self.others,
        )


def gather(
    questionnaire: Questionnaire,
    template: Template,
    *,
    dest: Path | None,
    project_type: str | None,
    preset: str | None,
    data: tuple[str, ...],
    answers_file: Path | None,
) -> Gathered:
    """Read what was given; flags win over the file.

    Raises UsageError and AnswersError for what cannot be, with the near match.
    """
    given = read_answers(answers_file) if answers_file is not None else {}
    given |= parse_pairs(data)
    settle_addresses(given)
    if project_type is not None:
        if "project_type" not in questionnaire:
            raise UsageError("This template has no project types.", hint="leave out --type")
        given["project_type"] = project_type
        _refuse_type(questionnaire, project_type)
    if dest is not None and "project_name" in questionnaire:
        given.setdefault("project_name", dest.absolute().name)
    presets = [*load_presets(template.root), *plugins.presets(template)]
    chosen = find_preset(presets, preset) if preset is not None else None
    wanted = given.get("project_type")
    if chosen is not None and wanted is not None and chosen.type not in {None, wanted}:
        raise UsageError(
            f'The preset "{chosen.name}" is of type {chosen.type}, not {wanted}.',
            hint=f"leave out --type, or see `mlstarter list presets --type {wanted}`",
        )
    return Gathered(
        questionnaire,
        given,
        chosen,
        tuple(p for p in presets if wanted is None or p.type in {None, wanted}),
        last_answers(template.source),
        remembered(),
        _other_types(template) if wanted is None and chosen is None else {},
    )


def _other_types(template: Template) -> dict[str, str]:
    """Return the titles of other packages' types, offered beside the built-in template's own."""
    if not is_builtin(template.source):
        return {}
    found = plugins.project_types().values()
    return {each.name: f"{each.name} (from the package {each.package})" for each in found}


def _refuse_type(questionnaire: Questionnaire, project_type: str) -> None:
    try:
        Interview(questionnaire, {}).check(questionnaire["project_type"], project_type)
    except AnswersError as error:
        hint = error.hint if error.hint and "did you mean" in error.hint else None
        raise UsageError(
            f'There is no project type "{project_type}".',
            hint=hint or "`mlstarter list types` shows them all",
        ) from error


def destination(
    answers: Answers, template: Template | None = None, *, trusted: bool = False
) -> Path:
    """Return the folder that the answers name, for ``new`` without DEST.

    A Cookiecutter template names it itself.

    Raises UsageError where no answer names the project.
    """
    if template is not None and template.engine == "cookiecutter":
        from mlstarter.engines.cookiecutter.renderer import folder_name

        named = folder_name(template, answers, trusted=trusted)
        if named:
            return Path(checked_path(named))
    for name in NAMES:
        if isinstance(answers.get(name), str) and answers[name].strip():
            return Path(re.sub(r"[\s/\\]+", "-", answers[name].strip()))
    raise UsageError("The answers do not name the project.", hint="say where: mlstarter new DEST")
