"""What an update shall bring about, as the command line or a course says it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from mlstarter.engines import Record
from mlstarter.git.identity import Identity
from mlstarter.questions import Answers, Questionnaire
from mlstarter.questions.recorded_answers import answer_again
from mlstarter.sources import Template

Asker = Callable[[Questionnaire, Mapping[str, Any], Mapping[str, Any]], Answers]
"""Answers a questionnaire from the user's inputs and the recorded answers (2nd, 3rd argument)."""


def take_defaults(
    questionnaire: Questionnaire, inputs: Mapping[str, Any], project_answers: Mapping[str, Any]
) -> Answers:
    """Answer what is new with the template's defaults; what is recorded stays."""
    return answer_again(questionnaire, inputs, project_answers)


@dataclass(frozen=True, kw_only=True)
class Authority:
    """Who decides for a project that somebody else writes: its own files decide nothing that runs.

    Attributes:
        template: the version to go to, whatever source the project names.
        old_template: returns the version that a project says it has, or raises where that is none
            of the template's.
        require_answers: raises where a project's answers may not reach a template, which would run
            code with them.
        whose: what the marker of the project says, (course_run, student_id).
    """

    template: Template
    old_template: Callable[[Record], Template]
    require_answers: Callable[[Template, Mapping[str, Any]], None]
    whose: tuple[str, str]


@dataclass(frozen=True, kw_only=True)
class UpdateRequest:
    """What an update shall bring about.

    ``to`` is a version (None: the newest); ``template`` is that version where it is at hand, for
    projects that were made from its source. ``data`` are new answers, ``branch`` the branch that
    takes the result (None: the current one). ``source``, ``ref`` and ``directory`` name the
    template of a project without a record, which ``adopt`` takes in. ``layers`` are the folders of
    layers over the template, the lowest first; without them their files come from history.
    ``authority`` decides in place of a project that is not the user's own. ``commit`` is the commit
    to update in a private bare repository, where no branch takes the result, ``record`` its record
    where that was read before; ``by`` is who commits (None: the user).
    """

    to: str | None = None
    template: Template | None = None
    data: Mapping[str, Any] = field(default_factory=dict)
    branch: str | None = None
    ask: Asker = take_defaults
    allow_downgrade: bool = False
    trust: bool = False
    adopt: bool = False
    source: str | None = None
    ref: str | None = None
    directory: str | None = None
    layers: tuple[Path, ...] = ()
    authority: Authority | None = None
    commit: str | None = None
    record: Record | None = None
    by: Identity | None = None
