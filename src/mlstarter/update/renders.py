"""The renders of an update: the new version's, and the old one's where history lacks it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from mlstarter import engines, questions, sources
from mlstarter.engines import Record, require_trust
from mlstarter.errors import MlstarterError, NeedsAttention, ProjectError, TemplateError
from mlstarter.git.merge_base import Pristine, TemplateCommit, find_base, template_commits
from mlstarter.git.template_commits import TemplateOrigin
from mlstarter.project import Project, form_of, read_record, with_record
from mlstarter.questions import Answers, Questionnaire
from mlstarter.sources import Template
from mlstarter.tree import REGULAR, Entry
from mlstarter.update.request import Wanted


def old_template(record: Record) -> Template:
    """Return the template at the version that the project has."""
    return sources.resolve(record.source, record.version)


def questionnaire(template: Template, seed: str | None = None) -> Questionnaire:
    """Return a template's questions; ``seed`` is what chance in them is drawn from.

    Raises:
        NeedsTrust: the template brings code and is not trusted.
    """
    require_trust(engines.of(template))
    return replace(questions.load(template), seed=seed)


def newest_template(record: Record) -> Template:
    """Return the template that a project goes to: the newest release, or the branch it keeps to.

    Such a template's version is its commit: the branch's name will mean another one tomorrow.

    Raises:
        TemplateError: the template cannot be reached.
    """
    if record.branch is None:
        return sources.resolve(record.source, None)
    try:
        template = sources.resolve(record.source, record.branch)
    except TemplateError:
        # The branch was renamed or removed: what the repository shows first takes its place.
        template = sources.resolve(record.source, "HEAD")
    if template.version == record.branch:
        # A release with a short name, which does not move.
        return sources.resolve(record.source, None)
    return replace(template, version=template.commit)


def render_tree(
    project: Project,
    template: Template,
    answers: Answers,
    *,
    previous: Record | None = None,
) -> Pristine:
    """Render a template for a project; ``previous`` is the record that the project has now."""
    name = project.folder.name.removesuffix(".git")
    rendered = engines.render_all(template, answers, folder_name=name)
    tree = with_record(rendered.tree, template, answers.recorded, previous)
    return Pristine(TemplateOrigin(template.source, template.version), tree, seed=rendered.seed)


def render_again(
    project: Project, ours: str, record: Record, wanted: Wanted, seed: str
) -> Pristine:
    """Render the version that the project was made from, where history does not hold it.

    With the seed of the new render the two differ in nothing that is drawn by chance, so that an
    update leaves the project's own values as they are.
    """
    authority = wanted.authority
    try:
        template = authority.old_template(record) if authority else old_template(record)
        template = engines.with_trust(template, wanted.trust)
        offered = first_answers(project, ours, record)
        if authority is not None:
            authority.require_answers(template, offered)
        answers = questions.complete(questionnaire(template, seed), {}, suggestions=offered)
        again = render_tree(project, template, answers)
        tree = again.tree
        if not form_of(record.path).is_rendered:
            # No engine writes this file, so what stands in it is nobody's edit.
            tree = {**tree, record.path: Entry(REGULAR, record.text)}
        return Pristine(record.origin, tree, seed=again.seed)
    except NeedsAttention:
        raise
    except MlstarterError as error:
        raise ProjectError(
            f"What the project was made from ({record.origin}) is neither in its history nor to "
            f"be had: {error.message}",
            hint=error.hint,
        ) from error


def first_answers(project: Project, ours: str, record: Record) -> Mapping[str, Any]:
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


def base_in_history(project: Project, ours: str, record: Record) -> TemplateCommit | None:
    """Return the template commit in a project's history that it comes from, or None."""
    return find_base(
        project.repository,
        ours,
        record.origin,
        prefix=project.prefix,
        answers=(record.path, record.text),
    )


def last_template_commit(project: Project, ours: str) -> str | None:
    """Return the newest template commit of any version, or None."""
    commits = template_commits(project.repository.git, ours)
    return next((found.commit for found in commits), None)
