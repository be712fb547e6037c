"""Adopting a project of another tool: its base is recorded, no file of it changes."""

from __future__ import annotations

from dataclasses import replace

from mlstarter import engines, questions, sources
from mlstarter.engines.chance import new_seed
from mlstarter.errors import ProjectError
from mlstarter.git.merge_base import Pristine, find_base
from mlstarter.project import read_record
from mlstarter.update.merge.plan import MergeRequest
from mlstarter.update.merge.planner import plan
from mlstarter.update.preparation import Preparation, PreparedUpdate, questionnaire_of
from mlstarter.update.refusals import refuse_obstacles
from mlstarter.update.renders import first_answers, render_tree
from mlstarter.update.versions import old_template


def prepare_adoption(preparation: Preparation) -> PreparedUpdate:
    """Compute the commit that records where a project of another tool comes from."""
    project, ours = preparation.project, preparation.ours
    render = _first_render(preparation)
    tree = render.tree
    _refuse_stranger(preparation, render)
    record = read_record(lambda path: tree[path].data, tree)
    if record is None:
        raise ProjectError(
            "The template writes a record that cannot be read.", hint="tell its author"
        )
    answers_file = (record.path, record.text)
    base = find_base(
        project.repository, ours, record.origin, prefix=project.prefix, answers=answers_file
    )
    pristine = replace(render, origin=record.origin)
    result = plan(
        project.repository,
        MergeRequest(
            ours=ours,
            base=base or pristine,
            new=pristine,
            answers_file=record.path,
            by=preparation.committer,
            prefix=project.prefix,
            adopt={record.path: tree[record.path]},
            last=preparation.last_template_commit,
        ),
    )
    refuse_obstacles(result, preparation.request)
    return PreparedUpdate(project, result, preparation.committer, {}, {}, "")


def _first_render(preparation: Preparation) -> Pristine:
    """Return the render that a project to be adopted was made from, with its record."""
    request = preparation.request
    if request.source is None:
        template = old_template(preparation.record)
        suggestions = first_answers(preparation)
    else:
        template = sources.resolve(request.source, request.ref, directory=request.directory)
        suggestions = {}
    template = engines.with_trust(template, request.trust)
    questionnaire = questionnaire_of(template, new_seed())
    answers = questions.complete(questionnaire, request.data, suggestions=suggestions)
    return render_tree(preparation, template, answers)


def _refuse_stranger(preparation: Preparation, render: Pristine) -> None:
    """Refuse to adopt a project that does not look like the template's work."""
    project, tree = preparation.project, render.tree
    listing = project.repository.git.fields(
        "ls-tree", "-r", "-z", "--name-only", f"{preparation.ours}:{project.prefix}"
    )
    # Half is generous: students delete and rename. A project of another template shares a README.
    common = len(tree.keys() & set(listing))
    if common * 2 < len(tree):
        raise ProjectError(
            f"{project.folder} has {common} of the {len(tree)} files that {render.origin} makes, "
            "so it was hardly made from it.",
            hint="check --template and --ref, and give the answers of then with --data",
        )
