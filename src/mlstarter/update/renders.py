"""The renders of an update: the new version's, and the old one's where history lacks it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache
from typing import Any

from mlstarter import questions, sources
from mlstarter.engines import render_all, require_trust
from mlstarter.errors import MlstarterError, NeedsAttention, ProjectError, TemplateError
from mlstarter.git.merge_base import Pristine, TemplateCommit, find_base, template_commits
from mlstarter.git.template_commits import TemplateOrigin
from mlstarter.project import Project, Record, read_record, with_record
from mlstarter.questions import Answers, Questionnaire
from mlstarter.sources import Template
from mlstarter.tree import REGULAR, Entry
from mlstarter.update.request import Wanted


def old_template(record: Record) -> Template:
    """Return the template at the version that the project has."""
    return resolve(record.source, record.version)


def questionnaire(template: Template, trust: bool, seed: str | None = None) -> Questionnaire:
    """Return a template's questions; those of a commit, which never changes, are read once.

    ``seed`` is what chance in them is drawn from.

    Raises:
        NeedsTrust: the template brings code and is not trusted.
    """
    load = _kept_questions if template.commit else questions.load
    return replace(load(template, trust=require_trust(template, trust)), seed=seed)


@lru_cache(maxsize=8)
def _kept_questions(template: Template, trust: bool) -> Questionnaire:
    return questions.load(template, trust=trust)


def resolve(source: str | None, ref: str | None, directory: str | None = None) -> Template:
    """Return a template; one at a commit, which never changes, is read once for a whole class."""
    template = sources.resolve(source, ref, directory=directory)
    return _kept_template(template) if template.commit else template


def newest_template(record: Record) -> Template:
    """Return the template that a project goes to: the newest release, or the branch it keeps to.

    Such a template's version is its commit: the branch's name will mean another one tomorrow.

    Raises:
        TemplateError: the template cannot be reached.
    """
    if record.branch is None:
        return resolve(record.source, None)
    try:
        template = resolve(record.source, record.branch)
    except TemplateError:
        # The branch was renamed or removed: what the repository shows first takes its place.
        template = resolve(record.source, "HEAD")
    if template.version == record.branch:
        # A release with a short name, which does not move.
        return resolve(record.source, None)
    return replace(template, version=template.commit)


@lru_cache(maxsize=8)
def _kept_template(template: Template) -> Template:
    return template


def render_tree(
    project: Project,
    template: Template,
    answers: Answers,
    *,
    trust: bool,
    kept: Record | None = None,
) -> Pristine:
    """Render a template for a project, with its record; ``kept`` is the record it has now."""
    name = project.folder.name.removesuffix(".git")
    made = render_all(template, answers, trust=trust, folder_name=name)
    origin = TemplateOrigin(template.source, template.version)
    tree = with_record(made.tree, origin, template.engine, answers.recorded, template.commit, kept)
    return Pristine(origin, tree, seed=made.seed)


def render_again(
    project: Project, ours: str, record: Record, wanted: Wanted, seed: str
) -> Pristine:
    """Render the version that the project was made from, where history does not hold it.

    With the seed of the new render the two differ in nothing that is drawn by chance, so that an
    update leaves the project's own values as they are.
    """
    authority, trust = wanted.authority, wanted.trust
    try:
        template = authority.old_template(record) if authority else old_template(record)
        offered = first_answers(project, ours, record)
        if authority is not None:
            authority.require_answers(template, offered)
        answers = questions.complete(questionnaire(template, trust, seed), {}, offered=offered)
        made = render_tree(project, template, answers, trust=trust)
        tree = made.tree
        if record.engine == "cookiecutter":
            # No engine writes this file, so what stands in it is nobody's edit.
            tree = {**tree, record.path: Entry(REGULAR, record.text)}
        return Pristine(record.origin, tree, seed=made.seed)
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
