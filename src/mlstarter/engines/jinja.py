"""The Jinja environments of templates, configured as Copier 9 and Cookiecutter 2 configure theirs.

Importing Copier costs 0.5 to 1 s of CPU; this costs a tenth. ``tests/engines/`` proves that both
give the same bytes.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Sequence
from functools import partial
from pathlib import Path, PurePath, PurePosixPath, PureWindowsPath
from typing import TYPE_CHECKING, Any

from jinja2 import FileSystemLoader, StrictUndefined, TemplateNotFound, Undefined, pass_context
from jinja2.runtime import Context
from jinja2.sandbox import SandboxedEnvironment

from mlstarter.engines.chance import CHANCE_FILTERS, install, make_secret
from mlstarter.engines.jinja_guard import GuardedEnvironment, SafeEnvironment, denied_global, guard
from mlstarter.engines.machine_reads import READING_FILTERS, require_delimiters
from mlstarter.errors import TemplateError

if TYPE_CHECKING:
    from mlstarter.engines.cookiecutter.config import CookiecutterConfig
    from mlstarter.engines.copier.config import CopierConfig

# Filters whose result is not a function of their arguments: chance, the clock, the machine.
UNSTEADY_FILTERS = CHANCE_FILTERS | READING_FILTERS
_UNDEFINED_TYPES: dict[str, type[Undefined]] = {
    "jinja2.Undefined": Undefined,
    "jinja2.StrictUndefined": StrictUndefined,
}
_FLAVOURS: dict[str, type[PurePath]] = {
    "posix": PurePosixPath,
    "windows": PureWindowsPath,
    "native": PurePath,
}


class TemplateLoader(FileSystemLoader):
    """Reads included files from ``folders``, and only those inside the template at ``root``."""

    def __init__(self, root: Path, folders: Sequence[Path] | None = None) -> None:
        self.root = root.resolve()
        super().__init__([str(folder) for folder in folders or [self.root]])

    def get_source(self, environment: Any, template: str) -> tuple[str, str, Any]:
        """Return a file's text, refusing one that a symbolic link puts outside."""
        source, name, current = super().get_source(environment, template)
        if not Path(name).resolve().is_relative_to(self.root):
            raise TemplateNotFound(template, "it lies outside the template")
        return source, name, current


def environment(
    config: CopierConfig, extensions: tuple[str, ...] = (), *, is_trusted: bool = False
) -> SandboxedEnvironment:
    """Return the environment in which questions and files of a Copier template are rendered.

    Args:
        config: the template's ``copier.yml``.
        extensions: the template's own Jinja extensions: code, so only those that are trusted.
        is_trusted: let its texts read from the machine, and make things of any size.

    Raises:
        TemplateError: an extension is not installed, or ``_envops`` is not valid.
    """
    options = dict(config.settings.get("envops") or {})
    # Copier's own default: a file keeps its last newline.
    options.setdefault("keep_trailing_newline", True)
    undefined_name = options.pop("undefined", "jinja2.Undefined")
    if not isinstance(undefined_name, str) or undefined_name not in _UNDEFINED_TYPES:
        raise TemplateError(
            f"The template asks for the undefined type {undefined_name!r}, which Copier does not "
            "know.",
            hint="use jinja2.Undefined or jinja2.StrictUndefined in _envops",
        )
    with warnings.catch_warnings():
        # jinja2-ansible-filters warns about filters that newer Jinja versions bring themselves.
        warnings.simplefilter("ignore", RuntimeWarning)
        try:
            require_delimiters(options)
            env = (SafeEnvironment if is_trusted else GuardedEnvironment)(
                loader=TemplateLoader(config.root),
                undefined=_UNDEFINED_TYPES[undefined_name],
                extensions=["jinja2_ansible_filters.AnsibleCoreFiltersExtension", *extensions],
                **options,
            )
            # Made of the delimiters when it is first asked for: now, or in the middle of a text.
            _ = env.lexer
        except ImportError as error:
            raise TemplateError(
                f"A Jinja extension of the template is not installed: {error}.",
                hint="install the package that holds it beside mlstarter",
            ) from error
        except (AssertionError, AttributeError, TypeError, ValueError, re.error) as error:
            raise TemplateError(
                f"_envops of the template is not valid: {_reason(error)}.",
                hint="_envops takes the keyword arguments of jinja2.Environment",
            ) from error
    for name in READING_FILTERS & env.filters.keys():
        _evaluate_late(env, name)
    env.filters["to_json"] = partial(env.filters["to_json"], default=_jsonable)
    env.globals["pathjoin"] = _pathjoin
    env.globals["make_secret"] = make_secret
    install(env)
    if not is_trusted:
        guard(env)
        env.globals["now"] = denied_global("now")
    return env


