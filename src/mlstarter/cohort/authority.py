"""What decides in an update of a student's project: the course, never the student's own files.

A project's record names a source, a version and answers, and a student may write anything there.
Only the course's template is ever rendered, at a version that the course has released or handed
out, and with answers that a student changed only where the template runs no code.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from mlstarter import engines, sources
from mlstarter.cohort.handout import Handout, class_defaults
from mlstarter.cohort.journal import Journal
from mlstarter.cohort.roster import Student
from mlstarter.engines import Record
from mlstarter.errors import NeedsAttention, TemplateError
from mlstarter.git.objects import object_id
from mlstarter.git.template_commits import TemplateOrigin, parse_trailers
from mlstarter.project import Project
from mlstarter.questions import complete
from mlstarter.sources import Template
from mlstarter.update import Authority
from mlstarter.update.preparation import questionnaire_of
from mlstarter.versions import is_older, parse_version


class MovedAway(NeedsAttention):
    """A project that is not, or no longer, one of the course's template; it is left alone."""


class Ahead(NeedsAttention):
    """A project has a newer version than the one that is delivered; it is left alone."""

    outcome = "ahead"


@dataclass(frozen=True)
class CourseRecord:
    """What a course knows of where its projects come from."""

    handout: Handout
    journal: Journal

    def authority(self, student: Student, project: Project, record: Record) -> Authority:
        """Return who decides in the update of a student's project.

        Raises MovedAway where its record names another template, or a version that the course
        never had; Ahead where that version is newer than what the course delivers.
        """
        self._check_source(student, project, record)

        def old_template(record: Record) -> Template:
            self._check_version(student, project, record)
            if record.version == self.handout.template.version:
                return self.handout.template
            return sources.resolve(self.handout.template.source, record.version)

        def require_answers(template: Template, record_answers: Mapping[str, Any]) -> None:
            self._check_answers(student, template, record_answers)

        self._check_version(student, project, record)
        self._check_order(student, record)
        return Authority(
            template=self.handout.template,
            old_template=old_template,
            require_answers=require_answers,
            whose=(self.handout.config.course_run, student.student_id),
        )

    def _check_source(self, student: Student, project: Project, record: Record) -> None:
        template = self.handout.template
        if engines.of(template).record_format.matches(record.path):
            if sources.is_same_source(record.source, template.source):
                return
            handed_out = self._handed_out(student, project)
            if handed_out is not None and handed_out.source == record.source:
                return
        raise MovedAway(
            f"{student.student_id}'s project names another template than the course's: "
            f"{record.source} ({record.engine}).",
            hint=f"its {record.path} was changed; `git log -p {record.path}` there shows how",
        )

    def _check_version(self, student: Student, project: Project, record: Record) -> None:
        version = record.version
        if version == self.handout.template.version:
            return
        if version is not None:
            if parse_version(version) in self._releases:
                return
            if self.journal.has_delivered(student.student_id, version):
                return
        handed_out = self._handed_out(student, project)
        if handed_out is not None and handed_out.version == version:
            return
        raise MovedAway(
            f"{student.student_id}'s project names a version that the course's template does not "
            f"have: {version or 'none'}.",
            hint=f"its {record.path} was changed; `git log -p {record.path}` there shows how",
        )

    def _check_order(self, student: Student, record: Record) -> None:
        version = self.handout.template.version
        if is_older(version, record.version):
            raise Ahead(
                f"{student.student_id}'s project is at {record.version} already, which is newer "
                f"than {version}; it was left alone.",
                hint="a class goes forward only: release a newer version and deliver that one",
            )

    @cached_property
    def _releases(self) -> frozenset[Any]:
        try:
            return frozenset(sources.versions(self.handout.template.source))
        except TemplateError:
            return frozenset()

    def _handed_out(self, student: Student, project: Project) -> TemplateOrigin | None:
        """Return what the commit that the journal knows says it is, None where that is not known.

        The commit's id is computed anew: in a folder that a student can write to, an object need
        not be what its name says.
        """
        entry = self.journal.entry(student.student_id)
        if entry is None or not entry.commit_id:
            return None
        data = project.repository.git.call("cat-file", "commit", entry.commit_id).stdout
        if object_id("commit", data, project.repository.algorithm) != entry.commit_id:
            return None
        trailers = parse_trailers(data.decode("utf-8", "replace"))
        return trailers.origin if trailers else None

    def _check_answers(
        self, student: Student, template: Template, record_answers: Mapping[str, Any]
    ) -> None:
        """Refuse answers of the student's own where they would reach code that runs here."""
        if not any(engines.runs_code(engines.of(t)) for t in (template, self.handout.template)):
            return
        course_answers = self.handout.roster_answers(student)
        questionnaires = [questionnaire_of(each) for each in (template, self.handout.template)]
        expected = [
            complete(each, {}, suggestions={**class_defaults(each), **course_answers})
            for each in questionnaires
        ]
        for name, value in record_answers.items():
            course_values = [answers[name] for answers in expected if name in answers]
            if course_values and value not in course_values:
                raise NeedsAttention(
                    f'{student.student_id} answers "{name}" otherwise than the course, and the '
                    "template runs code with the answers.",
                    hint="they bring the update in themselves: mlstarter update --trust",
                )
