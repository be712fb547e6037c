"""Adopting a project of another tool: its base is recorded, no file of it changes."""

from __future__ import annotations

from mlstarter import engines, questions, sources
from mlstarter.engines.chance import new_seed
from mlstarter.errors import ProjectError
from mlstarter.git.identity import committer
from mlstarter.git.merge_base import Pristine
from mlstarter.git.template_commits import TemplateOrigin
from mlstarter.project import Project, read_record
from mlstarter.tree import Tree
from mlstarter.update.merge.plan import Request, plan
from mlstarter.update.refusals import refuse_obstacles
from mlstarter.update.renders import (
    base_in_history,
    first_answers,
    last_template_commit,
    old_template,
    questionnaire,
    render_tree,
)
from mlstarter.update.request import Prepared, Wanted


def prepare_adoption(project: Project, ours: str, wanted: Wanted) -> Prepared:
    """Compute the commit that records where a project of another tool comes from."""
    made = _adopted(project, ours, wanted)
    tree = made.tree
    _refuse_stranger(project, ours, tree, made.origin)
    record = read_record(lambda path: tree[path].data, tree)
    if record is None:
        raise ProjectError("The template writes a record that cannot be read.")
    by = committer(project.repository.git)
    base = base_in_history(project, ours, record)
    pristine = Pristine(record.origin, tree, seed=made.seed)
    planned = plan(
        project.repository,
        Request(
            ours=ours,
            base=base or pristine,
            new=pristine,
            answers_file=record.path,
            by=by,
            prefix=project.prefix,
            adopt={record.path: tree[record.path]},
            last=last_template_commit(project, ours),
        ),
    )
    refuse_obstacles(project, planned, wanted)
    return Prepared(project, planned, by, {}, {}, "")


def _adopted(project: Project, ours: str, wanted: Wanted) -> Pristine:
    """Return the render that a project to be adopted was made from, with its record."""
    if wanted.source is None:
        record = project.record(ours)
        template = old_template(record)
        given = first_answers(project, ours, record)
    else:
        template = sources.resolve(wanted.source, wanted.ref, directory=wanted.directory)
        given = {}
    template = engines.with_trust(template, wanted.trust)
    asked = questionnaire(template, new_seed())
    answers = questions.complete(asked, wanted.data, suggestions=given)
    return render_tree(project, template, answers)


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