def _reason(error: Exception) -> str:
    """Return Jinja's words without the name of a class of ours, and without a last dot."""
    return re.sub(r"\S+Environment(\.__init__)?\(\) ", "it ", str(error)).rstrip(".")


def _evaluate_late(env: SandboxedEnvironment, name: str) -> None:
    """Keep Jinja from working a filter out when it compiles, as it does with constants.

    A text is compiled once and rendered much later.
    """
    original = f"_{name}"
    env.filters[original] = env.filters[name]

    @pass_context
    def late(context: Context, value: Any, *args: Any, **options: Any) -> Any:
        return env.call_filter(original, value, args, options, context=context)

    env.filters[name] = late


def _pathjoin(*parts: str, mode: str = "posix") -> str:
    return str(_FLAVOURS[mode](*parts))


def _jsonable(value: Any) -> Any:
    # Imported when a template dumps something JSON has no word for, such as a date.
    from pydantic_core import to_jsonable_python

    return to_jsonable_python(value)


# Extensions that Cookiecutter itself always loads: part of that package, not a template's code.
_COOKIECUTTER_EXTENSIONS = (
    "cookiecutter.extensions.JsonifyExtension",
    "cookiecutter.extensions.RandomStringExtension",
    "cookiecutter.extensions.SlugifyExtension",
    "cookiecutter.extensions.TimeExtension",
    "cookiecutter.extensions.UUIDExtension",
)


def cookiecutter_environment(
    config: CookiecutterConfig,
    folders: Sequence[Path],
    extensions: Sequence[str] = (),
    *,
    is_trusted: bool = False,
) -> SandboxedEnvironment:
    """Return Cookiecutter's environment, sandboxed: its own lets a template run any code.

    Args:
        config: what ``cookiecutter.json`` says.
        folders: where included files are looked for.
        extensions: the template's own Jinja extensions: code, so only those that are trusted.
        is_trusted: let its texts read the clock, and make things of any size.

    Raises:
        TemplateError: an extension is not installed, or ``_jinja2_env_vars`` is not valid.
    """
    options = config.variables.get("_jinja2_env_vars") or {}
    try:
        require_delimiters(options)
        env = (SafeEnvironment if is_trusted else GuardedEnvironment)(
            loader=TemplateLoader(config.root, folders),
            extensions=[*_COOKIECUTTER_EXTENSIONS, *extensions],
            undefined=StrictUndefined,
            keep_trailing_newline=True,
            **options,
        )
        _ = env.lexer
    except ImportError as error:
        raise TemplateError(
            f"A Jinja extension of the template is not installed: {error}.",
            hint="install the package that holds it beside mlstarter",
        ) from error
    except (AssertionError, AttributeError, TypeError, ValueError, re.error) as error:
        raise TemplateError(
            f"_jinja2_env_vars of the template is not valid: {_reason(error)}.",
            hint="it takes the keyword arguments of jinja2.Environment",
        ) from error
    install(env)
    if not is_trusted:
        guard(env)
    return env
