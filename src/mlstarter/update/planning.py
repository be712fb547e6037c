"""From a project and a request to a plan."""

from __future__ import annotations

from dataclasses import replace

from mlstarter.changelog import between
from mlstarter.engines.path_safety import check
from mlstarter.errors import NeedsAttention
from mlstarter.git.merge_base import Layer, Pristine
from mlstarter.layer_records import MARKER_LAYER, RECORD, read_marker, replace_layers
from mlstarter.layers import render_layers
from mlstarter.project import Project
from mlstarter.questions import Answers
from mlstarter.sources import Template
from mlstarter.update.adopt import prepare_adoption
from mlstarter.update.exempt_files import without_exempt_files
from mlstarter.update.layer_history import layers_of
from mlstarter.update.merge.plan import MergeRequest
from mlstarter.update.merge.planner import plan
from mlstarter.update.migrations import Migration
from mlstarter.update.moved_code import with_new_places
from mlstarter.update.preparation import Preparation, PreparedUpdate, questionnaire_of
from mlstarter.update.refusals import refuse_obstacles, refuse_state
from mlstarter.update.renders import old_render, render_tree
from mlstarter.update.request import UpdateRequest


def prepare(project: Project, request: UpdateRequest) -> PreparedUpdate:
    """Compute an update and make sure that it can be applied; touch nothing.

    Raises:
        ProjectError: the repository or the project's record is in no state to be updated.
        TemplateError: the template cannot be reached or rendered.
        AnswersError: a value in ``data`` is not valid, or its question does not apply; or a
            recorded answer is not valid any more.
    """
    refuse_state(project, request)
    preparation = Preparation(project, request, request.commit or project.repository.commit("HEAD"))
    if request.adopt:
        return prepare_adoption(preparation)
    record, template = preparation.record, preparation.template
    # Before any question or render: what must not run is refused before anything costs time.
    migration = Migration(preparation)
    if request.authority is not None:
        _refuse_code(template, migration)
        request.authority.require_answers(template, record.answers)
    current = migration.before()
    questionnaire = questionnaire_of(template, preparation.seed)
    answers = request.ask(questionnaire, request.data, current.answers)
    new = render_tree(preparation, template, answers, current)
    old = old_render(preparation, new)
    new = without_exempt_files(preparation, old, new, answers)
    new = replace(new, layers=_layers(preparation, answers, new))
    result = plan(
        project.repository,
        MergeRequest(
            ours=preparation.ours,
            base=old,
            new=new,
            answers_file=record.path,
            by=preparation.committer,
            prefix=project.prefix,
            only_layers=bool(request.layers)
            and template.version == record.version
            and answers.for_record == current.answers,
            last=None if old is preparation.base else preparation.last_template_commit,
            edits=migration.edits,
            finish=migration.after(answers),
        ),
    )
    changelog = _changelog(template, record.version)
    result = with_new_places(result, changelog, frozenset(new.tree))
    refuse_obstacles(result, request)
    values = answers.for_record
    engine, folder = preparation.engine, str(project.folder)
    return PreparedUpdate(
        project=project,
        plan=result,
        by=preparation.committer,
        new_answers={k: v for k, v in values.items() if k not in current.answers},
        changed_answers={k: v for k, v in values.items() if current.answers.get(k, v) != v},
        changelog=changelog,
        migrations=tuple(migration.commands_run),
        waiting=migration.waiting(answers) if result.conflicts else (),
        before=engine.message(answers, "before_update", folder),
        after=engine.message(answers, "after_update", folder),
    )


def _refuse_code(template: Template, migration: Migration) -> None:
    """Refuse migrations: they run in a copy of the project, whose files are somebody else's."""
    if migration.steps:
        raise NeedsAttention(
            f"Version {template.version} brings migrations, which would run among files "
            "that somebody else wrote.",
            hint="the project's owner runs them: mlstarter update --trust",
        )


def _layers(preparation: Preparation, answers: Answers, new: Pristine) -> tuple[Layer, ...]:
    """Return the layers over the new render, checked: its links may lie under their files."""
    layers = _layers_over(preparation, answers, new)
    under = dict(new.tree)
    for layer in layers:
        under |= layer.files
    if layers:
        check(under)
    return layers


def _layers_over(preparation: Preparation, answers: Answers, new: Pristine) -> tuple[Layer, ...]:
    """Return the layers from their folders where those are given, else from history."""
    project, request, base = preparation.project, preparation.request, preparation.base
    old = layers_of(project.repository, base) if base is not None else ()
    if not request.layers:
        return old
    layers = render_layers(request.layers, answers, new.tree, preparation.folder_name)
    whose = read_marker(project.repository.blob(preparation.ours, project.inside(RECORD)))
    if old and old[-1].name == MARKER_LAYER and RECORD in old[-1].files:
        # What was handed out counts, whatever became of the file since.
        whose, old = read_marker(old[-1].files[RECORD].data) or whose, old[:-1]
    if request.authority is not None:
        whose = request.authority.whose
    return replace_layers(old, layers, whose)


def _changelog(template: Template, old: str | None) -> str:
    path = template.root / "CHANGELOG.md"
    if not path.is_file() or old == template.version:
        return ""
    return between(path.read_text(encoding="utf-8", errors="replace"), old, template.version)
