"""``mlstarter new``: ask or take the answers, write the project, say what comes next."""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from mlstarter.cli import options
from mlstarter.console import echo
from mlstarter.errors import UsageError
from mlstarter.suggest import listing

if TYPE_CHECKING:
    from mlstarter.cli.answering import Answered
    from mlstarter.new.create import NewProject
    from mlstarter.sources import Template


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What was said on the command line."""

    dest: Path | None
    project_type: str | None
    preset: str | None
    data_file: str | None
    copy: bool
    track_data: bool
    data: tuple[str, ...]
    answers_file: Path | None
    yes: bool
    source: str | None
    directory: str | None
    ref: str | None
    layer: tuple[Path, ...]
    trust: bool
    no_git: bool
    nested: bool | None
    github: bool
    dry_run: bool
    as_json: bool


def _complete_preset(_ctx: object, _param: object, incomplete: str) -> list[str]:
    from mlstarter import sources
    from mlstarter.questions.presets import load_presets

    presets = load_presets(sources.resolve().root)
    return [preset.name for preset in presets if preset.name.startswith(incomplete)]


def _complete_type(_ctx: object, _param: object, incomplete: str) -> list[str]:
    from mlstarter import sources
    from mlstarter.questions.catalogue import project_types

    types = [choice.value for choice in project_types(sources.resolve())]
    return [name for name in types if name.startswith(incomplete)]


@click.command()
@click.argument("dest", required=False, type=click.Path(path_type=Path))
@click.option(
    "-t", "--type", "project_type", metavar="T", shell_complete=_complete_type,
    help="The project type (`mlstarter list types`).",
)  # fmt: skip
@click.option(
    "-p", "--preset", metavar="P", shell_complete=_complete_preset,
    help="A ready set of answers (`mlstarter list presets`).",
)  # fmt: skip
@click.option(
    "--data-file", metavar="FILE",
    help="Data of your own, a file or a folder: looked at first, then copied to data/raw/.",
)  # fmt: skip
@click.option("--copy/--no-copy", default=True, help="Leave the data where they are.")
@click.option("--track-data", is_flag=True, help="Commit the copied data to git as well.")
@options.data
@click.option(
    "--answers", "answers_file", metavar="FILE", type=options.FILE,
    help="Answers from a YAML, TOML or JSON file; --data wins over it.",
)  # fmt: skip
@click.option("-y", "--yes", is_flag=True, help="Ask nothing; take every default.")
@options.template_source
@click.option(
    "--layer", multiple=True, metavar="DIR", type=options.FOLDER,
    help="A folder whose files are laid over the template's. May be repeated.",
)  # fmt: skip
@options.trust
@click.option("--no-git", is_flag=True, help="Write the files only, without a repository.")
@click.option(
    "--nested/--standalone", default=None,
    help="Inside another repository: be a folder of it, or a repository of its own.",
)  # fmt: skip
@click.option("--github", is_flag=True, help="Create a private GitHub repository with gh and push.")
@click.option("--dry-run", is_flag=True, help="Print the files that would be written.")
@options.as_json
def new(**given: object) -> None:
    """Start a project in the folder DEST.

    On a terminal it asks what it needs to know and shows every answer before anything is
    written. Without one it takes flags: --yes for the defaults, --data for the rest.
    """
    run(Options(**given))  # type: ignore[arg-type]


def run(said: Options) -> None:
    """Make the project that the command line describes."""
    from mlstarter import engines, github, sources
    from mlstarter.cli.answering import answer
    from mlstarter.console import steps
    from mlstarter.git.process import require_git
    from mlstarter.new import create
    from mlstarter.questions import memory
    from mlstarter.questions.ask import OtherType
    from mlstarter.questions.gather import destination

    if said.github:
        if said.no_git:
            raise UsageError("--github needs a repository.", hint="leave out --no-git")
        github.require()
    if not (said.no_git or said.dry_run):
        require_git()
    if said.dest is not None:
        create.check_destination(said.dest)
    said = _of_other_package(said)
    template = _inner(said, sources.resolve(said.source, said.ref, directory=said.directory))
    template = engines.with_trust(template, said.trust)
    # Before the first question: nobody answers twenty of them to be told that it cannot be.
    engines.require_trust(engines.of(template))
    answered = answer(said, template)
    if isinstance(answered, OtherType):
        run(replace(said, project_type=answered.name))
        return
    answers = answered.answers
    dest = said.dest or destination(answers, template)
    create.check_destination(dest)
    if said.dry_run:
        tree = create.plan(template, answers, layers=said.layer)
        _print_tree(said, dest, sorted(tree))
        return
    nested = not said.no_git and _nested(said, dest)
    with steps(quiet=said.as_json) as step:
        created = create.create(
            dest,
            template,
            answers,
            layers=said.layer,
            git=not said.no_git,
            is_nested=nested,
            own=answered.files(track=said.track_data),
            progress=step,
        )
    memory.remember(template.source, answers)
    _summary(said, template, answered, created)
    if said.github:
        address = github.publish(created.path)
        if not said.as_json:
            echo(f"Pushed to {address}")


def _of_other_package(said: Options) -> Options:
    """Return the options with the template that --type stands for, where a package brings it."""
    from mlstarter import plugins

    if said.project_type is None or said.source is not None:
        return said
    found = plugins.project_types().get(said.project_type)
    return said if found is None else replace(said, source=found.source, project_type=None)


def _inner(said: Options, template: Template) -> Template:
    """Return the template itself, or the one chosen where it is a template of templates."""
    from mlstarter import engines
    from mlstarter.questions.model import Choice
    from mlstarter.questions.terminal import is_interactive, open_terminal
    from mlstarter.sources.remote import below

    nested = engines.of(template).inner_templates
    if not nested:
        return template
    offered = [Choice(title, folder) for title, folder in nested.values()]
    chosen = offered[0].value
    if not (said.yes or said.as_json) and is_interactive():
        chosen = open_terminal().select("Which template?", offered, chosen, can_go_back=False)
    elif not said.yes:
        raise UsageError(
            f"{template.source} holds {len(offered)} templates.",
            hint=f"choose one with --directory: {listing(c.value for c in offered)}",
        )
    return _inner(said, below(template, str(chosen)))


def _nested(said: Options, dest: Path) -> bool:
    """Say whether the project becomes a folder of the repository around it."""
    from mlstarter.new import create
    from mlstarter.questions.model import Choice
    from mlstarter.questions.terminal import is_interactive, open_terminal

    around = create.enclosing_repository(dest)
    if around is None:
        return False
    if said.nested is not None:
        return said.nested
    if said.yes or said.as_json or not is_interactive():
        raise UsageError(
            f"{dest} lies inside the git repository {around}.",
            hint="add --nested to make it a folder of that repository, "
            "or --standalone to give it one of its own",
        )
    choices = [Choice("A folder of that repository", True), Choice("One of its own", False)]
    message = f"{dest} lies inside the git repository {around}. What shall it be?"
    return bool(open_terminal().select(message, choices, True, can_go_back=False))


def _print_tree(said: Options, dest: Path, paths: list[str]) -> None:
    from mlstarter.console import print_json, print_tree

    if said.as_json:
        print_json("new", {"dry_run": True, "path": str(dest.absolute()), "files": paths})
        return
    print_tree(dest.name, paths)
    echo(f"{len(paths)} files; nothing was written")


def _summary(said: Options, template: Template, answered: Answered, created: NewProject) -> None:
    """Say what was made and the exact commands that come next."""
    from mlstarter import engines
    from mlstarter.console import print_json
    from mlstarter.git.identity import IDENTITY_HINT

    if created.fallback_identity:
        echo(
            "hint: git does not know who you are, so the commit names a stand-in. Set it with\n"
            f"      {IDENTITY_HINT}",
            err=True,
        )
    if said.as_json:
        payload = {
            "dry_run": False,
            "path": str(created.path),
            "files": created.files,
            "commit": created.commit,
            "fallback_identity": created.fallback_identity,
            "template": {"source": template.source, "version": template.version},
            "answers": answered.answers.for_record,
            **answered.as_object(),
        }
        print_json("new", payload)
        return
    version = f" from template version {template.version}" if template.version else ""
    commit = f", commit {created.commit[:7]}" if created.commit else ""
    echo(f"Created {_short(created.path)}: {created.files} files{commit}{version}.")
    echo("\nNext:")
    shown_path = _short(created.path)
    closing = engines.of(template).message(answered.answers, "after_copy", shown_path)
    steps = [*answered.steps, *closing]
    for line in [f"cd {_short(created.path)}", *steps]:
        echo(f"  {line}")


def _short(path: Path) -> str:
    """Return a path as one would type it from here.

    ``make new`` runs this beside the folder that the user is in, and names that one in a variable.
    """
    stated = os.environ.get("MLSTARTER_SHOWN_FROM")
    if stated and path.is_relative_to(Path(stated).parent):
        return os.path.relpath(path, stated)
    here = Path.cwd()
    return str(path.relative_to(here)) if path.is_relative_to(here) else str(path)
