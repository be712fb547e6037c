"""Read the questions of a template, whatever engine it is for."""

from __future__ import annotations

from mlstarter import engines
from mlstarter.questions.model import Questionnaire
from mlstarter.sources.template import Template


def load(template: Template) -> Questionnaire:
    """Return the questions of a template, in the order in which they are asked.

    Jinja extensions of the template are code: they are imported only where it is trusted.

    Raises:
        TemplateError: the questions are not understood.
    """
    return engines.of(template).questionnaire
