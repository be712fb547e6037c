"""The tag ``{% now %}`` of Cookiecutter and of jinja2-time, parsed and never run.

Their own extensions bring libraries for dates that take a tenth of a second to load.
"""

from __future__ import annotations

from jinja2 import nodes
from jinja2.ext import Extension
from jinja2.parser import Parser


class ClockTag(Extension):
    """Parses ``{% now ZONE, FORMAT %}`` into a node that names this extension."""

    tags = {"now"}  # noqa: RUF012 - as the base class has it

    def parse(self, parser: Parser) -> nodes.Output:
        """Return the tag as a call that nobody makes, with the expressions in it."""
        line = next(parser.stream).lineno
        call = self.call_method("now", [parser.parse_tuple()], lineno=line)
        return nodes.Output([call], lineno=line)
