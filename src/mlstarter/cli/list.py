"""``mlstarter list``: what there is to choose from."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from mlstarter.cli import shared_options
from mlstarter.errors import UsageError
from mlstarter.suggest import hint_for

if TYPE_CHECKING:
    from mlstarter.sources import Template

THINGS = ("types", "presets", "versions", "questions")


@click.command("list")
@click.argument("thing", default="types", metavar="[types|presets|versions|questions]")
@click.option(
    "-t", "--type", "project_type", metavar="TYPE", help="Only what belongs to this type."
)
@shared_options.template_source
@shared_options.trust
@shared_options.as_json
def list_(
    thing: str,
    project_type: str | None,
    source: str | None,
    directory: str | None,
    ref: str | None,
    trust: bool,
    as_json: bool,
) -> None:
    """List project types, presets, template versions or questions."""
    from mlstarter import sources
    from mlstarter.console import print_json, print_table
    from mlstarter.engines import with_trust
    from mlstarter.questions.catalogue import describe

    if thing not in THINGS:
        raise UsageError(
            f'There is no list of "{thing}".', hint=hint_for(thing, THINGS, "mlstarter list --help")
        )
    if thing == "versions":
        rows: list[dict[str, Any]] = [{"version": str(v)} for v in sources.versions(source)]
    else:
        template = sources.resolve(source, ref, directory=directory)
        if thing == "types":
            rows = _types(template)
        elif thing == "presets":
            rows = _presets(template, project_type)
        else:
            rows = describe(with_trust(template, trust), project_type)
    if as_json:
        print_json("list", {thing: rows})
        return
    columns = COLUMNS[thing]
    print_table(columns, [[_cell(column, row[column]) for column in columns] for row in rows])


COLUMNS = {
    "types": ("type", "title"),
    "presets": ("preset", "type", "title", "description"),
    "versions": ("version",),
    "questions": ("name", "help", "default", "choices"),
}


def _types(template: Template) -> list[dict[str, Any]]:
    from mlstarter import plugins
    from mlstarter.questions.catalogue import project_types
    from mlstarter.sources.builtin import is_builtin

    own = [{"type": choice.value, "title": choice.title} for choice in project_types(template)]
    if not is_builtin(template.source):
        return own
    others = plugins.project_types().values()
    return own + [{"type": t.name, "title": f"from the package {t.package}"} for t in others]


def _presets(template: Template, project_type: str | None) -> list[dict[str, Any]]:
    from mlstarter import plugins
    from mlstarter.questions.presets import load_presets

    return [
        {
            "preset": preset.name,
            "type": preset.type,
            "title": preset.title,
            "description": preset.description,
            "answers": dict(preset.answers),
        }
        for preset in (*load_presets(template.root), *plugins.presets(template))
        if project_type in {None, preset.type}
    ]


def _cell(column: str, value: Any) -> str:
    # A default may be a list as well, of anything.
    if column == "choices":
        return ", ".join(str(choice["value"]) for choice in value)
    return "" if value is None else str(value)
