"""Pieces of template text, compiled once, that remember what they rendered.

A class of a thousand renders the same files with a few differing answers. A text that reads only
plain answers is a function of their values, so its results are kept by those values. One that
includes other files, reads an internal variable (``_copier_answers``) or draws from chance or the
clock is rendered each time.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from jinja2 import Environment, Template, TemplateSyntaxError, nodes

from mlstarter.engines.jinja import UNSTEADY_FILTERS
from mlstarter.errors import MlstarterError, TemplateError

# The globals whose result is a function of their arguments.
_STEADY_GLOBALS = frozenset({"range", "dict", "cycler", "joiner", "namespace", "pathjoin"})
_TELLING = (
    nodes.Name, nodes.Filter, nodes.Extends, nodes.Include, nodes.Import, nodes.FromImport,
    nodes.ExtensionAttribute, nodes.ImportedName,
)  # fmt: skip
_MOST_RESULTS = 64  # results a text keeps; a class differs in few answers but the name


class TextError(TemplateError):
    """A text of a template is wrong: ``fault`` says how, ``place`` is its file or the text."""

    def __init__(self, fault: Exception, place: str) -> None:
        line = f", line {fault.lineno}" if isinstance(fault, TemplateSyntaxError) else ""
        words = fault.message if isinstance(fault, TemplateSyntaxError) else str(fault)
        self.fault = f"{words or type(fault).__name__}".strip().rstrip(".")
        self.place = f"{place}{line}"
        super().__init__(
            f"A text of the template cannot be rendered: {self.fault} ({self.place}).",
            hint="tell the template's author",
        )


class Text:
    """A compiled piece of template text; ``name`` is its file's, for errors and includes.

    Raises:
        TextError: it is no valid Jinja.
    """

    def __init__(self, env: Environment, source: str, name: str | None = None) -> None:
        self._plain = source if _is_plain(env, source) else None
        if self._plain is not None:
            return
        self._place = name or source
        try:
            tree = env.parse(source, name)
            code = env.compile(tree, name)
        except (MlstarterError, MemoryError):
            raise
        except Exception as error:
            # Filters of constants run as the text is compiled, and may raise anything.
            raise TextError(error, self._place) from error
        self._env = env
        self._template = Template.from_code(env, code, env.make_globals(None))
        # Until it is rendered a second time: most commands make one project.
        self._tree: nodes.Template | None = tree
        self._first: tuple[Mapping[str, Any], str] | None = None
        self._names: tuple[str, ...] | None = None
        self._results: dict[tuple[str, ...], str] = {}

    def render(self, context: Mapping[str, Any]) -> str:
        """Return the text for ``context``, from memory where the same answers gave it before.

        Raises:
            TextError: what it says cannot be done with these answers.
        """
        if self._plain is not None:
            return self._plain
        if (tree := self._tree) is not None:
            if (first := self._first) is None:
                text = self._render_now(context)
                self._first = context, text
                return text
            self._find_names(tree, first)
        if self._names is None:
            return self._render_now(context)
        key = _key(self._names, context)
        result = self._results.get(key)
        if result is None:
            if len(self._results) >= _MOST_RESULTS:
                self._results.clear()
            result = self._results[key] = self._render_now(context)
        return result

    def _find_names(self, tree: nodes.Template, first: tuple[Mapping[str, Any], str]) -> None:
        """Find out which answers decide, and remember the first result by them."""
        names = _steady_names(self._env, tree)
        if names is not None:
            context, result = first
            self._results[_key(names, context)] = result
        # The tree goes last: another thread may be rendering the same text.
        self._names = names
        self._tree = self._first = None

    def _render_now(self, context: Mapping[str, Any]) -> str:
        try:
            return self._template.render(context)
        except (MlstarterError, MemoryError):
            raise
        except Exception as error:
            # A text of a template may raise anything; what is around it may not.
            raise TextError(error, self._place) from error


def _key(names: tuple[str, ...], context: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the values of names: ``repr`` tells 1 from True and "1", and takes lists, mappings."""
    return tuple([repr(context.get(name, ...)) for name in names])


def _is_plain(env: Environment, source: str) -> bool:
    """Say whether ``source`` renders to itself: one line with nothing of Jinja in it."""
    starts = (env.block_start_string, env.variable_start_string, env.comment_start_string)
    by_line = env.line_statement_prefix or env.line_comment_prefix
    return not (by_line or "\n" in source or "\r" in source or any(s in source for s in starts))


def _steady_names(env: Environment, tree: nodes.Template) -> tuple[str, ...] | None:
    """Return the variables that decide what ``tree`` renders to, or None where others do too.

    Names that the text itself sets are among them: a few more do no harm, and telling them apart
    takes Jinja as long as compiling.
    """
    names: set[str] = set()
    for node in tree.find_all(_TELLING):
        if isinstance(node, nodes.Name):
            names.add(node.name)
        elif not isinstance(node, nodes.Filter) or node.name in UNSTEADY_FILTERS:
            # An include or import, an extension of the template's own, chance or the clock.
            return None
    if names & env.globals.keys() - _STEADY_GLOBALS or any(n.startswith("_") for n in names):
        return None
    return tuple(sorted(names))
