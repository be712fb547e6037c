"""`mlstarter check`: a project that is fit to be shown passes; each fault is found and named."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from mlstarter.files import replace_file
from tests.cli.conftest import Run

METRICS = {
    "schema": 1,
    "primary": "roc_auc",
    "metrics": {"roc_auc": {"value": 0.69, "low": 0.67, "high": 0.71, "higher_is_better": True}},
    "baselines": {"linear": {"roc_auc": {"value": 0.66}}},
    "difference": {"against": "linear", "value": 0.03, "significant": True},
}


@pytest.fixture
def project(here: Path) -> Path:
    root = here / "churn"
    for folder in ("reports", "model", "tests"):
        (root / folder).mkdir(parents=True)
    (root / "README.md").write_text("# Churn\nWhy it matters.\n")
    (root / "MODEL_CARD.md").write_text("# Model card\nWho may use it.\n")
    (root / ".copier-answers.yml").write_text("_src_path: https://x.invalid/t.git\n_commit: 1.0\n")
    (root / "LICENSE").write_text("MIT\n")
    (root / "reports/metrics.json").write_text(json.dumps(METRICS))
    (root / "model/model.onnx").write_bytes(b"graph")
    (root / "tests/test_model.py").write_text("")
    (root / ".env.example").write_text("KAGGLE_API_TOKEN=\n")
    subprocess.run(["git", "init", "-q"], cwd=root, check=True)
    add(root)
    return root


def add(root: Path) -> None:
    subprocess.run(["git", "add", "--all", "--force"], cwd=root, check=True)


def test_a_finished_project_passes(run: Run, project: Path) -> None:
    result = run("check", "churn")
    assert (result.returncode, result.stderr) == (0, "")
    assert all(line.startswith("ok ") for line in result.stdout.splitlines())


def metrics(root: Path, **changes: object) -> None:
    (root / "reports/metrics.json").write_text(json.dumps({**METRICS, **changes}))


ITALICS = """\
*Problem: not stated yet, as `problem` in config.toml.*

*In short*, what is **not stated yet** within a text is the author's own.

*What it means: to be written by the author.*
"""
CARD = """\
*For whom it is, is not stated yet (`users` in config.toml).*

