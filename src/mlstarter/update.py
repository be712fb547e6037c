"""`update`: from a project and a wanted version to a plan, and from a plan to the project.

The counterpart of ``create.py``: sources, questions and render make the new pristine tree; history
finds the base and merges.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

from mlstarter import questions, sources
from mlstarter.errors import MlstarterError, ProjectError, UsageError
from mlstarter.history.base import Layer, Pristine, TemplateCommit, find_base, template_commits
from mlstarter.history.changelog import between, parse_version
from mlstarter.history.commits import TemplateOrigin
from mlstarter.history.identity import Identity, committer
from mlstarter.history.journal import require_uninterrupted
from mlstarter.history.layers import layers_of
from mlstarter.history.plan import Plan, Request, plan
from mlstarter.history.ready import check_branch_name, check_files
from mlstarter.layers import render_layers
from mlstarter.project import Project, Record, read_record, with_record
from mlstarter.questions import Answers, Questionnaire
from mlstarter.render import render
from mlstarter.sources import Template
from mlstarter.tree import REGULAR, Entry, Tree

Asker = Callable[[Questionnaire, Mapping[str, Any], Mapping[str, Any]], Answers]
"""Answers a questionnaire from the given and the recorded answers (2nd, 3rd argument)."""


def take_defaults(
    questionnaire: Questionnaire, given: Mapping[str, Any], recorded: Mapping[str, Any]
) -> Answers:
    """Answer what is new with the template's defaults."""
    return questions.complete(questionnaire, given, offered=recorded)


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What an update shall bring about.

    ``to`` is a version (None: the newest), ``data`` new answers, ``branch`` the branch that takes
    the result (None: the current one). ``source``, ``ref`` and ``directory`` name the template of
    a project without a record, which ``adopt`` takes in. ``layers`` are the folders of the layers
    over the template, the lowest first; without them their files come from history.
    """

    to: str | None = None
    data: Mapping[str, Any] = field(default_factory=dict)
    branch: str | None = None
    ask: Asker = take_defaults
    allow_downgrade: bool = False
    trust: bool = False
    adopt: bool = False
    source: str | None = None
    ref: str | None = None
    directory: str | None = None
    layers: tuple[Path, ...] = ()


@dataclass(frozen=True)
class Prepared:
    """An update that is computed and not applied.

    ``new_answers`` are those to questions that the project had not answered before,
    ``changed_answers`` those that differ from the recorded ones.
    """

    project: Project
    plan: Plan
    by: Identity
    new_answers: Mapping[str, Any]
    changed_answers: Mapping[str, Any]
    changelog: str


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a project stands: its version, the newest one, and whether it is behind."""

    source: str
    version: str | None
    newest: str | None
    behind: bool


def standing(project: Project) -> Standing:
    """Compare a project's version with the newest one of its template.

    Raises:
        TemplateError: the template cannot be reached.
        ProjectError: the project does not say where it comes from.
    """
    record = project.record(project.repository.commit("HEAD"))
    template = _resolve(record.source, None)
    here, newest = parse_version(record.version), parse_version(template.version)
    if here is not None and newest is not None:
        behind = here < newest
    else:
        behind = record.version not in (template.version, template.commit)
    return Standing(record.source, record.version, template.version, behind)


def prepare(project: Project, wanted: Wanted) -> Prepared:
    """Compute an update and make sure that it can be applied; touch nothing.

    Raises:
        ProjectError: the repository or the project's record is in no state to be updated.
        TemplateError: the template cannot be reached or rendered.
        AnswersError: a value in ``data`` is not valid, or its question does not apply.
    """
    _refuse_state(project, wanted)
    ours = project.repository.commit("HEAD")
    if wanted.adopt:
        return _prepare_adoption(project, ours, wanted)
    record = project.record(ours)
    template = _new_template(record, wanted)
    answers = wanted.ask(_questionnaire(template, wanted.trust), wanted.data, record.answers)
    base = _find_base(project, ours, record)
    old = base or Pristine(record.origin, _render_again(project, ours, record, wanted.trust))
    tree = _render(project, template, answers, trust=wanted.trust, kept=record)
    layers = _layers(project, base, wanted.layers, answers, tree)
    new = Pristine(TemplateOrigin(template.source, template.version), tree, layers)
    by = committer(project.repository.git)
    made = plan(
        project.repository,
        Request(
            ours=ours,
            base=old,
            new=new,
            answers_file=record.path,
            by=by,
            prefix=project.prefix,
            last=None if base else _last_template_commit(project, ours),
        ),
    )
    _refuse_obstacles(project, made, wanted)
    recorded = answers.recorded
    return Prepared(
        project=project,
        plan=made,
        by=by,
        new_answers={k: v for k, v in recorded.items() if k not in record.answers},
        changed_answers={k: v for k, v in recorded.items() if record.answers.get(k, v) != v},
        changelog=_changelog(template, record.version),
    )


