"""Pieces of template text, compiled once, that remember what they rendered.

A class of a thousand renders the same files with a few differing answers. A text that reads only
plain answers is a function of their values, so its results are kept by those values. One that
includes other files, reads an internal variable (``_copier_answers``) or draws from chance or the
clock is rendered each time.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from jinja2 import Environment, Template, meta, nodes

from mlstarter.jinja import UNSTEADY_FILTERS

# The globals whose result is a function of their arguments.
_STEADY_GLOBALS = frozenset({"range", "dict", "cycler", "joiner", "namespace", "pathjoin"})
_KEPT = 64  # results a text keeps; a class differs in few answers but the name


class Text:
    """A compiled piece of template text."""

    def __init__(self, env: Environment, source: str, name: str | None = None) -> None:
        tree = env.parse(source, name)
        self._names = _steady_names(env, tree)
        code = env.compile(tree, name)
        self._template = Template.from_code(env, code, env.make_globals(None))
        self._results: dict[tuple[str, ...], str] = {}

    def render(self, context: Mapping[str, Any]) -> str:
        """Return the text for ``context``, from memory where the same answers gave it before."""
        if self._names is None:
            return self._template.render(context)
        # repr tells 1 from True and from "1", and takes lists and mappings.
        key = tuple([repr(context.get(name, ...)) for name in self._names])
        result = self._results.get(key)
        if result is None:
            if len(self._results) >= _KEPT:
                self._results.clear()
            result = self._results[key] = self._template.render(context)
        return result


def _steady_names(env: Environment, tree: nodes.Template) -> tuple[str, ...] | None:
    """Return the variables that decide what ``tree`` renders to, or None where others do too."""
    if any(True for _ in meta.find_referenced_templates(tree)):
        return None
    if any(node.name in UNSTEADY_FILTERS for node in tree.find_all(nodes.Filter)):
        return None
    # An extension of the template's own may do anything.
    if any(True for _ in tree.find_all((nodes.ExtensionAttribute, nodes.ImportedName))):
        return None
    used = {node.name for node in tree.find_all(nodes.Name)}
    if used & env.globals.keys() - _STEADY_GLOBALS:
        return None
    names = sorted(meta.find_undeclared_variables(tree))
    return None if any(name.startswith("_") for name in names) else tuple(names)
