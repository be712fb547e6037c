"""The variables of ``cookiecutter.json`` as questions of ``copier.yml``."""

from __future__ import annotations

import json
import keyword
import re
from collections.abc import Callable, Mapping
from typing import Any

from mlstarter.authoring.jinja_text import outside_strings
from mlstarter.engines.cookiecutter.config import CookiecutterConfig
from mlstarter.errors import TemplateError

# Settings of Cookiecutter's own, which are not variables of the template.
SETTINGS = frozenset(
    {"_copy_without_render", "_extensions", "_jinja2_env_vars", "_new_lines", "__prompts__"}
)
PROMPTS = frozenset({"__prompts__"})
# Internal variables and what Copier calls them.
_INTERNAL = {"_template": "_src_path", "_checkout": "_commit"}
_NO_COUNTERPART = ("_output_dir", "_repo_dir")
_CHANGING = frozenset({"clear", "pop", "popitem", "setdefault", "update"})
# Names that Copier refuses, or that would hide something of Jinja's.
_RESERVED_NAMES = frozenset(
    {"now", "make_secret", "range", "dict", "lipsum", "cycler", "joiner", "namespace"}
)
_REFERENCE = r"\bcookiecutter(?:\.(?P<dot>[A-Za-z_]\w*)|\[\s*(?P<q>['\"])(?P<item>.+?)(?P=q)\s*\])"
_OTHER_USE = r"\b_?cookiecutter\b"
MAPPING = "cookiecutter"


class Names:
    """What each variable is called in the Copier template; ``lost`` lists what has no name.

    ``whole`` says that ``replaced`` met ``cookiecutter`` itself, the mapping of all variables.
    """

    def __init__(self, entries: Mapping[str, Any]) -> None:
        self.by_old: dict[str, str] = dict(_INTERNAL)
        self.losses: set[str] = set()
        self.whole = False
        self.settings = {name: entries[name] for name in entries if name in SETTINGS - PROMPTS}
        plain = {name for name in entries if _usable(name)}
        for name in entries:
            if name in SETTINGS:
                continue
            new = name
            if not _usable(name):
                new = re.sub(r"\W", "_", name).strip("_") or "value"
                while not _usable(new) or new in plain or new in self.by_old.values():
                    new += "_"
            self.by_old[name] = new

    def replace(self, code: str) -> str:
        """Return an expression with the variables under their new names."""

        def new_name(match: re.Match[str]) -> str:
            old = match.group("dot") or match.group("item")
            if old in self.by_old:
                return self.by_old[old]
            if match.group("dot") and hasattr(dict, old):
                self.whole = True
                if old in _CHANGING:
                    self.losses.add(
                        f"cookiecutter.{old}: changes a variable, here for one file only"
                    )
            elif old in _NO_COUNTERPART:
                self.losses.add(f"cookiecutter.{old}: a folder of the machine, unknown to Copier")
            else:
                self.losses.add(f"cookiecutter.{old}: not a variable of the template")
            return match.group()

        code = outside_strings(code, _REFERENCE, new_name)
        # The pattern has named groups that the other does not: only look, change nothing.
        for match in re.finditer(_OTHER_USE, re.sub(r"(['\"]).*?\1", "", code)):
            if match.group() == MAPPING:
                self.whole = True
            else:
                self.losses.add(f"{match.group()}: what was written in cookiecutter.json")
        return code

    def mapping(self) -> str:
        """Return an expression for the mapping that Cookiecutter calls ``cookiecutter``."""
        constants = {name: _literal(value) for name, value in self.settings.items()}
        own = {old: new for old, new in self.by_old.items() if old not in _INTERNAL}
        internal = {old: f"{new}|default(none)" for old, new in _INTERNAL.items()}
        internal |= dict.fromkeys(_NO_COUNTERPART, "none")
        entries = {**own, **constants, **internal}.items()
        return "{ " + ", ".join(f"{json.dumps(old)}: {new}" for old, new in entries) + " }"


