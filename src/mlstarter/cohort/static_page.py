"""Static pages for a class: one file, no requests to anybody, everything in it escaped.

What is shown was mostly written by students. Jinja2 escapes every value (autoescape), after
characters that turn or hide text were made visible; an address becomes a link only with https.
"""

from __future__ import annotations

import functools
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from mlstarter import escape

_FOLDER = Path(__file__).parent / "html"


def render(template: str, **values: Any) -> str:
    """Return a page; ``template`` is a file of the folder html.

    ``values`` are shown as text, whatever markup is in them.
    """
    return _environment().get_template(template).render(**values)


@functools.cache
def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(_FOLDER),
        autoescape=True,
        undefined=StrictUndefined,
        keep_trailing_newline=True,
        finalize=_visible,
    )


def _visible(value: Any) -> Any:
    return escape.line(value) if isinstance(value, str) and not isinstance(value, Markup) else value
