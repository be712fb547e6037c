"""(template, answers) -> tree."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import nullcontext
from functools import lru_cache
from typing import Any

from mlstarter.bounds import bounded_evaluation
from mlstarter.engines.chance import Chance, drawing, new_seed
from mlstarter.engines.copier.renderer import NativeRenderer, NotNative
from mlstarter.engines.copier.run_copy import render_with_copier
from mlstarter.engines.path_safety import check
from mlstarter.engines.result import Rendered
from mlstarter.engines.trust import require_trust, trusts
from mlstarter.errors import MlstarterError, NeedsTrust
from mlstarter.sources.template import Template
from mlstarter.tree import Tree

__all__ = ["NeedsTrust", "Rendered", "render", "render_all", "require_trust", "trusts"]


def render(
    template: Template,
    answers: Mapping[str, Any],
    *,
    trust: bool = False,
    folder_name: str = "project",
) -> Tree:
    """Return the pristine project that ``template`` makes of ``answers``.

    The result depends on nothing else: the same template, answers, seed and name give the same
    tree, byte for byte what ``copier copy`` or ``cookiecutter`` writes.

    Args:
        template: a template at one version.
        answers: complete answers (``questions.complete``); what the template draws by chance
            comes from their ``seed``.
        trust: run the code that the template brings (tasks, hooks, extensions), and let it read
            from this machine.
        folder_name: the name of the project's folder; few templates use it.

    Raises:
        NeedsTrust: the template brings code or reads from the machine, and is not trusted.
        TemplateError: the template is wrong, beyond a bound, or would write where it may not.
    """
    return render_all(template, answers, trust=trust, folder_name=folder_name).tree


def render_all(
    template: Template,
    answers: Mapping[str, Any],
    *,
    trust: bool = False,
    folder_name: str = "project",
) -> Rendered:
    """Return what ``render`` does, and the files that its code made and git shall not track."""
    trust = require_trust(template, trust)
    chance = Chance(getattr(answers, "seed", "") or new_seed())
    chance.drawn = getattr(answers, "drawn", False)
    bound = nullcontext() if trust else bounded_evaluation(f"The render of {template.source}")
    with bound, drawing(chance):
        if template.engine == "cookiecutter":
            from mlstarter.engines.cookiecutter.renderer import render_cookiecutter

            made = render_cookiecutter(template, answers, trust=trust)
        else:
            made = _render_copier(template, answers, folder_name, trust=trust)
    check(made.tree)
    check(made.ignored)
    seed = chance.seed if chance.drawn else ""
    return Rendered(dict(sorted(made.tree.items())), made.ignored, seed)


def _render_copier(
    template: Template, answers: Mapping[str, Any], folder_name: str, *, trust: bool
) -> Rendered:
    try:
        return Rendered(_renderer(template, trusted=trust).render(answers, folder_name))
    except NotNative:
        pass
    except (MlstarterError, MemoryError):
        raise
    except Exception:  # noqa: S110 - a text of a template may raise anything
        # A fault in the template: Copier's own words for it are the ones its author knows.
        pass
    return render_with_copier(template, answers, folder_name, trust=trust)


def _renderer(template: Template, *, trusted: bool) -> NativeRenderer:
    # A commit never changes. A folder may between two calls of `resolve`, not within one's result.
    if template.commit:
        return _kept(template, trusted)
    kept: dict[bool, NativeRenderer] = template.__dict__.setdefault("renderers", {})
    if trusted not in kept:
        kept[trusted] = NativeRenderer(template, trusted=trusted)
    return kept[trusted]


@lru_cache(maxsize=8)
def _kept(template: Template, trusted: bool) -> NativeRenderer:
    return NativeRenderer(template, trusted=trusted)
