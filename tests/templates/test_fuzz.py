"""The service against what schemathesis makes from its own OpenAPI document."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.templates.projects import Project
from tests.templates.validators import validate

pytestmark = [pytest.mark.e2e, pytest.mark.xdist_group("tabular")]

EXAMPLES = "300" if os.environ.get("MLSTARTER_TEST_FULL") else "30"


def test_what_the_api_document_allows_is_answered_and_nothing_else(
    tabular_project: Project, tmp_path: Path
) -> None:
    """All its checks: also that valid data are accepted and invalid ones are refused."""
    with tabular_project.serve() as address:
        result = validate(
            "schemathesis",
            ["run", f"{address}/openapi.json", "--checks", "all", "--max-examples", EXAMPLES,
             "--seed", "1", "--no-color"],
            tmp_path,
        )  # fmt: skip
    assert result.status == 0, result.output
    assert "1 selected / 1 total" in result.output
