"""What a Copier template's settings keep an update from changing.

That is what ``_skip_if_exists`` names and the project has, and what ``_exclude`` names when
``_copier_operation`` is "update".
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from unicodedata import normalize

from mlstarter.engines.copier.config import CopierConfig
from mlstarter.engines.path_patterns import path_test
from mlstarter.engines.protocol import PathTest, UpdateExemptions
from mlstarter.questions.interview import Interview
from mlstarter.questions.model import Answers, Question, Questionnaire


def update_exemptions(
    config: CopierConfig, questionnaire: Questionnaire, answers: Answers
) -> UpdateExemptions | None:
    """Return what an update must leave alone, None for nothing."""
    skip = tuple(config.settings.get("skip_if_exists") or ())
    exclude = tuple(config.exclude)
    # What is excluded from a copy too is in neither render.
    if not any("_copier_operation" in pattern for pattern in exclude):
        exclude = ()
    if not skip and not exclude:
        return None
    return UpdateExemptions(
        excludes=_path_test(exclude, questionnaire, answers),
        skips=_path_test(skip, questionnaire, answers),
    )


def _path_test(patterns: Iterable[str], questionnaire: Questionnaire, answers: Answers) -> PathTest:
    """Return what says whether a path matches the patterns, rendered as for an update."""
    interview = Interview(questionnaire, answers)
    interview.values.update(answers)
    operation = {"_copier_operation": "update"}
    lines = [
        normalize("NFD", line)
        for pattern in patterns
        for line in re.split(
            r"\r\n|\r|\n", str(interview.render(pattern, Question("_exclude"), operation))
        )
    ]
    is_match = path_test(lines, "_exclude or _skip_if_exists of the template")
    return lambda path: is_match(normalize("NFD", path))
