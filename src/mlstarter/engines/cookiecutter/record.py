"""``.cruft.json``, the record that cruft keeps of a Cookiecutter template.

Cookiecutter writes none: https://cruft.github.io/cruft/
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import PurePosixPath
from typing import Any

from mlstarter.data_files import load_json, load_toml
from mlstarter.engines.record import Record, checked_record, unreadable
from mlstarter.sources.address import SUBDIRECTORY, public
from mlstarter.sources.template import Template
from mlstarter.versions import parse_version

ReadFile = Callable[[str], bytes | None]
"""Gives the bytes of a file of the project, None where it has none."""


class CruftFile:
    """Cruft's record: the template, its commit, what is kept to, and the context."""

    default_path = ".cruft.json"
    is_rendered = False

    def matches(self, name: str) -> bool:
        """Say whether a file of this name is such a record."""
        return name == self.default_path

    def parse(self, name: str, text: bytes) -> Record:
        """Return what a record says; raises ProjectError where it is not readable."""
        try:
            values = load_json(text)
            source, commit = values["template"], values.get("commit")
            context = values["context"]["cookiecutter"]
        except (ValueError, KeyError, TypeError, AttributeError, IndexError) as error:
            raise unreadable(name, text, "it is not what cruft writes") from error
        if not isinstance(source, str) or not isinstance(context, dict):
            raise unreadable(name, text, "it is not what cruft writes")
        answers = {key: value for key, value in context.items() if not key.startswith("_")}
        address = public(source)
        if isinstance(values.get("directory"), str):
            address += SUBDIRECTORY + values["directory"]
        checkout = values.get("checkout")
        for value in (checkout, commit):
            if value is not None and not isinstance(value, str | int | float):
                raise unreadable(name, text, "its commit is not a version")
        branch = str(checkout) if checkout and commit and moves(str(checkout)) else None
        version = commit if branch else checkout or commit
        return checked_record(
            Record(
                name,
                text,
                "cookiecutter",
                address,
                str(version) if version else None,
                answers,
                branch,
            )
        )

    def write(
        self, template: Template, answers: Mapping[str, Any], previous: Record | None
    ) -> bytes:
        """Return the record; cruft's list of files to skip, say, stays as it was."""
        address, _, directory = template.source.partition(SUBDIRECTORY)
        values: dict[str, Any] = {}
        checkout = template.version
        if previous is not None and self.matches(previous.path):
            values = load_json(previous.text)
            # Who keeps to a branch is recorded by the commit, and goes on keeping to it.
            if previous.branch is not None and template.version == template.commit:
                checkout = previous.branch
        values |= {
            "template": address,
            "commit": template.commit,
            "checkout": checkout,
            "context": {"cookiecutter": dict(answers)},
            "directory": directory or None,
        }
        return (json.dumps(values, indent=2, ensure_ascii=False) + "\n").encode()


def skip_patterns(record: Record, read_file: ReadFile) -> tuple[str, ...]:
    """Return what a project of cruft keeps out of its updates: globs, relative to its root.

    They stand in ``skip`` of its record and of ``[tool.cruft]`` in its pyproject.toml, which
    ``read_file`` gives: https://cruft.github.io/cruft/#skipping-files. Empty for other records.
    """
    if not CruftFile().matches(record.path):
        return ()
    try:
        own = load_json(record.text).get("skip")
        project = load_toml(read_file("pyproject.toml") or b"").get("tool", {}).get("cruft", {})
        lists = (own, project.get("skip"))
    except (ValueError, AttributeError):
        return ()
    return tuple(
        str(PurePosixPath(pattern)).lstrip("/")
        for patterns in lists
        if isinstance(patterns, list)
        for pattern in patterns
        if isinstance(pattern, str) and pattern.strip("./")
    )


def moves(version: str) -> bool:
    """Say whether a recorded version is a name that moves: a branch, or a tag such as ``v1``."""
    number = parse_version(version)
    return number is None or (len(number.release) == 1 and not number.is_postrelease)
