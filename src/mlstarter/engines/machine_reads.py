"""What the texts of a template read beyond the template: files, environment, clock, machine.

Such a template is rendered only where somebody trusts it, as one that brings code. The texts are
not run for this: their syntax trees say which filters and variables they name.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from jinja2 import Environment

    from mlstarter.engines.cookiecutter.config import CookiecutterConfig
    from mlstarter.engines.copier.config import CopierConfig

READING_FILTERS = frozenset({"expanduser", "expandvars", "fileglob", "realpath", "strftime"})
# Variables of Copier's that say something of the machine or the moment.
READING_NAMES = frozenset({"now", "_copier_python", "_external_data"})
# Parts of `_copier_conf` that say nothing but what the project records anyway.
PLAIN_CONF = frozenset({"answers_file", "os", "sep", "vcs_ref", "vcs_ref_hash"})
# Cookiecutter's variables that hold folders of this machine.
READING_VARIABLES = frozenset({"_output_dir", "_repo_dir"})
# What every text that reads has in it; texts without any of it are not parsed.
_CLUES = tuple(
    name.encode()
    for name in ("_copier_conf", *READING_FILTERS, *READING_NAMES - {"now"}, *READING_VARIABLES)
)
# "now" as a word; a pattern that begins with letters is found five times as fast.
_NOW = re.compile(rb"now(?<=\bnow)\b")
_SYNTAX = (
    "block_start_string", "block_end_string", "variable_start_string", "variable_end_string",
    "comment_start_string", "comment_end_string", "line_statement_prefix", "line_comment_prefix",
)  # fmt: skip
_MAX_FILE = 2_000_000


def copier_reads(config: CopierConfig) -> tuple[str, ...]:
    """Return what a Copier template reads beyond itself, one description each with its file."""
    reads: dict[str, None] = {}
    names = config.settings.get("external_data")
    if isinstance(names, Mapping):
        reads |= dict.fromkeys(f"the file {path} (_external_data)" for path in names.values())
    options = config.settings.get("envops") or {}
    # Commands need trust as they are. A message is shown and kept nowhere; what it would read is
    # denied when it is rendered.
    settings = [
        value
        for key, value in config.settings.items()
        if key not in {"tasks", "migrations"} and not key.startswith("message_")
    ]
    texts = [
        ("copier.yml", text)
        for value in (*settings, *config.questions.values())
        for text in strings_in(value)
        if _has_clue(text.encode("utf-8", "replace"))
    ]
    texts += _files(config.root, config.suffix)
    own = frozenset(config.questions)
    return tuple(reads | dict.fromkeys(_reads_in(options, texts, own, None)))


def cookiecutter_reads(config: CookiecutterConfig) -> tuple[str, ...]:
    """Return the same for a Cookiecutter template."""
    options = config.variables.get("_jinja2_env_vars") or {}
    texts = [
        ("cookiecutter.json", text)
        for text in strings_in(dict(config.variables))
        if _has_clue(text.encode("utf-8", "replace"))
    ]
    for name, text in _files(config.root, ""):
        # The first part is the project's folder, or that of the hooks.
        if not config.copies(name.partition("/")[2]):
            texts.append((name, text))
    return tuple(dict.fromkeys(_reads_in(options, texts, frozenset(), "cookiecutter")))


def _has_clue(text: bytes) -> bool:
    return any(clue in text for clue in _CLUES) or _NOW.search(text) is not None


def _files(root: Path, suffix: str) -> Iterator[tuple[str, str]]:
    """Yield path and text of each file that may be rendered and holds a clue; paths included."""
    import os

    start = len(str(root)) + 1
    for folder, names, files in os.walk(root):
        names[:] = sorted(name for name in names if name != ".git")
        files.sort()
        # All of a folder at once: hardly any name has a clue in it.
        if _has_clue(os.fsencode("/".join((*names, *files)))):
            for name in (*names, *files):
                if _has_clue(os.fsencode(name)):
                    yield f"{folder}{os.sep}{name}"[start:], name
        for name in files:
            if not name.endswith(suffix):
                continue
            path = f"{folder}{os.sep}{name}"
            try:
                data = _beginning(path, root)
                if _has_clue(data):
                    yield path[start:].replace(os.sep, "/"), data.decode("utf-8")
            except (OSError, UnicodeDecodeError):
                continue


def _beginning(path: str, root: Path) -> bytes:
    """Return what a file holds, b"" for a link that leads out of the template."""
    import os

    # Plain calls: a template has hundreds of files, and Path objects would take as long as they.
    if os.path.islink(path) and not _is_inside(path, root):  # noqa: PTH114
        return b""
    descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_BINARY", 0))
    try:
        # Room for as much as is asked for would be set aside.
        return os.read(descriptor, min(os.fstat(descriptor).st_size, _MAX_FILE))
    finally:
        os.close(descriptor)


def _is_inside(path: str, root: Path) -> bool:
    return Path(path).resolve().is_relative_to(root.resolve())


def strings_in(value: Any, depth: int = 0) -> Iterator[str]:
    """Yield every text in a value, however deep; an endless one is left at twenty levels."""
    if isinstance(value, str):
        yield value
    elif depth < 20 and isinstance(value, Mapping):
        for key, part in value.items():
            yield from strings_in(key, depth + 1)
            yield from strings_in(part, depth + 1)
    elif depth < 20 and isinstance(value, list | tuple):
        for part in value:
            yield from strings_in(part, depth + 1)


def _reads_in(
    options: Any, texts: list[tuple[str, str]], own: frozenset[str], namespace: str | None
) -> Iterator[str]:
    if not texts:
        return
    env = _parser(options)
    if env is None:
        return
    from jinja2 import TemplateError

    for where, text in texts:
        try:
            reads = sorted(set(_reads(env, text, own, namespace)))
        except TemplateError:
            # A text that is no Jinja reads nothing: it will be a mistake where it is rendered.
            continue
        except (RecursionError, ValueError, OverflowError):
            # Nested without end, or a number beyond all bounds: who cannot see, does not trust.
            reads = ["what cannot be looked through"]
        for what in reads:
            yield f"{what} in {where}"


def require_delimiters(options: Mapping[str, Any]) -> None:
    """Raise ValueError for a delimiter that is no text, or empty: Jinja would find it everywhere.

    It would look for its end without an end.
    """
    for name, value in options.items():
        is_delimiter = name.endswith(("_start_string", "_end_string"))
        is_prefix = name.endswith("_prefix") and value is not None
        if (is_delimiter or is_prefix) and (not isinstance(value, str) or not value):
            raise ValueError(f"{name} is empty, or no text")


def _parser(options: Any) -> Environment | None:
    """Return an environment that parses a template's syntax and runs nothing."""
    from jinja2 import Environment

    from mlstarter.engines.clock_tag import ClockTag

    syntax_options = options if isinstance(options, Mapping) else {}
    syntax = {key: syntax_options[key] for key in _SYNTAX if key in syntax_options}
    extensions = ("jinja2.ext.do", "jinja2.ext.loopcontrols", "jinja2.ext.i18n", ClockTag)
    try:
        require_delimiters(syntax)
        env = Environment(**syntax, extensions=extensions)  # noqa: S701 - nothing is rendered
        # Made of the delimiters when it is first asked for.
        _ = env.lexer
    except (AssertionError, AttributeError, TypeError, ValueError, re.error):
        # Delimiters that are none: the engine refuses them before it renders anything.
        return None
    return env


