"""A questionnaire from a few lines of YAML."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from mlstarter.questions import Questionnaire, load
from mlstarter.sources.template import Template

Make = Callable[[str], Questionnaire]


@pytest.fixture
def questionnaire(tmp_path: Path) -> Make:
    """Return a function that reads the text of a copier.yml."""

    def make(text: str) -> Questionnaire:
        (tmp_path / "copier.yml").write_text(text, encoding="utf-8")
        return load(Template(str(tmp_path), None, tmp_path, "copier"))

    return make
