"""The migrations of a Copier template: which apply, and with which variables.

The rules are Copier's: https://copier.readthedocs.io/en/stable/configuring/#migrations
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from jinja2 import Environment
from jinja2 import TemplateError as JinjaError

from mlstarter.engines.copier.config import CopierConfig
from mlstarter.engines.jinja import environment
from mlstarter.engines.protocol import MigrationCommand, MigrationStage, MigrationStep
from mlstarter.errors import TemplateError
from mlstarter.questions.values import to_bool
from mlstarter.sources.template import Template
from mlstarter.versions import is_older, parse_version

STAGES: tuple[MigrationStage, ...] = ("before", "after")


def migration_steps(
    template: Template, config: CopierConfig, version: str | None
) -> Iterator[MigrationStep]:
    """Yield the steps for a project of ``version``; none unless it is older than the template.

    Raises:
        TemplateError: an entry names a version that is none.
    """
    if not is_older(version, template.version):
        return
    for raw in config.settings.get("migrations") or ():
        entry = dict(raw) if isinstance(raw, Mapping) else {"command": raw}
        _check_shape(entry)
        here, there = parse_version(version), parse_version(template.version)
        variables = {
            "_version_from": version,
            "_version_to": template.version,
            "_version_pep440_from": here,
            "_version_pep440_to": there,
        }
        if "version" in entry:
            name = str(entry["version"])
            current = parse_version(name)
            if current is None:
                raise TemplateError(
                    f'A migration of the template is for the version "{name}", which is none.',
                    hint="tell the template's author",
                )
            if not is_older(version, name) or is_older(template.version, name):
                continue
            variables |= {"_version_current": name, "_version_pep440_current": current}
        yield from _steps(entry, variables)


def _check_shape(entry: Mapping[str, Any]) -> None:
    commands = [entry["command"]] if entry.get("command") is not None else []
    lists = [entry.get(stage) or [] for stage in STAGES]
    are_lists = all(isinstance(part, list) for part in lists)
    if are_lists:
        commands += [command for part in lists for command in part]
    is_empty = not commands and "command" in entry
    if not are_lists or is_empty or not all(isinstance(c, str | list) for c in commands):
        raise TemplateError(
            "A migration of the template is not a command, or a mapping with commands.",
            hint="see https://copier.readthedocs.io/en/stable/configuring/#migrations",
        )


def _steps(entry: Mapping[str, Any], variables: Mapping[str, Any]) -> Iterator[MigrationStep]:
    for stage in STAGES:
        own = {**variables, "_stage": stage, "_copier_operation": "update"}
        if entry.keys() & set(STAGES):  # as Copier had them before version 9.3
            for command in entry.get(stage) or ():
                yield MigrationStep(stage, command, True, ".", own)
        else:
            when = entry.get("when", stage == "after")
            folder = str(entry.get("working_directory", "."))
            yield MigrationStep(stage, entry.get("command", ""), when, folder, own)


def migration_commands(
    template: Template,
    config: CopierConfig,
    steps: Iterable[MigrationStep],
    answers: Mapping[str, Any],
    folder_name: str,
) -> list[MigrationCommand]:
    """Return the commands of those steps that apply, with their texts rendered.

    Raises:
        TemplateError: a text of a step cannot be rendered.
    """
    # Whoever lets migrations run trusts their texts too.
    env = environment(config, config.extensions, is_trusted=True)
    context = {
        **answers,
        "_copier_answers": dict(answers),
        "_folder_name": folder_name,
        "_copier_python": sys.executable,
        "_copier_phase": "migrate",
    }
    try:
        commands = [_command(step, env, context) for step in steps]
    except (JinjaError, ArithmeticError, LookupError, TypeError, ValueError) as error:
        raise TemplateError(
            f"A migration of the template {template.source} cannot be read: {error}.",
            hint="tell the template's author",
        ) from error
    return [command for command in commands if command is not None]


def _command(
    step: MigrationStep, env: Environment, answers: Mapping[str, Any]
) -> MigrationCommand | None:
    """Return a step's command with its texts rendered, None where it does not apply."""

    def text(source: Any) -> str:
        return env.from_string(str(source)).render(**answers, **step.variables)

    if not to_bool(text(step.when)):
        return None
    return MigrationCommand(
        text(step.command) if isinstance(step.command, str) else [text(w) for w in step.command],
        text(step.folder),
        {name[1:].upper(): str(value) for name, value in step.variables.items()},
    )
