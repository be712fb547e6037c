"""Read ``cookiecutter.json``: the variables of a Cookiecutter template and what lies beside it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatch
from functools import cached_property
from pathlib import Path, PurePosixPath
from typing import Any

from mlstarter.bounds import MAX_CONFIG_BYTES, MAX_QUESTIONS, too_large
from mlstarter.data_files import load_json
from mlstarter.errors import TemplateError
from mlstarter.files import inside

HOOKS = ("pre_prompt", "pre_gen_project", "post_gen_project")


@dataclass(frozen=True)
class CookiecutterConfig:
    """The variables as written, in order, and the template's folder."""

    root: Path
    variables: Mapping[str, Any]

    @property
    def prompts(self) -> Mapping[str, Any]:
        """The human-readable texts of the questions."""
        texts = self.variables.get("__prompts__") or {}
        return texts if isinstance(texts, Mapping) else {}

    @property
    def extensions(self) -> tuple[str, ...]:
        """The template's own Jinja extensions."""
        return tuple(str(name) for name in self.variables.get("_extensions") or ())

    def copies(self, path: str) -> bool:
        """Say whether a path of the project folder, or a folder above it, is not rendered."""
        patterns = self.variables.get("_copy_without_render") or ()
        parts = path.split("/")
        return any(is_copied("/".join(parts[: n + 1]), patterns) for n in range(len(parts)))

    @cached_property
    def hooks(self) -> tuple[str, ...]:
        """The hook scripts that Cookiecutter would run, as paths relative to the template."""
        folder = self.root / "hooks"
        if not folder.is_dir():
            return ()
        scripts = [path for path in sorted(folder.iterdir()) if path.stem in HOOKS]
        return tuple(f"hooks/{path.name}" for path in scripts if not path.name.endswith("~"))

    @cached_property
    def inner_templates(self) -> Mapping[str, tuple[str, str]]:
        """The templates to choose from, name -> (title, folder), for a template of templates."""
        if isinstance(self.variables.get("templates"), Mapping):
            entries = self.variables["templates"].items()
            return {name: (_title(name, entry), _folder(name, entry)) for name, entry in entries}
        old = self.variables.get("template")
        if isinstance(old, list):
            # The form before version 2.5: "Title (./folder)".
            folders = {text: text.partition("(")[2].rpartition(")")[0] for text in map(str, old)}
            return {
                text.partition("(")[0].strip(): (text, _inside(folder))
                for text, folder in folders.items()
                if folder
            }
        return {}

    @cached_property
    def project_folder(self) -> str:
        """The name of the folder that becomes the project, as written."""
        options = self.variables.get("_jinja2_env_vars") or {}
        start = options.get("variable_start_string", "{{")
        end = options.get("variable_end_string", "}}")
        # The first that fits in the folder's own order, as Cookiecutter takes it.
        for name in (path.name for path in self.root.iterdir()):
            if "cookiecutter" in name and start in name and end in name:
                return name
        raise TemplateError(
            f"The Cookiecutter template in {self.root.name} has no folder to make a project of.",
            hint='its name holds a variable, for example "{{cookiecutter.project_slug}}"',
        )


def is_copied(path: str, patterns: Sequence[str]) -> bool:
    """Say whether ``_copy_without_render`` names a path of the project folder."""
    return any(fnmatch(path, pattern) for pattern in patterns)


def load_cookiecutter_json(root: Path) -> CookiecutterConfig:
    """Read the variables of the Cookiecutter template in ``root``.

    Raises:
        TemplateError: the file is not JSON, or not an object.
    """
    try:
        path = inside(root, root / "cookiecutter.json")
        variables = load_json(path.read_text(encoding="utf-8"), limit=MAX_CONFIG_BYTES)
    except OSError as error:
        raise TemplateError(
            f"The template's cookiecutter.json cannot be read: {error.strerror}.",
            hint="check the template",
        ) from error
    except ValueError as error:
        raise TemplateError(
            f"The template's cookiecutter.json cannot be used: {error}.", hint="tell its author"
        ) from error
    if not isinstance(variables, dict):
        raise TemplateError(
            "The template's cookiecutter.json is not an object.", hint="tell its author"
        )
    if len(variables) > MAX_QUESTIONS:
        raise too_large("cookiecutter.json", f"{MAX_QUESTIONS} variables")
    _check_shapes(variables)
    return CookiecutterConfig(root, variables)


def _check_shapes(variables: Mapping[str, Any]) -> None:
    """Refuse a setting of Cookiecutter's own that is not what it has to be."""
    shapes: tuple[tuple[str, type, str], ...] = (
        ("_extensions", list, "a list"),
        ("_copy_without_render", list, "a list"),
        ("_jinja2_env_vars", dict, "an object"),
        ("_new_lines", str, "a text"),
        ("__prompts__", dict, "an object"),
    )
    for name, shape, words in shapes:
        if variables.get(name) is not None and not isinstance(variables[name], shape):
            raise TemplateError(
                f"{name} in the template's cookiecutter.json is not {words}.",
                hint="tell its author",
            )
    for name in variables.get("_copy_without_render") or ():
        if not isinstance(name, str):
            raise TemplateError(
                "_copy_without_render in the template's cookiecutter.json is not a list of texts.",
                hint="tell its author",
            )


def _title(name: str, entry: Any) -> str:
    if not isinstance(entry, Mapping):
        return name
    title, description = str(entry.get("title", name)), str(entry.get("description", name))
    return title if title == description else f"{title} ({description})"


def _folder(name: str, entry: Any) -> str:
    path = entry.get("path") if isinstance(entry, Mapping) else None
    if not isinstance(path, str):
        raise TemplateError(
            f"The template's cookiecutter.json names no path for its template {name}.",
            hint="tell its author",
        )
    return _inside(path)


def _inside(path: str) -> str:
    plain = PurePosixPath(path)
    if not plain.parts:
        raise TemplateError(
            "The template's cookiecutter.json names its own folder as another template.",
            hint="tell its author",
        )
    if plain.is_absolute() or ".." in plain.parts:
        raise TemplateError(
            f"The template names a template outside itself: {path}.",
            hint="do not use this template, and tell its author",
        )
    return str(plain)
