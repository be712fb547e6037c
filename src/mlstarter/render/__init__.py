"""(template, answers) -> tree."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from jinja2 import TemplateError as JinjaError

from mlstarter.render.copier_engine import render_with_copier
from mlstarter.render.native import NativeRenderer, NotNative
from mlstarter.render.safety import check
from mlstarter.sources.template import Template
from mlstarter.tree import Tree

__all__ = ["render"]


def render(
    template: Template,
    answers: Mapping[str, Any],
    *,
    trust: bool = False,
    folder_name: str = "project",
) -> Tree:
    """Return the pristine project that ``template`` makes of ``answers``.

    The result depends on nothing else: the same template, answers and name give the same tree,
    byte for byte what ``copier copy`` or ``cookiecutter`` writes.

    Args:
        template: a template at one version.
        answers: complete answers (``questions.complete``).
        trust: run the code that the template brings (tasks, hooks, extensions).
        folder_name: the name of the project's folder; few templates use it.

    Raises:
        TemplateError: the template is wrong, needs trust, or would write where it may not.
    """
    tree = _render_copier(template, answers, folder_name, trust=trust)
    check(tree)
    return dict(sorted(tree.items()))


def _render_copier(
    template: Template, answers: Mapping[str, Any], folder_name: str, *, trust: bool
) -> Tree:
    try:
        return _renderer(template).render(answers, folder_name)
    except NotNative:
        pass
    except (JinjaError, UnicodeDecodeError, TypeError, ValueError):
        # A fault in the template: Copier's own words for it are the ones its author knows.
        pass
    return render_with_copier(template, answers, folder_name, trust=trust)


def _renderer(template: Template) -> NativeRenderer:
    # A commit never changes; a folder does between two calls.
    return _kept(template) if template.commit else NativeRenderer(template)


@lru_cache(maxsize=8)
def _kept(template: Template) -> NativeRenderer:
    return NativeRenderer(template)
