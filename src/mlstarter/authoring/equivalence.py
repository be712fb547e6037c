"""Prove that a converted template writes what the original does."""

from __future__ import annotations

from dataclasses import dataclass

from mlstarter import engines, questions
from mlstarter.authoring.answer_combinations import ODD_TEXT, answer_sets, describe, fit, plainer
from mlstarter.authoring.convert_questions import Names
from mlstarter.engines.cookiecutter.engine import CookiecutterEngine
from mlstarter.engines.path_safety import UnfitName
from mlstarter.errors import MlstarterError
from mlstarter.sources.template import Template
from mlstarter.tree import Tree

_FAILURE = "cannot be rendered"
RECORDS = frozenset({".copier-answers.yml", ".cruft.json"})


@dataclass(frozen=True, slots=True)
class Difference:
    """A set of answers for which the two do not write the same, and the paths that differ."""

    answers: str
    paths: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Equivalence:
    """How many sets of answers were compared and where the trees differ.

    ``unrendered`` counts the sets for which neither can be rendered: they prove nothing.
    ``code_ran`` says that hooks and tasks ran, so that what they do was compared as well; None
    where there are none.
    """

    set_count: int
    differences: tuple[Difference, ...]
    failure_count: int = 0
    code_ran: bool | None = None

    @property
    def holds(self) -> bool:
        """Whether the two write the same for every set that can be rendered at all."""
        return not self.differences and self.failure_count < self.set_count


def prove(original: Template, conversion: Template, *, trust: bool = False) -> Equivalence:
    """Render both for the defaults and for sets that cover every pair of answers; compare.

    With ``trust`` hooks and the tasks they became run, in a temporary folder for each set; without,
    neither one's code runs, and what it would do is not compared.
    """
    config = CookiecutterEngine(original).config
    original, conversion = (
        engines.with_trust(each if trust else each.without_code(), trust)
        for each in (original, conversion)
    )
    questionnaire, asked_now = questions.load(original), questions.load(conversion)
    names = Names(config.variables).by_old
    sets = answer_sets(questionnaire, odd=True)
    differences = []
    failure_count = 0
    for answers in sets:
        if ODD_TEXT in answers.by_name.values() and not _fits_names(original, answers):
            answers = plainer(questionnaire, answers)  # noqa: PLW2901 - the same set, with other texts
        before = _tree(original, answers)
        now = fit(asked_now, {names[k]: v for k, v in answers.applicable.items() if k in names})
        after = _tree(conversion, now)
        failure_count += before == after == _FAILURE
        if before != after:
            differences.append(Difference(describe(answers, sets[0]), _paths(before, after)))
    has_code = bool(config.hooks)
    return Equivalence(len(sets), tuple(differences), failure_count, trust if has_code else None)


def _fits_names(template: Template, answers: questions.Answers) -> bool:
    """Say whether every file name that comes of the answers is one on every system."""
    try:
        engines.render(template, answers)
    except UnfitName:
        return False
    except MlstarterError:
        pass
    return True


def _tree(template: Template, answers: questions.Answers) -> Tree | str:
    """Return the tree, or the kind of failure: both failing counts as the same."""
    try:
        tree = engines.render(template, answers)
    except MlstarterError:
        return _FAILURE
    return {name: entry for name, entry in tree.items() if name not in RECORDS}


def _paths(before: Tree | str, after: Tree | str) -> tuple[str, ...]:
    if isinstance(before, str) or isinstance(after, str):
        which = "the original" if isinstance(before, str) else "the converted template"
        return (f"{which} cannot be rendered",)
    names = sorted(before.keys() | after.keys())
    return tuple(name for name in names if before.get(name) != after.get(name))
