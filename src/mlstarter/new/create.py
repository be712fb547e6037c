"""`new`: answers -> tree -> a finished repository, moved into place at the end."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from mlstarter.engines import render_all
from mlstarter.engines.path_safety import is_git_folder, name_fault
from mlstarter.errors import EnvironmentProblem, UsageError
from mlstarter.files import built_aside, move_into_place, write_tree
from mlstarter.git.merge_base import Layer
from mlstarter.git.template_commits import TemplateOrigin
from mlstarter.interrupts import orderly, to_its_end
from mlstarter.new.first_commit import first_commit, own_commit
from mlstarter.project import with_record
from mlstarter.sources.template import Template
from mlstarter.tree import Tree

Progress = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class NewProject:
    """What ``create`` made.

    ``commit`` is None without git and for a folder of another repository, whose owner commits it;
    ``fallback_identity`` says that a stand-in committed, since the user has no git identity.
    """

    path: Path
    files: int
    commit: str | None
    fallback_identity: bool = False


@dataclass(frozen=True, slots=True)
class OwnFiles:
    """What the user brings to a new project beside the render.

    ``tree`` becomes a commit of the user's own above the render, with ``message``; ``copy`` puts
    files into the project's folder that git does not track.
    """

    tree: Tree
    message: str
    copy: Callable[[Path], None]


def check_destination(dest: Path) -> None:
    """Refuse a destination that is not absent and not an empty folder.

    Raises:
        UsageError: something is there, or some system cannot hold a folder of that name.
        EnvironmentProblem: a folder on the way is a file, or may not be read.
    """
    if any(is_git_folder(part) for part in dest.absolute().parts):
        raise UsageError(
            f"A project cannot lie at {dest}: .git belongs to git.", hint="choose another folder"
        )
    try:
        if dest.is_dir():
            if any(dest.iterdir()):
                raise UsageError(
                    f"{dest} exists already and is not empty.",
                    hint="choose another folder, or `mlstarter update` for a project of mlstarter",
                )
        elif dest.is_symlink() or dest.exists():
            raise UsageError(f"{dest} exists already and is a file.", hint="choose another name")
        elif fault := name_fault(dest.name):
            raise UsageError(
                f"A project cannot be called {dest.name!r}: the name {fault}.",
                hint="choose another name; others will clone it on other systems",
            )
        above = next(path for path in dest.absolute().parents if path.exists())
        if not above.is_dir():
            raise UsageError(
                f"{above} is a file, so no folder can be made in it.", hint="choose another folder"
            )
    except PermissionError as error:
        raise EnvironmentProblem(
            f"There is no permission to read {error.filename or dest}.",
            hint="choose a folder of your own",
        ) from error


def enclosing_repository(dest: Path) -> Path | None:
    """Return the top folder of the git repository around ``dest``, or None."""
    # Resolved, or "../x" would seem to lie in the folder that it leaves.
    place = dest.resolve()
    for path in (place, *place.parents):
        # A folder in repositories of its own kind (worktree, submodule) holds a file ".git".
        if (path / ".git").exists():
            return path
    return None


def plan(
    template: Template,
    answers: Mapping[str, Any],
    *,
    layers: Sequence[Path] = (),
    folder_name: str = "project",
) -> Tree:
    """Return what ``create`` would write; nothing is touched.

    That is the render and, where the template does not write it itself, the record of where it
    comes from (Copier's answers file, cruft's for Cookiecutter).
    """
    return _render(template, answers, layers, folder_name).whole


@dataclass(frozen=True, slots=True)
class _Content:
    """A render with its record, the layers over it, what git shall not track, and its seed."""

    tree: Tree
    layers: tuple[Layer, ...]
    ignored_files: Tree
    seed: str

    @property
    def whole(self) -> Tree:
        """The project's files: the render with the layers laid over it."""
        whole = dict(self.tree)
        for layer in self.layers:
            whole |= layer.files
        return dict(sorted(whole.items()))


def _render(
    template: Template,
    answers: Mapping[str, Any],
    layers: Sequence[Path],
    folder_name: str,
) -> _Content:
    result = render_all(template, answers, folder_name=folder_name)
    tree = with_record(result.tree, template, getattr(answers, "for_record", answers))
    if not layers:
        return _Content(tree, (), result.ignored_files, result.seed)
    from mlstarter.layers import render_layers

    own_layers = render_layers(layers, answers, tree, folder_name)
    return _Content(tree, own_layers, result.ignored_files, result.seed)


def create(
    dest: Path,
    template: Template,
    answers: Mapping[str, Any],
    *,
    layers: Sequence[Path] = (),
    git: bool = True,
    is_nested: bool = False,
    own: OwnFiles | None = None,
    progress: Progress | None = None,
) -> NewProject:
    """Make the project at ``dest``, completely or not at all.

    Everything is built in a temporary folder on the same disk, under the project's own name, and
    moved into place at the end: an error, a full disk, Ctrl-C or SIGTERM leaves nothing behind.

    Args:
        dest: absent or an empty folder; missing folders above it are made.
        template: a template at one version; its code runs where it is trusted.
        answers: complete answers (``questions.complete``).
        layers: folders whose files are laid over the template's, lowest first.
        git: make a repository whose first commit is the pristine render.
        is_nested: become a folder of the repository around ``dest``: only files are written, and
            who owns that repository commits them.
        own: files of the user's beside the render.
        progress: called with a short sentence at each step.

    Raises:
        UsageError: ``dest`` holds something, or ``is_nested`` without a repository around it.
        TemplateError: the template cannot be rendered.
        EnvironmentProblem: no permission, a full disk, no git.
    """
    say = progress or (lambda _: None)
    dest = dest.absolute()
    check_destination(dest)
    if is_nested:
        _require_repository(dest)
    origin = TemplateOrigin(template.source, template.version)
    with orderly():
        say("rendering the template")
        content = _render(template, answers, layers, dest.name)
        # Inside an empty destination: it may be another disk than the folder above it.
        with built_aside(dest if dest.is_dir() else dest.parent, dest.name) as folder:
            project = _build(folder, content, own, origin if git and not is_nested else None, say)
            _move(folder, dest)
    return replace(project, path=dest)


def _build(
    folder: Path,
    content: _Content,
    own: OwnFiles | None,
    origin: TemplateOrigin | None,
    say: Progress,
) -> NewProject:
    """Make the project in an empty folder, a repository where it has an origin to record."""
    whole = {**content.whole, **(own.tree if own is not None else {})}
    commit, fallback = None, False
    if origin is not None:
        say("making the first commit")
        with to_its_end():
            first = first_commit(folder, content.tree, origin, content.layers, content.seed)
            commit, fallback = first.commit, first.committer.fallback
            if own is not None and own.tree:
                commit = own_commit(folder, first.commit, whole, own.message)
    else:
        say("writing the files")
        write_tree(whole, folder)
    write_tree(content.ignored_files, folder)
    if own is not None:
        say("copying the data")
        own.copy(folder)
    return NewProject(folder, len(whole), commit, fallback)


def _require_repository(dest: Path) -> None:
    if enclosing_repository(dest) is None:
        raise UsageError(
            f"There is no repository around {dest} that it could be a folder of.",
            hint="leave that out to make a repository of its own",
        )


def _move(folder: Path, dest: Path) -> None:
    try:
        move_into_place(folder, dest)
    except FileExistsError as error:
        raise UsageError(
            f"Something else was put at {dest} in the meantime; it was left alone.",
            hint="choose another folder and run the command again",
        ) from error
