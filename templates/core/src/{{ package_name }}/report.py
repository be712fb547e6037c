"""The words of README, MODEL_CARD.md and report.html; their templates lie in templates/."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader

from .errors import ProjectError
from .metrics import in_words, number, title

# <!-- NAME:begin --> ... <!-- NAME:end -->, or the same as comments of YAML.
BLOCK = r"((?:<!--|#) ({name}):begin[^\n]*\n)(.*?)((?:<!--|#) \2:end)"


def render(template: str, facts: Mapping[str, Any]) -> str:
    """Return one of the package's templates, filled in; HTML escapes what it is given."""
    loader = PackageLoader(__package__ or "")
    environment = Environment(loader=loader, trim_blocks=True, lstrip_blocks=True)
    environment.autoescape = template.endswith(".html.j2")
    environment.policies["json.dumps_kwargs"] = {"ensure_ascii": False}
    environment.filters |= {"md": markdown, "title": title, "verdict": verdict}
    environment.filters |= {"number": number, "interval": in_words}
    return environment.get_template(template).render(facts) + "\n"


def with_blocks(path: Path, new: str) -> str:
    """Return a file's text with the blocks of ``new`` in place of its own; ``new`` if it is absent.

    ``ProjectError`` where a block has no place. A file without any mark is its owner's alone.
    """
    if not path.is_file():
        return new
    text = path.read_text(encoding="utf-8")
    if ":begin" not in text:
        return text
    for _, name, content, _ in re.findall(BLOCK.format(name=r"\w+"), new, re.DOTALL):
        places = list(re.finditer(BLOCK.format(name=name), text, re.DOTALL))
        if len(places) != 1:
            message = f"{path.name} must hold the marks `{name}` once, and what is between them"
            hint = f"Put in: <!-- {name}:begin --> and, below it, <!-- {name}:end -->"
            raise ProjectError(f"{message} is written anew.", hint)
        text = text[: places[0].start(3)] + content + text[places[0].end(3) :]
    return text


def markdown(text: object) -> str:
    """Return a text in one line, in which neither Markdown nor HTML sees mark-up."""
    return re.sub(r"([\\`*_\[\]<>|&#~$])", r"\\\1", " ".join(str(text).split()))


def verdict(comparison: Mapping[str, Any]) -> str:
    """Say how the model compares on the same rows, and from when on a difference matters."""
    return (
        f"Compared with {title(comparison['against'])}, {title(comparison['metric'])} differs by "
        f"{in_words(comparison)}, where {comparison['margin']:g} matters: {comparison['verdict']}."
    )
