"""One update on its way from the request to the plan."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from mlstarter import engines, questions
from mlstarter.engines import Engine, Record
from mlstarter.engines.chance import new_seed
from mlstarter.git.identity import Identity, committer
from mlstarter.git.merge_base import TemplateCommit, find_base, template_commits
from mlstarter.project import Project
from mlstarter.questions import Questionnaire
from mlstarter.sources import Template
from mlstarter.update.answer_safety import require_plain_answers
from mlstarter.update.merge.plan import Plan
from mlstarter.update.request import UpdateRequest
from mlstarter.update.versions import new_template


@dataclass(frozen=True)
class Preparation:
    """What the steps of an update work with: each is found once, where it is first needed.

    ``ours`` is the id of the commit that takes the update in.
    """

    project: Project
    request: UpdateRequest
    ours: str

    @property
    def folder_name(self) -> str:
        """The name of the project's folder, as templates know it."""
        return self.project.folder.name.removesuffix(".git")

    @cached_property
    def record(self) -> Record:
        """What the project says of itself; raises ProjectError where it does not."""
        return self.request.record or self.project.record(self.ours)

    @cached_property
    def template(self) -> Template:
        """The template at the version to go to, trusted where its user decided so."""
        request = self.request
        template = engines.with_trust(new_template(self.record, request), request.trust)
        if template.is_trusted and not request.trust and request.authority is None:
            require_plain_answers(template, self.record)
        return template

    @property
    def engine(self) -> Engine:
        """That template as its engine sees it."""
        return engines.of(self.template)

    # None where the history was squashed or cut, and for projects of other tools.
    @cached_property
    def base(self) -> TemplateCommit | None:
        """The template commit in the history that the project comes from."""
        return find_base(
            self.project.repository,
            self.ours,
            self.record.origin,
            prefix=self.project.prefix,
            answers=(self.record.path, self.record.text),
        )

    @cached_property
    def last_template_commit(self) -> str | None:
        """The newest template commit of any version in the history."""
        commits = template_commits(self.project.repository.git, self.ours)
        return next((entry.commit for entry in commits), None)

    @cached_property
    def seed(self) -> str:
        """What chance is drawn from: what the project's own render drew from, where it is known."""
        return (self.base.trailers.seed if self.base else "") or new_seed()

    @cached_property
    def committer(self) -> Identity:
        """Who commits."""
        return self.request.by or committer(self.project.repository.git)


@dataclass(frozen=True)
class PreparedUpdate:
    """An update that is computed and not applied.

    ``new_answers`` are those to questions that the project had not answered before,
    ``changed_answers`` those that differ from the recorded ones. ``migrations`` are the template's
    commands that ran for the plan, ``waiting`` those that can only run when the conflicts are
    resolved. ``before`` and ``after`` are what the template's author says around an update.
    """

    project: Project
    plan: Plan
    by: Identity
    new_answers: Mapping[str, Any]
    changed_answers: Mapping[str, Any]
    changelog: str
    migrations: tuple[str, ...] = ()
    waiting: tuple[str, ...] = ()
    before: tuple[str, ...] = ()
    after: tuple[str, ...] = ()


def questionnaire_of(template: Template, seed: str | None = None) -> Questionnaire:
    """Return a template's questions; ``seed`` is what chance in them is drawn from.

    Raises:
        NeedsTrust: the template brings code and is not trusted.
    """
    engines.require_trust(engines.of(template))
    return replace(questions.load(template), seed=seed)
