"""``.copier-answers.yml``: https://copier.readthedocs.io/en/stable/configuring/#the-copier-answersyml-file"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import yaml

from mlstarter.data_files import load_yaml
from mlstarter.engines.record import Record, checked_record, unreadable
from mlstarter.sources.address import public
from mlstarter.sources.template import Template

# A template may give its answers file a name of its own (``.copier-answers.ml.yml``).
_NAME = re.compile(r"\.copier-answers(\.[A-Za-z0-9_.-]+)?\.ya?ml")


class CopierAnswersFile:
    """Copier's record: the answers, ``_src_path`` and ``_commit``."""

    default_path = ".copier-answers.yml"
    is_rendered = True

    def matches(self, name: str) -> bool:
        """Say whether a file of this name is such a record."""
        return _NAME.fullmatch(name) is not None

    def parse(self, name: str, text: bytes) -> Record:
        """Return what a record says; raises ProjectError where it is not readable."""
        try:
            values = load_yaml(text)
        except ValueError as error:
            raise unreadable(name, text, str(error)) from error
        if not isinstance(values, dict):
            raise unreadable(name, text, "it is not a table of answers")
        source, version = values.get("_src_path"), values.get("_commit")
        if not isinstance(source, str) or not source.strip():
            raise unreadable(name, text, "it does not name the template (_src_path)")
        if version is not None and not isinstance(version, str | int | float):
            raise unreadable(name, text, "its _commit is not a version")
        answers = {str(key): value for key, value in values.items() if not str(key).startswith("_")}
        # A password that another tool recorded is neither shown nor recorded again.
        address = public(source)
        commit = None if version is None else str(version)
        return checked_record(Record(name, text, "copier", address, commit, answers))

    def write(
        self,
        template: Template,
        answers: Mapping[str, Any],
        previous: Record | None,  # noqa: ARG002 - nothing but answers stands in this record
    ) -> bytes:
        """Return the record of a template that does not write one itself."""
        origin = {"_commit": template.version, "_src_path": template.source}
        values = {key: value for key, value in origin.items() if value is not None} | dict(answers)
        return yaml.safe_dump(values, allow_unicode=True, sort_keys=False).encode()