def copier_questions(
    config: CookiecutterConfig, names: Names, text: Callable[[str], str]
) -> dict[str, Any]:
    """Return the questions, by their new names, in the order in which they are settled.

    Args:
        config: the Cookiecutter template's variables.
        names: what they are called now.
        text: turns a text with Cookiecutter's variables into one with Copier's.
    """
    entries = {name: value for name, value in config.variables.items() if name not in SETTINGS}
    late = [n for n, v in entries.items() if isinstance(v, dict) and not n.startswith("_")]
    in_order = [name for name in entries if name not in late] + late
    return {
        names.by_old[name]: _question(name, entries[name], config.prompts.get(name), text)
        for name in in_order
    }


def _question(name: str, value: Any, prompt: Any, text: Callable[[str], str]) -> dict[str, Any]:
    if name.startswith("_"):
        is_rendered = name.startswith("__")
        kind = "str" if isinstance(value, str) else "json"
        default = _default(value, text if is_rendered else _raw)
        return {"type": kind, "default": default, "when": False}
    titles = prompt if isinstance(prompt, Mapping) else {}
    help_text = titles.get("__prompt__") if titles else prompt
    question: dict[str, Any] = {"type": "str", "help": _raw(str(help_text or _sentence(name)))}
    if isinstance(value, list):
        if not value:
            raise TemplateError(
                f'The choices of the variable "{name}" in cookiecutter.json are none.',
                hint="write at least one, the default first",
            )
        entries = [entry if isinstance(entry, bool) else str(entry) for entry in value]
        if not all(isinstance(entry, str) for entry in entries):
            question["type"] = "yaml"
        text_value = [text(entry) if isinstance(entry, str) else entry for entry in entries]
        if titles:
            keys = [_raw(str(titles.get(str(entry), entry))) for entry in entries]
            question["choices"] = dict(zip(keys, text_value, strict=True))
        else:
            question["choices"] = text_value
        return {**question, "default": text_value[0]}
    if isinstance(value, bool):
        return {**question, "type": "bool", "default": value}
    if isinstance(value, Mapping):
        return {**question, "type": "json", "default": _default(value, text)}
    if value is None:
        return {**question, "type": "yaml", "default": None}
    return {**question, "default": text(str(value))}


def _default(value: Any, text: Callable[[str], str]) -> str:
    """Return a default as a text that Copier renders and then reads as JSON (or as it is)."""
    if isinstance(value, str):
        return text(value)
    return _json(value, text)


def _json(value: Any, text: Callable[[str], str]) -> str:
    """Return JSON in which each text is rendered on its own: an answer may hold quotes."""
    if isinstance(value, Mapping):
        items = (f"{_json(str(k), text)}: {_json(v, text)}" for k, v in value.items())
        return "{" + ", ".join(items) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(_json(entry, text) for entry in value) + "]"
    if isinstance(value, str) or (not isinstance(value, bool | None) and text is not _raw):
        text_value = text(str(value))
        if "{" not in text_value:
            return json.dumps(text_value)
        return "{% filter to_json %}" + text_value + "{% endfilter %}"
    return json.dumps(value)


def _literal(value: Any) -> str:
    """Return a value of ``cookiecutter.json`` as Jinja writes it."""
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{json.dumps(k)}: {_literal(v)}" for k, v in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_literal, value)) + "]"
    return "none" if value is None else json.dumps(value)


def _raw(text: str) -> str:
    """Return a text that Jinja renders to itself."""
    if "{{" in text or "{%" in text or "{#" in text:
        return "{% raw %}" + text + "{% endraw %}"
    return text


def _usable(name: str) -> bool:
    return (
        name.isidentifier()
        and not name.startswith("_")
        and not keyword.iskeyword(name)
        and name not in _RESERVED_NAMES
    )


def _sentence(name: str) -> str:
    return name.replace("_", " ").capitalize()
