"""Every kind of generated file, judged by a tool that others wrote."""

from __future__ import annotations

import json
import shutil
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.templates.conftest import Generate
from tests.templates.projects import Project
from tests.templates.validators import model_card, validate

pytestmark = [pytest.mark.e2e, pytest.mark.xdist_group("tabular")]

# What `repo-review` advises and this project does otherwise, and why.
EXEMPTIONS = {
    "PY007": "the Makefile is the task runner, and every target is a command of the package",
    "GH200": "Renovate keeps the workflow's actions fresh, beside everything else",
    "PY004": "README, model card and report say all there is; the production level brings docs/",
    "PC140": "types need the project's own environment; `make lint` and CI check them there",
    "PC160": "a spelling dictionary is the student's choice",
    "PC170": "for reStructuredText, of which there is none",
    "PC180": "prose is left as the student writes it",
    "PC901": "pre-commit.ci is not used",
    "PC902": "pre-commit.ci is not used",
    "PC903": "pre-commit.ci is not used",
    "SEC001": "the workflow is checked here, with zizmor, before it is released",
}


@pytest.fixture(scope="session")
def fresh(generate: Generate) -> Path:
    """Return a generated project in which nothing was run."""
    return generate("tabular", "validated project", author_name="Ada Lovelace")


def assert_accepted(tool: str, folder: Path, *arguments: str) -> None:
    result = validate(tool, arguments, folder)
    assert result.status == 0, result.output


def test_actionlint_and_shellcheck_accept_the_workflow(fresh: Path) -> None:
    assert_accepted("actionlint", fresh, "-no-color", ".github/workflows/ci.yml")


def test_actionlint_refuses_a_broken_workflow(fresh: Path, tmp_path: Path) -> None:
    text = (fresh / ".github/workflows/ci.yml").read_text("utf-8")
    workflow = tmp_path / "ci.yml"
    workflow.write_text(text.replace("${{ matrix.python }}", "${{ matrix.pyton }}"), "utf-8")
    assert validate("actionlint", ["-no-color", workflow], fresh).status != 0


def test_zizmor_finds_nothing_in_the_workflow(fresh: Path) -> None:
    assert_accepted("zizmor", fresh, "--offline", "--no-progress", "--persona=pedantic", ".")


@pytest.mark.parametrize(
    ("schema", "file"),
    [
        ("github-workflows", ".github/workflows/ci.yml"),
        ("renovate", "renovate.json"),
        ("compose-spec", "compose.yaml"),
        ("citation-file-format", "CITATION.cff"),
    ],
)
def test_the_published_schema_accepts(fresh: Path, schema: str, file: str) -> None:
    assert_accepted("check-jsonschema", fresh, "--builtin-schema", f"vendor.{schema}", file)


def test_every_job_has_a_time_limit(fresh: Path) -> None:
    schema = "custom.github-workflows-require-timeout"
    assert_accepted(
        "check-jsonschema", fresh, "--builtin-schema", schema, ".github/workflows/ci.yml"
    )


def test_hadolint_accepts_the_dockerfile(fresh: Path) -> None:
    assert_accepted("hadolint", fresh, "--failure-threshold", "warning", "Dockerfile")


def test_the_pyproject_schemas_accept_pyproject(fresh: Path) -> None:
    assert_accepted("validate-pyproject", fresh, "pyproject.toml")


def test_no_link_in_a_fresh_project_is_broken(fresh: Path) -> None:
    assert_accepted("lychee", fresh, *LYCHEE)


LYCHEE: Sequence[str] = ("--offline", "--include-fragments", "--no-progress", "*.md", "docs/*.md")


def test_no_link_in_an_evaluated_project_is_broken(tabular_project: Project) -> None:
    assert_accepted("lychee", tabular_project.root, *LYCHEE)


def test_no_secret_is_found_in_a_fresh_project(fresh: Path) -> None:
    files = [p.relative_to(fresh).as_posix() for p in fresh.rglob("*") if p.is_file()]
    texts = [name for name in files if not name.startswith(".git/")]
    assert_accepted("detect-secrets-hook", fresh, "--no-verify", *texts)


def test_a_secret_would_be_found(tmp_path: Path) -> None:
    # Put together here, so that this file holds nothing that looks like a key.
    (tmp_path / "a.py").write_text("key = '" + "AKIA" + "IOSFODNN7" + "EXAMPLF'\n", "utf-8")
    assert validate("detect-secrets-hook", ["--no-verify", "a.py"], tmp_path).status != 0


def test_the_citation_file_converts(fresh: Path) -> None:
    assert_accepted("cffconvert", fresh, "--validate", "--infile", "CITATION.cff")
    bibtex = validate("cffconvert", ["--format", "bibtex", "--infile", "CITATION.cff"], fresh)
    assert "Ada Lovelace" in bibtex.output


def test_the_model_card_carries_metadata_that_hugging_face_reads(tabular_project: Project) -> None:
    card = model_card(tabular_project.root)
    assert card["license"]
    assert card["tags"]
    assert card["model-index"]
    results = card["model-index"][0]["results"][0]  # type: ignore[index]
    assert {metric["type"] for metric in results["metrics"]} >= {"roc_auc"}


def test_repo_review_has_no_advice_left(fresh: Path) -> None:
    result = validate("repo-review", ["--format", "json", "."], fresh)
    checks = json.loads(result.output[result.output.index("{") :])["checks"]
    failures = {name: c["description"] for name, c in checks.items() if c["result"] is False}
    assert {k: v for k, v in failures.items() if k not in EXEMPTIONS} == {}
    assert set(EXEMPTIONS) <= set(failures), "EXEMPTIONS names a check that now passes"


def test_renovate_accepts_the_configuration(fresh: Path) -> None:
    """Renovate's copier manager needs a PEP 440 tag and a plain https address."""
    config = json.loads((fresh / "renovate.json").read_text("utf-8"))
    assert "copier" in config["enabledManagers"]
    answers = (fresh / ".copier-answers.yml").read_text("utf-8")
    assert "_src_path: https://" in answers
    assert "_commit: " in answers


def test_what_the_pre_commit_hooks_would_change_is_nothing(fresh: Path) -> None:
    """The hooks are fetched from the network; what they look for is checked here instead."""
    assert shutil.which("git")
    wrong = []
    for path in fresh.rglob("*"):
        if not path.is_file() or ".git" in path.parts or path.suffix in (".gz", ".npz", ".png"):
            continue
        data = path.read_bytes()
        lines = data.split(b"\n")
        if (data and not data.endswith(b"\n")) or data.endswith(b"\n\n"):
            wrong.append(f"{path.name}: end of file")
        if any(line != line.rstrip() for line in lines):
            wrong.append(f"{path.name}: trailing space")
    assert wrong == []