*To be written: who is harmed?*
"""
FAULTS: dict[str, tuple[Callable[[Path], object], str, str]] = {
    "mark": (lambda p: (p / "README.md").write_text("<!-- write: why it\nmatters -->"),
             "README", "1 passage is still to be written: why it matters"),
    "italics": (lambda p: (p / "README.md").write_text(ITALICS),
                "README", "2 passages are still to be written: Problem; What it means"),
    "card": (lambda p: (p / "MODEL_CARD.md").write_text(CARD),
             "model card", "2 passages are still to be written: For whom it is; who is harmed?"),
    "no README": (lambda p: (p / "README.md").unlink(), "README", "there is no README.md"),
    "no answers": (lambda p: (p / ".copier-answers.yml").unlink(),
                   "answers file", ".copier-answers.yml is missing; updates need it"),
    "answers": (lambda p: (p / ".copier-answers.yml").write_text("["),
                "answers file", ".copier-answers.yml cannot be read"),
    "no source": (lambda p: (p / ".copier-answers.yml").write_text("a: 1"),
                  "answers file", ".copier-answers.yml does not name its template"),
    "no results": (lambda p: (p / "reports/metrics.json").unlink(),
                   "results", "reports/metrics.json is missing, or no report of schema 1 or 2"),
    "schema": (lambda p: metrics(p, schema=3),
               "results", "reports/metrics.json is missing, or no report of schema 1 or 2"),
    "primary": (lambda p: metrics(p, primary="accuracy"),
                "results", "reports/metrics.json holds no value for its primary metric"),
    "baseline": (lambda p: metrics(p, difference={}),
                 "baseline", "no comparison with a baseline in reports/metrics.json"),
    "tests": (lambda p: (p / "tests/test_model.py").unlink(),
              "tests", "git tracks no test_*.py"),
    "licence": (lambda p: (p / "LICENSE").unlink(), "licence", "no licence file is tracked"),
    "env": (lambda p: (p / ".env").write_text("A=b"), "secrets", "tracked: .env"),
    "key": (lambda p: (p / "notes.txt").write_text("AKIA" + "ABCDEFGHIJKLMNOP"),
            "secrets", "tracked: notes.txt"),
    "model": (lambda p: (p / "model/model.onnx").write_bytes(bytes(11 * 1024**2)),
              "model", "model/ holds 11.0 MB"),
    "no model": (lambda p: (p / "model/model.onnx").unlink(),
                 "model", "no model/*.onnx is tracked"),
}  # fmt: skip


@pytest.mark.sampled
@pytest.mark.parametrize("fault", FAULTS)
def test_each_fault_is_found_with_how_to_mend_it(run: Run, project: Path, fault: str) -> None:
    break_it, name, detail = FAULTS[fault]
    break_it(project)
    add(project)
    result = run("check", "churn", "--json")
    report = json.loads(result.stdout)
    failures = [check for check in report["checks"] if check["status"] == "failed"]
    assert (result.returncode, report["ok"]) == (3, False)
    # Without results there is no baseline either; whatever else is found would be wrong.
    assert (failures[0]["name"], failures[0]["detail"]) == (name, detail)
    assert {check["name"] for check in failures} <= {name, "baseline"}
    assert failures[0]["mend"]


def test_a_project_without_a_model_card_is_warned(run: Run, project: Path) -> None:
    (project / "MODEL_CARD.md").unlink()
    result = run("check", "churn")
    assert result.returncode == 0
    assert "there is no MODEL_CARD.md" in result.stdout


def test_what_new_was_not_told_is_named(run: Run, here: Path) -> None:
    answers = ["--data", "users=people who fly", "--no-git"]
    run("new", "fresh", "--type", "tabular", "--yes", *answers)
    report = json.loads(run("check", "fresh", "--json").stdout)
    (finding,) = [check for check in report["checks"] if check["name"] == "README"]
    assert finding["status"] == "failed"
    assert finding["detail"].startswith(
        "4 passages are still to be written: Problem; What a wrong answer costs; What the result"
    )
    assert "config.toml" in finding["mend"]


def test_an_unproven_lead_is_a_warning(run: Run, project: Path) -> None:
    metrics(project, difference={"against": "linear", "significant": False})
    result = run("check", "churn")
    assert result.returncode == 0
    assert "the difference from linear is undecided" in result.stdout


def second(**changes: object) -> dict[str, object]:
    example = Path(__file__).parents[2] / "docs/schemas/metrics-2.example.json"
    return {**json.loads(example.read_text("utf-8")), **changes}


def comparison(verdict: str) -> dict[str, object]:
    return {"against": "linear", "verdict": verdict}


@pytest.mark.sampled
@pytest.mark.parametrize(
    ("changes", "status", "detail"),
    [
        ({"comparison": comparison("better")}, 0, "better than linear"),
        ({"comparison": comparison("undecided")}, 0, "the difference from linear is undecided"),
        ({"comparison": comparison("equivalent")}, 0, "is no better than linear by what matters"),
        ({"comparison": comparison("worse")}, 0, "the served model is worse than linear"),
        ({"comparison": None}, 3, "no comparison with a baseline"),
        ({"evaluated": False}, 3, "the model that is served was never evaluated"),
    ],
)
def test_a_report_of_schema_2_is_judged_by_its_verdict(
    run: Run, project: Path, changes: dict[str, object], status: int, detail: str
) -> None:
    (project / "reports/metrics.json").write_text(json.dumps(second(**changes)))
    result = run("check", "churn")
    assert (result.returncode, detail in result.stdout) == (status, True), result.stdout


def test_a_secret_s_value_is_never_shown(run: Run, project: Path) -> None:
    secret = "ghp_" + "a1B2" * 10
    (project / "notes.txt").write_text(secret)
    add(project)
    result = run("check", "churn", "--html", "out.html")
    assert result.returncode == 3
    assert secret not in result.stdout + result.stderr + (project.parent / "out.html").read_text()


def test_the_page_stands_alone_and_escapes_what_it_shows(run: Run, project: Path) -> None:
    (project / "README.md").write_text("<!-- write: <script>alert(1)</script> -->")
    run("check", "churn", "--html", "out.html")
    page = (project.parent / "out.html").read_text()
    assert "&lt;script&gt;" in page
    assert not any(mark in page for mark in ("<script", "src=", "href=", "http"))


def test_no_program_of_the_project_s_git_fetches_what_is_missing(
    run: Run, project: Path, tmp_path: Path
) -> None:
    git = ["git", "-C", str(project)]
    author = ["-c", "user.name=Ada", "-c", "user.email=ada@example.org"]
    subprocess.run([*git, *author, "commit", "-qm", "x"], check=True)
    subprocess.run([*git, "sparse-checkout", "init", "--cone", "--sparse-index"], check=True)
    subprocess.run([*git, "sparse-checkout", "set", "model"], check=True)
    show = subprocess.run([*git, "rev-parse", "HEAD:tests"], capture_output=True, check=True)
    tree = show.stdout.decode().strip()
    witness = tmp_path / "RAN"
    for name, value in {
        "core.repositoryformatversion": "1",
        "extensions.partialClone": "origin",
        "remote.origin.promisor": "true",
        "remote.origin.url": project.as_uri(),
        "remote.origin.uploadpack": f"touch {witness}; git-upload-pack",
    }.items():
        subprocess.run([*git, "config", name, value], check=True)
    (project / ".git" / "objects" / tree[:2] / tree[2:]).unlink()

    run("check", str(project))

    assert not witness.exists()


@pytest.mark.skipif(not Path("/dev/fd").exists(), reason="no such devices")
def test_a_page_can_go_into_a_pipe() -> None:
    reader, writer = os.pipe()
    with os.fdopen(reader, "rb") as pipe:
        replace_file(Path(f"/dev/fd/{writer}"), "page")
        os.close(writer)

        assert pipe.read() == b"page"


def test_a_folder_that_is_no_project_is_an_error(run: Run, here: Path) -> None:
    result = run("check")
    assert result.returncode == 1
    assert result.stderr.splitlines() == [
        f"error: {here} is not a project: it has neither README.md nor .copier-answers.yml.",
        "hint: name the project's folder: mlstarter check PROJECT",
    ]
