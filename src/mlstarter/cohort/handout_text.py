"""The page that students get: where their project is, how they work, and what is kept of them."""

from __future__ import annotations

import re
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from mlstarter import escape
from mlstarter.cohort.config import Config
from mlstarter.cohort.github.address import web_address
from mlstarter.suggest import listing

_FIELD = re.compile(r"\{([a-z_]+)\}")
_WORDS = {"student_id": "id", "username": "user name", "team": "team", "section": "section"}


def handout_text(config: Config, deadline: str = "", contact: str = "") -> str:
    """Return the page as Markdown.

    Args:
        config: the course.
        deadline: when the project is due, as it is to be read; "" for none.
        contact: whom students ask; "" for nobody.
    """
    pattern = config.remote
    if pattern.startswith("github:"):
        pattern = f"{web_address(config.github_api)}/{pattern.partition(':')[2]}.git"
    fields = list(dict.fromkeys(_FIELD.findall(pattern)))
    address = _FIELD.sub(lambda match: f"<{_WORDS.get(match[1], match[1])}>", pattern)
    shell = _FIELD.sub(lambda match: match[1].upper(), pattern)
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent / "html"),
        autoescape=False,  # noqa: S701 - Markdown, from the instructor's own settings
        undefined=StrictUndefined,
        keep_trailing_newline=True,
    )
    text = environment.get_template("handout.md.jinja").render(
        course=escape.line(config.course_run),
        address=escape.line(address),
        clone_address=escape.line(f'"{shell}"' if " " in shell else shell),
        placeholders=listing([_WORDS.get(name, name) for name in fields]) if fields else "",
        mode=config.mode,
        builtin=config.template is None,
        deadline=escape.line(deadline),
        contact=escape.line(contact),
    )
    return re.sub(r"\n{3,}", "\n\n", text)
