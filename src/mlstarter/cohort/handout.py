"""What one student is handed: answers, render, the school's layers and the marker.

The marker, ``.mlstarter.toml``, says which student of which course a repository belongs to, by
the opaque id. It is a layer like the school's own, so that a later update carries it along.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from mlstarter.cohort.config import Config
from mlstarter.cohort.roster import Problem, Student
from mlstarter.engines import render_all
from mlstarter.errors import AnswersError, UsageError
from mlstarter.git.merge_base import Pristine
from mlstarter.git.template_commits import TemplateOrigin
from mlstarter.layer_records import digest_of, with_records
from mlstarter.layers import render_layers
from mlstarter.project import with_record
from mlstarter.questions import Answers, Questionnaire, complete
from mlstarter.questions.recorded_answers import answer_again
from mlstarter.sources import Template

PLACEHOLDERS = ("student_id", "team", "section", "variant")
_PLACEHOLDER = re.compile(r"\{([a-z_]+)\}")


@dataclass(frozen=True)
class Handout:
    """What everybody is handed, before it is made each student's own."""

    config: Config
    template: Template
    questionnaire: Questionnaire
    secret: bytes | None

    @property
    def origin(self) -> TemplateOrigin:
        """Source and version as commits and answers files name them."""
        return TemplateOrigin(self.template.source, self.template.version)

    @cached_property
    def layers_digest(self) -> str:
        """The school's layers as they are now, in hexadecimal digits; "" where there are none."""
        digests = [digest_of(folder) for folder in self.config.layer]
        return hashlib.sha256("".join(digests).encode()).hexdigest() if digests else ""

    def roster_answers(self, student: Student) -> dict[str, Any]:
        """Return the answers that the configuration and the roster give for a student.

        ``team``, ``section`` and ``variant`` answer questions of those names where the template
        has them. Raises UsageError for a placeholder that cannot be filled.
        """
        values = {
            key: self._fill_placeholders(value, student)
            for key, value in self.config.answers.items()
        }
        for name in ("team", "section", "variant"):
            if name in self.questionnaire and name not in student.answers:
                value = self._value(name, student)
                if value:
                    values[name] = value
        return values | dict(student.answers)

    def answers(self, student: Student) -> Answers:
        """Return a student's complete answers; raises AnswersError for one that cannot be."""
        values = self.roster_answers(student)
        return complete(self.questionnaire, values, suggestions=class_defaults(self.questionnaire))

    def pristine(self, student: Student, name: str, seed: str | None = None) -> Pristine:
        """Return a student's render with the layers over it; ``name`` is the repository's.

        ``seed`` is the course's, from its journal: each student's chance is drawn from a key of
        their own, and a second run draws the same.
        """
        own = seed and keyed_hash(seed.encode(), self.config.course_run, student.student_id).hex()
        return self.render(student, name, own)

    def render(
        self,
        student: Student,
        name: str,
        seed: str | None,
        project_answers: Mapping[str, Any] | None = None,
    ) -> Pristine:
        """Return a student's render with the layers over it; ``seed`` is the student's own.

        ``project_answers`` are those that the project records, for an update of it: they are
        answered again, and the course's answers stand for what they lack.
        """
        questionnaire = replace(self.questionnaire, seed=seed)
        course, defaults = self.roster_answers(student), class_defaults(questionnaire)
        answers = (
            complete(questionnaire, course, suggestions=defaults)
            if project_answers is None
            else answer_again(questionnaire, {}, project_answers, otherwise={**defaults, **course})
        )
        output = render_all(self.template, answers, folder_name=name)
        tree = with_record(output.tree, self.template, answers.for_record)
        layers = render_layers(self.config.layer, answers, tree, name)
        whose = (self.config.course_run, student.student_id)
        return Pristine(self.origin, tree, with_records(layers, whose), output.seed)

    def problems(self, students: Sequence[Student]) -> list[Problem]:
        """Return the rows whose answers the template does not take."""
        problems: list[Problem] = []
        for student in students:
            try:
                self.answers(student)
            except AnswersError as error:
                problems.append(Problem(student.line, error.message.rstrip(".")))
        return problems

    def _fill_placeholders(self, value: Any, student: Student) -> Any:
        if not isinstance(value, str):
            return value

        def fill(match: re.Match[str]) -> str:
            if match[1] not in PLACEHOLDERS:
                raise UsageError(
                    f"An answer names {match[0]}, which may not reach a repository.",
                    hint=f"placeholders are {', '.join(f'{{{name}}}' for name in PLACEHOLDERS)}",
                )
            return self._value(match[1], student)

        return _PLACEHOLDER.sub(fill, value)

    def _value(self, name: str, student: Student) -> str:
        if name != "variant" or student.variant:
            return str(getattr(student, name))
        if self.secret is None:
            raise UsageError(
                "Variants need a key, and none is configured.",
                hint="name the variable that holds it with secret_env, or give the roster a "
                "column variant",
            )
        return variant(self.secret, self.config.course_run, student.student_id)


def class_defaults(questionnaire: Questionnaire) -> dict[str, Any]:
    """Return what a class answers where nobody does: no project publishes a site unasked."""
    if "site" not in questionnaire or questionnaire["site"].type != "bool":
        return {}
    return {"site": False}


def variant(secret: bytes, course_run: str, student_id: str) -> str:
    """Return a student's own variant: a whole number from 0 to 2^31 - 1, as text.

    A keyed hash (HMAC-SHA-256, RFC 2104) of course and student: the same in every run, and not
    to be guessed from the ids without the key.
    """
    number = int.from_bytes(keyed_hash(secret, course_run, student_id)[:4], "big")
    return str(number & 0x7FFFFFFF)


def keyed_hash(secret: bytes, course_run: str, student_id: str) -> bytes:
    """Return the 32 bytes of HMAC-SHA-256 of course and student."""
    return hmac.new(secret, f"{course_run}\0{student_id}".encode(), hashlib.sha256).digest()
