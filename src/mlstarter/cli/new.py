"""``mlstarter new``: ask or take the answers, write the project, say what comes next."""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from mlstarter.cli import shared_options
from mlstarter.console import echo
from mlstarter.errors import UsageError
from mlstarter.operating_system import path_in_shell
from mlstarter.suggest import listing

if TYPE_CHECKING:
    from mlstarter.cli.answering import AnswerSet
    from mlstarter.new.create import NewProject
    from mlstarter.sources import Template


@dataclass(frozen=True, slots=True, kw_only=True)
class NewOptions:
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
    git: bool
    is_nested: bool | None
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
    "-t", "--type", "project_type", metavar="TYPE", shell_complete=_complete_type,
    help="The project type (`mlstarter list types`).",
)  # fmt: skip
@click.option(
    "-p", "--preset", metavar="PRESET", shell_complete=_complete_preset,
    help="A ready set of answers (`mlstarter list presets`).",
)  # fmt: skip
@click.option(
    "--data-file", metavar="FILE",
    help="Data of your own, a file or a folder: looked at first, then copied to data/raw/.",
)  # fmt: skip
@click.option(
    "--copy/--no-copy", default=True,
    help="Copy the data into the project, or leave them where they are. Default: copy.",
)  # fmt: skip
@click.option("--track-data", is_flag=True, help="Commit the copied data to git as well.")
@shared_options.data
@click.option(
    "--answers", "answers_file", metavar="FILE", type=shared_options.FILE,
    help="Answers from a YAML, TOML or JSON file; --data wins over it.",
)  # fmt: skip
@click.option("-y", "--yes", is_flag=True, help="Ask nothing; take every default.")
@shared_options.template_source
@click.option(
    "--layer", multiple=True, metavar="DIR", type=shared_options.FOLDER,
    help="A folder whose files are laid over the template's. May be repeated.",
)  # fmt: skip
@shared_options.trust
@click.option(
    "--git/--no-git", default=True,
    help="Make a repository with a first commit, or write the files alone. Default: git.",
)  # fmt: skip
@click.option(
    "--nested/--standalone", "is_nested", default=None,
    help="Inside another repository: be a folder of it, or a repository of its own. Default: ask.",
)  # fmt: skip
@click.option("--github", is_flag=True, help="Create a private GitHub repository with gh and push.")
@click.option("--dry-run", is_flag=True, help="Print the files that would be written.")
@shared_options.as_json
def new(**parameters: object) -> None:
    """Start a project in the folder DEST.

    On a terminal it asks what it needs to know and shows every answer before anything is
    written. Without one it takes flags: --yes for the defaults, --data for the rest.
    """
    run(NewOptions(**parameters))  # type: ignore[arg-type]


def run(options: NewOptions) -> None:
    """Make the project that the command line describes."""
    from mlstarter import engines, github, sources
    from mlstarter.cli.answering import answer
    from mlstarter.console import steps
    from mlstarter.git.process import require_git
    from mlstarter.new import create
    from mlstarter.questions import memory
    from mlstarter.questions.ask import OtherType
    from mlstarter.questions.gather import destination

    if options.github:
        if not options.git:
            raise UsageError("--github needs a repository.", hint="leave out --no-git")
        github.require()
    if options.git and not options.dry_run:
        require_git()
    if options.dest is not None:
        create.check_destination(options.dest)
    options = _of_other_package(options)
    template = _inner(
        options, sources.resolve(options.source, options.ref, directory=options.directory)
    )
    template = engines.with_trust(template, options.trust)
    # Before the first question: nobody answers twenty of them to be told that it cannot be.
    engines.require_trust(engines.of(template))
    answer_set = answer(options, template)
    if isinstance(answer_set, OtherType):
        run(replace(options, project_type=answer_set.name))
        return
    answers = answer_set.answers
    dest = options.dest or destination(answers, template)
    create.check_destination(dest)
    if options.dry_run:
        tree = create.plan(template, answers, layers=options.layer)
        _print_tree(options, dest, sorted(tree))
        return
    as_folder = options.git and _is_nested(options, dest)
    with steps(quiet=options.as_json) as step:
        project = create.create(
            dest,
            template,
            answers,
            layers=options.layer,
            git=options.git,
            is_nested=as_folder,
            own=answer_set.files(track=options.track_data),
            progress=step,
        )
    memory.remember(template.source, answers)
    _summary(options, template, answer_set, project)
    if options.github:
        address = github.publish(project.path)
        if not options.as_json:
            echo(f"Pushed to {address}")