def _prepare_adoption(project: Project, ours: str, wanted: Wanted) -> Prepared:
    """Compute the commit that records where a project of another tool comes from."""
    template, answers, tree = _adopted(project, ours, wanted)
    origin = TemplateOrigin(template.source, template.version)
    tree = with_record(tree, origin, template.engine, answers.recorded, template.commit)
    _refuse_stranger(project, ours, tree, origin)
    record = read_record(lambda path: tree[path].data, tree)
    if record is None:
        raise ProjectError("The template writes a record that cannot be read.")
    by = committer(project.repository.git)
    base = _find_base(project, ours, record)
    made = plan(
        project.repository,
        Request(
            ours=ours,
            base=base or Pristine(record.origin, tree),
            new=Pristine(record.origin, tree),
            answers_file=record.path,
            by=by,
            prefix=project.prefix,
            adopt={record.path: tree[record.path]},
            last=_last_template_commit(project, ours),
        ),
    )
    _refuse_obstacles(project, made, wanted)
    return Prepared(project, made, by, {}, {}, "")


def _adopted(project: Project, ours: str, wanted: Wanted) -> tuple[Template, Answers, Tree]:
    """Return the template, answers and render that a project to be adopted was made from."""
    if wanted.source is None:
        record = project.record(ours)
        template = _old_template(record)
        given = _first_answers(project, ours, record)
    else:
        template = _resolve(wanted.source, wanted.ref, wanted.directory)
        given = {}
    questionnaire = _questionnaire(template, wanted.trust)
    answers = questions.complete(questionnaire, wanted.data, offered=given)
    return template, answers, _render(project, template, answers, trust=wanted.trust)


def _refuse_stranger(project: Project, ours: str, tree: Tree, origin: TemplateOrigin) -> None:
    """Refuse to adopt a project that does not look like the template's work."""
    listed = project.repository.git.fields(
        "ls-tree", "-r", "-z", "--name-only", f"{ours}:{project.prefix}"
    )
    shared = len(tree.keys() & set(listed))
    if shared * 2 < len(tree):
        raise ProjectError(
            f"{project.folder} has {shared} of the {len(tree)} files that {origin} makes, so it "
            "was hardly made from it.",
            hint="check --template and --ref, and give the answers of then with --data",
        )


def _refuse_state(project: Project, wanted: Wanted) -> None:
    """Refuse what no update can start from, before anything costs time."""
    repository = project.repository
    require_uninterrupted(repository)
    if wanted.source is not None and not wanted.adopt:
        raise UsageError("--template goes with --adopt.", hint="mlstarter update --help")
    if wanted.branch is not None:
        check_branch_name(repository, wanted.branch)
        return
    repository.require_idle()
    if repository.branch() is None:
        raise ProjectError(
            f"No branch is checked out in {repository.work_tree} (HEAD is detached).",
            hint="`git switch BRANCH` first, or put the result on a branch with --branch NAME",
        )
    repository.require_clean(project.prefix)


def _refuse_obstacles(project: Project, made: Plan, wanted: Wanted) -> None:
    if wanted.branch is None and not made.up_to_date:
        try:
            check_files(project.repository, made.files)
        except BaseException:
            made.close()
            raise


