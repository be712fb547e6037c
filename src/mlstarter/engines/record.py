"""The record that a project keeps of its template: the engine's own file, for its own tools."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from mlstarter.errors import ProjectError
from mlstarter.git.template_commits import TemplateOrigin
from mlstarter.sources.template import EngineName, Template

# Characters of an address and of a version in a record: no real one comes near.
_LONGEST = {"source": 2000, "version": 200}


@dataclass(frozen=True, slots=True)
class Record:
    """What a project says of itself.

    ``path`` is the record's file, relative to the project; ``text`` its bytes. ``branch`` is what
    cruft keeps to: a branch or a tag that moves; ``version`` is then the commit.
    """

    path: str
    text: bytes
    engine: EngineName
    source: str
    version: str | None
    answers: Mapping[str, Any]
    branch: str | None = None

    @property
    def origin(self) -> TemplateOrigin:
        """Source and version as a template commit names them."""
        return TemplateOrigin(self.source, self.version)


class RecordFormat(Protocol):
    """The form of an engine's record.

    ``default_path`` is its file in a project where the template does not say otherwise;
    ``is_rendered`` says that templates write it themselves, so that it belongs to a render.
    """

    default_path: str
    is_rendered: bool

    def matches(self, name: str) -> bool:
        """Say whether a file of this name, at a project's root, is such a record."""

    def parse(self, name: str, text: bytes) -> Record:
        """Return what a record says.

        Raises:
            ProjectError: it is not readable.
        """

    def write(
        self, template: Template, answers: Mapping[str, Any], previous: Record | None
    ) -> bytes:
        """Return the bytes of a record.

        Args:
            template: where the project comes from.
            answers: those to be recorded.
            previous: the record that the project has now; what else stands in it stays.
        """


def checked_record(record: Record) -> Record:
    """Return a record whose address and version can be such.

    Raises:
        ProjectError: one is too long, or holds control characters.
    """
    for what, value in (("source", record.source), ("version", record.version or "")):
        if len(value) > _LONGEST[what] or not value.isprintable():
            raise unreadable(record.path, record.text, f"its {what} is not one")
    return record


def unreadable(name: str, text: bytes, reason: str) -> ProjectError:
    """Return the refusal of a record; a merge that somebody left half done is named as such."""
    if b"\n<<<<<<< " in b"\n" + text:
        reason = "it holds conflict markers"
    return ProjectError(
        f"{name} cannot be used: {reason}.",
        hint=f"`git log -p {name}` shows how it was; `git checkout COMMIT -- {name}` takes it back",
    )
