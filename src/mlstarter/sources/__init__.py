"""Where a template comes from and which versions it has."""

from __future__ import annotations

from packaging.version import Version

from mlstarter import watchdog
from mlstarter.errors import TemplateError
from mlstarter.sources import address, builtin
from mlstarter.sources.template import EngineName, Template

__all__ = [
    "SOURCE",
    "SUBDIRECTORY",
    "EngineName",
    "Template",
    "is_same_source",
    "resolve",
    "source_environment",
    "versions",
]

SOURCE = builtin.SOURCE
SUBDIRECTORY = address.SUBDIRECTORY


def resolve(
    source: str | None = None, ref: str | None = None, *, directory: str | None = None
) -> Template:
    """Return a template at one version, readable on this machine.

    Args:
        source: None for the built-in template; otherwise a folder, a git URL, ``gh:owner/name``,
            ``gl:owner/name``, a zip (file or URL), or what an earlier template's ``source`` says.
        ref: a tag, version, branch or commit; None for the newest version.
        directory: the folder of the source that holds the template.

    Raises:
        TemplateError: it cannot be reached, has no such version, or holds no template.
        EnvironmentProblem: git is missing, or no folder can be written.
    """
    if source is None or builtin.is_builtin(source):
        return builtin.resolve(source, ref)
    from mlstarter.sources import remote

    watchdog.arm()
    return remote.resolve(source, ref, directory)


def versions(source: str | None = None) -> list[Version]:
    """Return the released versions of a source, the newest last.

    Raises:
        TemplateError: the source cannot be reached.
    """
    if source is None or builtin.is_builtin(source):
        return builtin.versions()
    from mlstarter.sources import remote

    return remote.versions(source)


def source_environment(template: Template) -> dict[str, str]:
    """Return the environment in which git finds ``template.source`` where it was fetched to.

    Copier fetches templates itself; with these settings it reads the bundle or our mirror.
    """
    if builtin.is_builtin(template.source):
        return builtin.git_environment()
    from mlstarter.sources import remote

    return remote.git_environment(template.source)


def is_same_source(one: str, other: str) -> bool:
    """Say whether two addresses of templates are the same one, however they are written."""
    both_builtin = builtin.is_builtin(one) and builtin.is_builtin(other)
    return one == other or both_builtin or _plain(one) == _plain(other)


def _plain(source: str) -> str:
    try:
        public = address.parse(source).public_form
    except (TemplateError, ValueError, RuntimeError, OSError):
        return source
    place, mark, folder = public.partition(SUBDIRECTORY)
    return place.rstrip("/").removesuffix(".git") + mark + folder
