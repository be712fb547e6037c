"""The renders of an update: the new version's, and the old one's where history lacks it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from mlstarter import engines, questions
from mlstarter.engines import Record
from mlstarter.engines.chance import new_seed
from mlstarter.errors import MlstarterError, NeedsAttention, ProjectError
from mlstarter.git.merge_base import Pristine, TemplateCommit
from mlstarter.git.template_commits import TemplateOrigin
from mlstarter.project import form_of, read_record, with_record
from mlstarter.questions import Answers
from mlstarter.sources import Template
from mlstarter.tree import REGULAR, Entry
from mlstarter.update.layer_history import layers_of
from mlstarter.update.preparation import Preparation, questionnaire_of
from mlstarter.update.versions import old_template


def render_tree(
    preparation: Preparation,
    template: Template,
    answers: Answers,
    previous: Record | None = None,
) -> Pristine:
    """Render a template for a project; ``previous`` is the record that the project has now."""
    result = engines.render_all(template, answers, folder_name=preparation.folder_name)
    tree = with_record(result.tree, template, answers.for_record, previous)
    return Pristine(TemplateOrigin(template.source, template.version), tree, seed=result.seed)


def old_render(preparation: Preparation, new: Pristine) -> TemplateCommit | Pristine:
    """Return the merge's base: from history, or rendered again where that does not do.

    A base without a seed that did draw by chance (an earlier mlstarter made it) differs from the
    new render in every such place; rendered again with the new seed it differs in none.
    """
    base = preparation.base
    if base is None:
        return _render_again(preparation, new.seed or new_seed())
    if not new.seed or base.trailers.seed:
        return base
    try:
        again = _render_again(preparation, new.seed)
    except ProjectError:
        return base
    if not again.seed:
        return base
    return replace(again, layers=layers_of(preparation.project.repository, base))


def _render_again(preparation: Preparation, seed: str) -> Pristine:
    """Render the version that the project was made from, where history does not hold it.

    With the seed of the new render the two differ in nothing that is drawn by chance, so that an
    update leaves the project's own values as they are.
    """
    record, request = preparation.record, preparation.request
    authority = request.authority
    try:
        template = authority.old_template(record) if authority else old_template(record)
        template = engines.with_trust(template, request.trust)
        suggestions = first_answers(preparation)
        if authority is not None:
            authority.require_answers(template, suggestions)
        answers = questions.complete(questionnaire_of(template, seed), {}, suggestions=suggestions)
        again = render_tree(preparation, template, answers)
        tree = again.tree
        if not form_of(record.path).is_rendered:
            # No template writes this file, so what stands in it is nobody's edit.
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


def first_answers(preparation: Preparation) -> Mapping[str, Any]:
    """Return the answers that came with the project's version.

    Answers that somebody edited later are new answers: they go into the new render, not into
    the base.
    """
    project, record = preparation.project, preparation.record
    path = project.inside(record.path)
    answers = record.answers
    log = project.repository.git.text("log", "--format=%H", preparation.ours, "--", path)
    for commit in log.split():
        text = project.repository.blob(commit, path)
        if text is None:
            break
        try:
            earlier = read_record({record.path: text}.get, (record.path,))
        except ProjectError:
            break
        if earlier is None or earlier.origin != record.origin:
            break
        answers = earlier.answers
    return answers
