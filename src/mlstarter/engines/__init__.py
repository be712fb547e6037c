"""(template, answers) -> tree, by the engine that the template was written for.

``of(template)`` is the one place that chooses between engines; all else asks what it returns
(``protocol.Engine``).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from mlstarter.engines.copier.engine import CopierEngine
from mlstarter.engines.protocol import Engine
from mlstarter.engines.record import Record, RecordFormat
from mlstarter.engines.trust import require_trust, runs_code, with_trust
from mlstarter.errors import NeedsTrust
from mlstarter.sources.template import EngineName, Template

if TYPE_CHECKING:
    from mlstarter.engines.result import Render
    from mlstarter.tree import Tree

__all__ = [
    "Engine",
    "NeedsTrust",
    "Record",
    "RecordFormat",
    "of",
    "record_formats",
    "render",
    "render_all",
    "require_trust",
    "runs_code",
    "with_trust",
]


def _cookiecutter(template: Template) -> Engine:
    from mlstarter.engines.cookiecutter.engine import CookiecutterEngine

    return CookiecutterEngine(template)


_ENGINES: Mapping[EngineName, Callable[[Template], Engine]] = {
    "copier": CopierEngine,
    "cookiecutter": _cookiecutter,
}


def of(template: Template) -> Engine:
    """Return the template as the engine that it was written for sees it."""
    # A commit never changes, so that one compiles for a whole class.
    return _of_commit(template) if template.commit else template.once(_bound)


def _bound(template: Template) -> Engine:
    return _ENGINES[template.engine](template)


_of_commit = lru_cache(maxsize=8)(_bound)


def record_formats() -> Iterator[RecordFormat]:
    """Yield the forms in which a project may record its template, the commonest first."""
    yield CopierEngine.record_format
    # Loaded where a project has none of Copier's: most have.
    from mlstarter.engines.cookiecutter.engine import CookiecutterEngine

    yield CookiecutterEngine.record_format


def render(template: Template, answers: Mapping[str, Any], *, folder_name: str = "project") -> Tree:
    """Return the pristine project that ``template`` makes of ``answers``.

    The result depends on nothing else: the same template, answers, seed and name give the same
    tree, byte for byte what ``copier copy`` or ``cookiecutter`` writes.

    Args:
        template: a template at one version. What it brings of code (tasks, hooks, extensions)
            runs, and it reads from this machine, only where it is trusted (``with_trust``).
        answers: complete answers (``questions.complete``); what the template draws by chance
            comes from their ``seed``.
        folder_name: the name of the project's folder; few templates use it.

    Raises:
        NeedsTrust: the template brings code or reads from the machine, and is not trusted.
        TemplateError: the template is wrong, beyond a bound, or would write where it may not.
    """
    return render_all(template, answers, folder_name=folder_name).tree


def render_all(
    template: Template, answers: Mapping[str, Any], *, folder_name: str = "project"
) -> Render:
    """Return what ``render`` does, and the files that its code made and git shall not track."""
    # Jinja comes with these: reading a project's record must not wait for it.
    from contextlib import nullcontext

    from mlstarter.bounds import bounded_evaluation
    from mlstarter.engines.chance import Chance, drawing, new_seed
    from mlstarter.engines.path_safety import check
    from mlstarter.engines.result import Render

    engine = of(template)
    require_trust(engine)
    chance = Chance(getattr(answers, "seed", "") or new_seed())
    chance.was_used = getattr(answers, "used_chance", False)
    bound = (
        nullcontext()
        if template.is_trusted
        else bounded_evaluation(f"The render of {template.source}")
    )
    with bound, drawing(chance):
        result = engine.render(answers, folder_name)
    check(result.tree)
    check(result.ignored_files)
    seed = chance.seed if chance.was_used else ""
    return Render(dict(sorted(result.tree.items())), result.ignored_files, seed)
