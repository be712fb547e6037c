"""From a project and a wanted version to a plan."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from mlstarter.changelog import between, parse_version
from mlstarter.engines.chance import new_seed
from mlstarter.engines.path_safety import check
from mlstarter.errors import NeedsAttention, ProjectError
from mlstarter.git.identity import committer
from mlstarter.git.merge_base import Layer, Pristine, TemplateCommit
from mlstarter.layers import MARKER_LAYER, RECORD, read_marker, relaid, render_layers
from mlstarter.project import Project, Record
from mlstarter.questions import Answers
from mlstarter.questions.messages import message
from mlstarter.sources import Template
from mlstarter.tree import Tree
from mlstarter.update.adopt import prepare_adoption
from mlstarter.update.layer_history import layers_of
from mlstarter.update.merge.plan import Request, plan
from mlstarter.update.migrations import Migration
from mlstarter.update.moved_code import with_new_places
from mlstarter.update.refusals import refuse_obstacles, refuse_state
from mlstarter.update.renders import (
    base_in_history,
    last_template_commit,
    newest_template,
    old_template,
    questionnaire,
    render_again,
    render_tree,
    resolve,
)
from mlstarter.update.request import Authority, Prepared, Wanted
from mlstarter.update.template_settings import without_exempt_files


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
    template = newest_template(record)
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
    refuse_state(project, wanted)
    ours = project.repository.commit("HEAD")
    if wanted.adopt:
        return prepare_adoption(project, ours, wanted)
    record = project.record(ours)
    template = _new_template(record, wanted)
    migration = Migration(project, ours, template, record, wanted.trust)
    if wanted.authority is not None:
        _refuse_code(wanted.authority, migration)
        wanted.authority.require_answers(template, record.answers)
    now = migration.before()
    base = base_in_history(project, ours, record)
    seed = (base.trailers.seed if base else "") or new_seed()
    asked = questionnaire(template, wanted.trust, seed)
    answers = wanted.ask(asked, wanted.data, now.answers)
    new = render_tree(project, template, answers, trust=wanted.trust, kept=now)
    old = _old(project, ours, record, base, new, wanted)
    tree = without_exempt_files(
        project, ours, old, new.tree, template, asked, answers, record=record.path
    )
    new = replace(new, tree=tree)
    layers = _layers(project, ours, base, wanted, answers, new.tree)
    new = replace(new, layers=_checked(new.tree, layers))
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
            last=None if old is base else last_template_commit(project, ours),
            edits=migration.edits,
            finish=migration.after(answers),
        ),
    )
    changelog = _changelog(template, record.version)
    made = with_new_places(made, changelog, frozenset(new.tree))
    refuse_obstacles(project, made, wanted)
    recorded = answers.recorded
    return Prepared(
        project=project,
        plan=made,
        by=by,
        new_answers={k: v for k, v in recorded.items() if k not in now.answers},
        changed_answers={k: v for k, v in recorded.items() if now.answers.get(k, v) != v},
        changelog=changelog,
        migrations=tuple(migration.ran),
        waiting=migration.waiting(answers) if made.conflicts else (),
        before=message(template, answers, "before_update", str(project.folder)),
        after=message(template, answers, "after_update", str(project.folder)),
    )


def _old(
    project: Project,
    ours: str,
    record: Record,
    base: TemplateCommit | None,
    new: Pristine,
    wanted: Wanted,
) -> TemplateCommit | Pristine:
    """Return the merge's base: from history, or rendered again where that does not do.

    A base without a seed that did draw by chance (an earlier mlstarter made it) differs from the
    new render in every such place; rendered again with the new seed it differs in none.
    """
    if base is None:
        return render_again(project, ours, record, wanted, new.seed or new_seed())
    if not new.seed or base.trailers.seed:
        return base
    try:
        again = render_again(project, ours, record, wanted, new.seed)
    except ProjectError:
        return base
    if not again.seed:
        return base
    return replace(again, layers=layers_of(project.repository, base))


def _new_template(record: Record, wanted: Wanted) -> Template:
    """Return the template at the version to go to."""
    if wanted.authority is not None:
        template = wanted.authority.template
    elif wanted.template is not None and wanted.template.source == record.source:
        template = wanted.template
    else:
        template = resolve(record.source, wanted.to) if wanted.to else newest_template(record)
    here, there = parse_version(record.version), parse_version(template.version)
    if here is None or there is None or there >= here:
        return template
    if wanted.to is None and wanted.authority is None:
        # The newest release is older than what the project has, as after a pre-release.
        return old_template(record)
    if not wanted.allow_downgrade:
        raise ProjectError(
            f"Version {template.version} is older than the project's {record.version}.",
            hint="go back with --allow-downgrade, or undo the last update with --undo",
        )
    return template


def _refuse_code(authority: Authority, migration: Migration) -> None:
    """Refuse migrations: they run in a copy of the project, whose files are somebody else's."""
    if migration.steps:
        raise NeedsAttention(
            f"Version {authority.template.version} brings migrations, which would run among files "
            "that somebody else wrote.",
            hint="the project's owner runs them: mlstarter update --trust",
        )


def _layers(
    project: Project,
    ours: str,
    base: TemplateCommit | None,
    wanted: Wanted,
    answers: Answers,
    tree: Tree,
) -> tuple[Layer, ...]:
    """Return the layers over the new render: from their folders if given, else from history."""
    old = layers_of(project.repository, base) if base is not None else ()
    if not wanted.layers:
        return old
    name = project.folder.name.removesuffix(".git")
    new = render_layers(wanted.layers, answers, tree, name)
    whose = read_marker(project.repository.blob(ours, project.inside(RECORD)))
    if old and old[-1].name == MARKER_LAYER and RECORD in old[-1].files:
        # What was handed out counts, whatever became of the file since.
        whose, old = read_marker(old[-1].files[RECORD].data) or whose, old[:-1]
    if wanted.authority is not None:
        whose = wanted.authority.whose
    return relaid(old, new, whose)


def _checked(tree: Tree, layers: Sequence[Layer]) -> tuple[Layer, ...]:
    """Return the layers, checked over ``tree``: a new version's link may lie under their files."""
    under = dict(tree)
    for layer in layers:
        under |= layer.files
    if layers:
        check(under)
    return tuple(layers)


def _changelog(template: Template, old: str | None) -> str:
    path = template.root / "CHANGELOG.md"
    if not path.is_file() or old == template.version:
        return ""
    return between(path.read_text(encoding="utf-8", errors="replace"), old, template.version)
