"""This repository's own workflows, forms and metadata, judged by the tools that read them."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from tests.templates.validators import validate

ROOT = Path(__file__).parents[1]
WORKFLOWS = sorted((ROOT / ".github/workflows").glob("*.yml"))
FORMS = [path for path in (ROOT / ".github/ISSUE_TEMPLATE").glob("*.yml") if path.stem != "config"]


@pytest.mark.slow
@pytest.mark.parametrize("tool", ["actionlint", "zizmor"])
def test_workflows_have_no_findings(tool: str) -> None:
    options = ["--offline", "--persona=pedantic"] if tool == "zizmor" else []
    outcome = validate(tool, [*options, *WORKFLOWS], ROOT)
    assert outcome.status == 0, outcome.output


@pytest.mark.slow
@pytest.mark.parametrize(
    ("schema", "files"),
    [
        ("vendor.github-workflows", WORKFLOWS),
        ("vendor.dependabot", [ROOT / ".github/dependabot.yml"]),
        ("vendor.github-issue-forms", FORMS),
    ],
)
def test_files_follow_the_schema_of_their_reader(schema: str, files: list[Path]) -> None:
    outcome = validate("check-jsonschema", ["--builtin-schema", schema, *files], ROOT)
    assert outcome.status == 0, outcome.output


@pytest.mark.slow
def test_the_package_metadata_are_valid() -> None:
    outcome = validate("validate-pyproject", [ROOT / "pyproject.toml"], ROOT)
    assert outcome.status == 0, outcome.output


def test_every_action_is_pinned_to_a_commit() -> None:
    for workflow in WORKFLOWS:
        for action in re.findall(r"uses: (\S+)", workflow.read_text("utf-8")):
            assert re.fullmatch(r"[\w./-]+@[0-9a-f]{40}", action), action


def test_ci_covers_the_pythons_that_the_metadata_claim() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    classifiers = re.findall(r"Python :: (3\.\d+)", " ".join(project["classifiers"]))
    matrix = re.search(r"python: \[(.+)\]", (ROOT / ".github/workflows/ci.yml").read_text("utf-8"))
    assert matrix and re.findall(r"3\.\d+", matrix[1]) == classifiers


def test_no_address_that_somebody_could_register_is_claimed() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    assert all(
        address.startswith("https://mlstarter.invalid/") for address in project["urls"].values()
    )