def _of_other_package(options: NewOptions) -> NewOptions:
    """Return the options with the template that --type stands for, where a package brings it."""
    from mlstarter import plugins

    if options.project_type is None or options.source is not None:
        return options
    project_type = plugins.project_types().get(options.project_type)
    return (
        options
        if project_type is None
        else replace(options, source=project_type.source, project_type=None)
    )


def _inner(options: NewOptions, template: Template) -> Template:
    """Return the template itself, or the one chosen where it is a template of templates."""
    from mlstarter import engines

    templates = engines.of(template).inner_templates
    if not templates:
        return template
    from mlstarter.questions.model import Choice
    from mlstarter.questions.terminal import is_interactive, open_terminal
    from mlstarter.sources.remote import below

    choices = [Choice(title, folder) for title, folder in templates.values()]
    folder = choices[0].value
    if not (options.yes or options.as_json) and is_interactive():
        folder = open_terminal().select("Which template?", choices, folder, can_go_back=False)
    elif not options.yes:
        raise UsageError(
            f"{template.source} holds {len(choices)} templates.",
            hint=f"choose one with --directory: {listing(c.value for c in choices)}",
        )
    return _inner(options, below(template, str(folder)))


def _is_nested(options: NewOptions, dest: Path) -> bool:
    """Say whether the project becomes a folder of the repository around it."""
    from mlstarter.new import create
    from mlstarter.questions.model import Choice
    from mlstarter.questions.terminal import is_interactive, open_terminal

    around = create.enclosing_repository(dest)
    if around is None:
        return False
    if options.is_nested is not None:
        return options.is_nested
    if options.yes or options.as_json or not is_interactive():
        raise UsageError(
            f"{dest} lies inside the git repository {around}.",
            hint="add --nested to make it a folder of that repository, "
            "or --standalone to give it one of its own",
        )
    choices = [Choice("A folder of that repository", True), Choice("One of its own", False)]
    message = f"{dest} lies inside the git repository {around}. What shall it be?"
    return bool(open_terminal().select(message, choices, True, can_go_back=False))


def _print_tree(options: NewOptions, dest: Path, paths: list[str]) -> None:
    from mlstarter.console import print_json, print_tree

    if options.as_json:
        print_json("new", {"dry_run": True, "path": str(dest.absolute()), "files": paths})
        return
    print_tree(dest.name, paths)
    echo(f"{_count(len(paths))}; nothing was written")


def _summary(
    options: NewOptions, template: Template, answer_set: AnswerSet, project: NewProject
) -> None:
    """Say what was made and the exact commands that come next."""
    from mlstarter import engines
    from mlstarter.console import print_json
    from mlstarter.git.identity import IDENTITY_HINT

    if project.fallback_identity:
        echo(
            "hint: git does not know who you are, so the commit names a stand-in. Set it with\n"
            f"      {IDENTITY_HINT}",
            err=True,
        )
    if options.as_json:
        payload = {
            "dry_run": False,
            "path": str(project.path),
            "files": project.files,
            "commit": project.commit,
            "fallback_identity": project.fallback_identity,
            "template": {"source": template.source, "version": template.version},
            "answers": answer_set.answers.for_record,
            **answer_set.as_object(),
        }
        print_json("new", payload)
        return
    version = f" from template version {template.version}" if template.version else ""
    commit = f", commit {project.commit[:7]}" if project.commit else ""
    echo(f"Created {_short(project.path)}: {_count(project.files)}{commit}{version}.")
    echo("\nNext:")
    shown_path = _short(project.path)
    closing = engines.of(template).message(answer_set.answers, "after_copy", shown_path)
    steps = [*answer_set.steps, *closing]
    for line in [f"cd {path_in_shell(_short(project.path))}", *steps]:
        echo(f"  {line}")


def _count(files: int) -> str:
    return "1 file" if files == 1 else f"{files} files"


def _short(path: Path) -> str:
    """Return a path as one would type it from here.

    ``make new`` runs this beside the folder that the user is in, and names that one in a variable.
    """
    shown_from = os.environ.get("MLSTARTER_SHOWN_FROM")
    if shown_from and path.is_relative_to(Path(shown_from).parent):
        return os.path.relpath(path, shown_from)
    here = Path.cwd()
    return str(path.relative_to(here)) if path.is_relative_to(here) else str(path)