def _reads(
    env: Environment, text: str, own: frozenset[str], namespace: str | None
) -> Iterator[str]:
    from jinja2 import nodes

    from mlstarter.engines.clock_tag import ClockTag

    text = _without_yield(text)
    # Most clues stand in prose; telling them apart takes half as long as parsing.
    if not any(_has_clue(value.encode("utf-8", "replace")) for value in _words(env, text)):
        return
    tree = env.parse(text)
    own_variables = {node.name for node in tree.find_all(nodes.Name) if node.ctx != "load"}
    for call in tree.find_all(nodes.Filter):
        # `map` takes the name of another filter.
        first = call.args[0] if call.name == "map" and call.args else None
        name = first.value if isinstance(first, nodes.Const) else call.name
        if name in READING_FILTERS:
            yield f"the filter {name}"
    for tag in tree.find_all(nodes.ExtensionAttribute):
        if tag.identifier == ClockTag.identifier:
            yield "the clock ({% now %})"
    for variable in tree.find_all(nodes.Name):
        is_own = variable.name in own or variable.name in own_variables
        if namespace is None and variable.name in READING_NAMES and not is_own:
            yield "the clock (now)" if variable.name == "now" else variable.name
    parts: list[Any] = [*tree.find_all((nodes.Getattr, nodes.Getitem))]
    for part in parts:
        of, name = part.node, _attribute(part)
        if not isinstance(of, nodes.Name):
            continue
        if of.name == namespace and name in READING_VARIABLES:
            yield f"{namespace}.{name}"
        if namespace is None and of.name == "_copier_conf" and name not in PLAIN_CONF:
            yield f"_copier_conf.{name}" if name else "_copier_conf as a whole"


def _words(env: Environment, text: str) -> Iterator[str]:
    """Yield the names and texts in the Jinja of a text."""
    for _, kind, value in env.lex(text):
        if kind in {"name", "string"}:
            yield value


def _attribute(node: Any) -> str | None:
    from jinja2 import nodes

    if isinstance(node, nodes.Getattr):
        return str(node.attr)
    return node.arg.value if isinstance(node.arg, nodes.Const) else None


def _without_yield(text: str) -> str:
    """Return a path without Copier's own loop over file names."""
    return re.sub(r"{%-?\s*(?:yield\b[^%]*|endyield\s*)-?%}", "", text)