def _new_template(record: Record, wanted: Wanted) -> Template:
    """Return the template at the version to go to."""
    template = _resolve(record.source, wanted.to)
    here, there = parse_version(record.version), parse_version(template.version)
    if here is None or there is None or there >= here:
        return template
    if wanted.to is None:
        # The newest release is older than what the project has, as after a pre-release.
        return _old_template(record)
    if not wanted.allow_downgrade:
        raise ProjectError(
            f"Version {template.version} is older than the project's {record.version}.",
            hint="go back with --allow-downgrade, or undo the last update with --undo",
        )
    return template


def _old_template(record: Record) -> Template:
    """Return the template at the version that the project has."""
    return _resolve(record.source, record.version)


def _questionnaire(template: Template, trust: bool) -> Questionnaire:
    return (
        _kept_questions(template, trust)
        if template.commit
        else questions.load(template, trust=trust)
    )


@lru_cache(maxsize=8)
def _kept_questions(template: Template, trust: bool) -> Questionnaire:
    return questions.load(template, trust=trust)


def _resolve(source: str | None, ref: str | None, directory: str | None = None) -> Template:
    """Return a template; one at a commit, which never changes, is read once for a whole class."""
    template = sources.resolve(source, ref, directory=directory)
    return _kept_template(template) if template.commit else template


@lru_cache(maxsize=8)
def _kept_template(template: Template) -> Template:
    return template


def _layers(
    project: Project,
    base: TemplateCommit | None,
    folders: Sequence[Path],
    answers: Answers,
    tree: Tree,
) -> tuple[Layer, ...]:
    """Return the layers over the new render: from their folders if given, else from history."""
    old = layers_of(project.repository, base) if base is not None else ()
    if not folders:
        return old
    new = render_layers(folders, answers, tree, project.folder.name)
    missing = [layer.name for layer in old if layer.name not in {layer.name for layer in new}]
    if missing:
        raise UsageError(
            f"The layer {missing[0]} lies over this project too.",
            hint="give every layer with --layer, the lowest first, or none of them",
        )
    return new


def _find_base(project: Project, ours: str, record: Record) -> TemplateCommit | None:
    return find_base(
        project.repository,
        ours,
        record.origin,
        prefix=project.prefix,
        answers=(record.path, record.text),
    )


def _render(
    project: Project,
    template: Template,
    answers: Answers,
    *,
    trust: bool,
    kept: Record | None = None,
) -> Tree:
    name = project.folder.name.removesuffix(".git")
    tree = render(template, answers, trust=trust, folder_name=name)
    origin = TemplateOrigin(template.source, template.version)
    return with_record(tree, origin, template.engine, answers.recorded, template.commit, kept)


def _render_again(project: Project, ours: str, record: Record, trust: bool) -> Tree:
    """Render the version that the project was made from, where history does not hold it."""
    try:
        template = _old_template(record)
        answers = questions.complete(
            _questionnaire(template, trust),
            {},
            offered=_first_answers(project, ours, record),
        )
        tree = _render(project, template, answers, trust=trust)
        if record.engine == "cookiecutter":
            # No engine writes this file, so what stands in it is nobody's edit.
            tree = {**tree, record.path: Entry(REGULAR, record.text)}
        return tree
    except MlstarterError as error:
        raise ProjectError(
            f"What the project was made from ({record.origin}) is neither in its history nor to "
            f"be had: {error.message}",
            hint=error.hint,
        ) from error


def _first_answers(project: Project, ours: str, record: Record) -> Mapping[str, Any]:
    """Return the answers that came with the project's version.

    Answers that somebody edited later are new answers: they go into the new render, not into
    the base.
    """
    path = project.inside(record.path)
    answers = record.answers
    commits = project.repository.git.text("log", "--format=%H", ours, "--", path).split()
    for commit in commits:
        text = project.repository.blob(commit, path)
        if text is None:
            break
        try:
            found = read_record({record.path: text}.get, (record.path,))
        except ProjectError:
            break
        if found is None or found.origin != record.origin:
            break
        answers = found.answers
    return answers


def _last_template_commit(project: Project, ours: str) -> str | None:
    commits = template_commits(project.repository.git, ours)
    return next((found.commit for found in commits), None)


def _changelog(template: Template, old: str | None) -> str:
    path = template.root / "CHANGELOG.md"
    if not path.is_file() or old == template.version:
        return ""
    return between(path.read_text(encoding="utf-8", errors="replace"), old, template.version)
