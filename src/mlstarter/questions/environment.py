"""The sandboxed Jinja environment that a template's texts are rendered in.

It is configured as Copier configures its own (the filters of ``jinja2_ansible_filters``,
``pathjoin``, the template's ``_envops``), so that a question means the same in both. Extensions
that a template names are code of its author: they are loaded only for a trusted template.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path, PurePosixPath
from typing import Any

import jinja2
from jinja2.sandbox import SandboxedEnvironment

from mlstarter.errors import TemplateError

UNDEFINED = {
    "jinja2.Undefined": jinja2.Undefined,
    "jinja2.StrictUndefined": jinja2.StrictUndefined,
}


class InsideLoader(jinja2.FileSystemLoader):
    """A loader that never follows a symbolic link out of the template's folder."""

    def get_source(
        self, environment: jinja2.Environment, template: str
    ) -> tuple[str, str, Callable[[], bool]]:
        """Return the source, the file's name and whether it is still current."""
        source, filename, current = super().get_source(environment, template)
        if not Path(filename).resolve().is_relative_to(Path(self.searchpath[0]).resolve()):
            raise jinja2.TemplateNotFound(template)
        return source, filename, current


def copier_environment(
    root: Path,
    *,
    envops: Mapping[str, Any] | None = None,
    extensions: Sequence[str] = (),
) -> SandboxedEnvironment:
    """Make the environment of the Copier template in ``root``.

    ``envops`` is the template's ``_envops``. ``extensions`` are import paths that will be
    imported, that is, run. Raises TemplateError for an unknown ``undefined`` or an extension
    that is not installed.
    """
    options: dict[str, Any] = {"keep_trailing_newline": True, **(envops or {})}
    if (wanted := options.get("undefined")) is not None:
        if wanted not in UNDEFINED:
            raise TemplateError(
                f'The template asks for an unknown kind of undefined value, "{wanted}".',
                hint=f"its author can choose {' or '.join(UNDEFINED)}",
            )
        options["undefined"] = UNDEFINED[wanted]
    names = ["jinja2_ansible_filters.AnsibleCoreFiltersExtension", *extensions]
    try:
        environment = SandboxedEnvironment(
            loader=InsideLoader(str(root)), extensions=names, **options
        )
    except ImportError as error:
        raise TemplateError(
            f"The template needs a Jinja extension that cannot be loaded: {error}.",
            hint="install it into the environment that mlstarter runs in",
        ) from error
    environment.globals["pathjoin"] = _pathjoin
    return environment


def _pathjoin(*parts: str) -> str:
    return str(PurePosixPath(*parts))
