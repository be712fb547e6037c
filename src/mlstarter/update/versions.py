"""Which version of its template a project has, and which one it goes to."""

from __future__ import annotations

from dataclasses import dataclass, replace

from mlstarter import sources
from mlstarter.engines import Record
from mlstarter.errors import ProjectError, TemplateError
from mlstarter.project import Project
from mlstarter.sources import Template
from mlstarter.update.request import UpdateRequest
from mlstarter.versions import is_behind, is_older


@dataclass(frozen=True, slots=True)
class VersionStatus:
    """Where a project stands: its version, the newest one, and whether it is behind."""

    source: str
    version: str | None
    newest: str | None
    behind: bool


def version_status(project: Project) -> VersionStatus:
    """Compare a project's version with the newest one of its template.

    Raises:
        TemplateError: the template cannot be reached.
        ProjectError: the project does not say where it comes from.
    """
    record = project.record(project.repository.commit("HEAD"))
    template = newest_template(record)
    behind = is_behind(record.version, template.version, template.commit)
    return VersionStatus(record.source, record.version, template.version, behind)


def old_template(record: Record) -> Template:
    """Return the template at the version that the project has."""
    return sources.resolve(record.source, record.version)


def newest_template(record: Record) -> Template:
    """Return the template that a project goes to: the newest release, or the branch it keeps to.

    Such a template's version is its commit: the branch's name will mean another one tomorrow.

    Raises:
        TemplateError: the template cannot be reached.
    """
    if record.branch is None:
        return sources.resolve(record.source, None)
    try:
        template = sources.resolve(record.source, record.branch)
    except TemplateError:
        # The branch was renamed or removed: what the repository shows first takes its place.
        template = sources.resolve(record.source, "HEAD")
    if template.version == record.branch:
        # A release with a short name, which does not move.
        return sources.resolve(record.source, None)
    return replace(template, version=template.commit)


def new_template(record: Record, request: UpdateRequest) -> Template:
    """Return the template at the version that an update goes to.

    Raises:
        ProjectError: that is older than the project's, and nobody said that it may be.
        TemplateError: it cannot be reached.
    """
    template = _requested_template(record, request)
    if not is_older(template.version, record.version):
        return template
    if request.to is None and request.authority is None:
        # The newest release is older than what the project has, as after a pre-release.
        return old_template(record)
    if not request.allow_downgrade:
        raise ProjectError(
            f"Version {template.version} is older than the project's {record.version}.",
            hint="go back with --allow-downgrade, or undo the last update with --undo",
        )
    return template


def _requested_template(record: Record, request: UpdateRequest) -> Template:
    if request.authority is not None:
        return request.authority.template
    if request.template is not None and request.template.source == record.source:
        return request.template
    if request.to:
        return sources.resolve(record.source, request.to)
    return newest_template(record)
