"""The production level: brought into a student's project by an update, then really run."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from mlstarter.sources.assemble import TYPES
from tests.templates.conftest import Generate
from tests.templates.production import at_production, own_tests
from tests.templates.projects import Project, Run, change, free_port, request
from tests.templates.validators import validate

pytestmark = [pytest.mark.e2e, pytest.mark.xdist_group("tabular")]

NOTE = "\nWhat I would try next: holidays.\n"


@pytest.fixture(scope="module")
def project(tabular_project: Project, tmp_path_factory: pytest.TempPathFactory) -> Project:
    """Return a trained project with a student's work, updated to the production level."""
    folder = tmp_path_factory.mktemp("production")
    project = tabular_project.clone(folder / tabular_project.root.name)
    if "_commit" not in (project.root / ".copier-answers.yml").read_text("utf-8"):
        return at_production(project, folder)  # the templates as they stand: nothing to merge
    config = project.root / "config.toml"
    text = config.read_text("utf-8")
    assert "learning_rate = 0.05" in text
    config.write_text(text.replace("learning_rate = 0.05", "learning_rate = 0.06"), "utf-8")
    readme = project.root / "README.md"
    readme.write_text(readme.read_text("utf-8") + NOTE, "utf-8")
    project.git("commit", "--quiet", "--all", "--message", "Learn a little faster")
    return at_production(project, folder)


@pytest.fixture(scope="module")
def fresh(generate: Generate) -> Path:
    """Return the folder of a project that starts at the production level."""
    return generate("tabular", "watched", level="production", tracking="mlflow")


def test_the_update_keeps_what_the_student_did_and_is_one_merge(project: Project) -> None:
    if "_commit" not in (project.root / ".copier-answers.yml").read_text("utf-8"):
        pytest.skip("the project was not made by `mlstarter new`")
    assert project.git("status", "--porcelain", "--untracked-files=no") == ""
    assert "learning_rate = 0.06" in (project.root / "config.toml").read_text("utf-8")
    assert NOTE.strip() in (project.root / "README.md").read_text("utf-8")
    assert (project.root / "model/model.onnx").is_file()
    assert len(project.git("rev-list", "--parents", "-1", "HEAD").split()) == 3
    assert "level: production" in (project.root / ".copier-answers.yml").read_text("utf-8")


def test_what_the_level_adds_passes_its_own_tests(project: Project) -> None:
    """The other types' are in their own modules, which share their trained projects."""
    assert own_tests(project) > 40


@pytest.mark.parametrize("kind", TYPES)
def test_the_score_page_of_every_type_names_tests_that_exist(generate: Generate, kind: str) -> None:
    folder = generate(kind, "scored", level="production")
    page = (folder / "docs/ml-test-score.md").read_text("utf-8")
    rows = re.findall(r"^\| *(\d+) \|[^|]+\| ([a-z ]+) \|(.+)\|$", page, re.MULTILINE)
    assert [int(number) for number, _, _ in rows] == list(range(1, 29))
    assert {state for _, state, _ in rows} <= {"automated", "manual", "open", "not applicable"}
    for number, state, evidence in rows:
        tests = re.findall(r"`(tests/\w+\.py)::(\w+)`", evidence)
        assert bool(tests) == (state == "automated"), number
        for file, name in tests:
            assert f"def {name}(" in (folder / file).read_text("utf-8"), (number, file, name)
        assert state != "manual" or "`reports/report.html`" in evidence
    assert sum(state == "automated" for _, state, _ in rows) >= 18


def test_models_are_exchanged_while_the_service_runs(project: Project) -> None:
    example = project.metadata()["example"]
    with project.serve() as address:

        def answers(expected: str) -> None:
            end = time.monotonic() + 30
            while request(f"{address}/predict", example)[1]["model"] != expected:
                assert time.monotonic() < end, f"{expected} did not answer"
                time.sleep(0.2)

        old = project.metadata()["model"]["id"]
        answers(old)
        config, gates = project.root / "config.toml", project.root / "gates.toml"
        rate = re.search(r"^learning_rate = (.*)$", config.read_text("utf-8"), re.MULTILINE)
        assert rate is not None
        change(config, {"learning_rate": str(float(rate[1]) + 0.005)})
        project.command("train")
        readme = (project.root / "README.md").read_bytes()
        # However close the two are, an interval is never as narrow as this.
        gates.write_text(gates.read_text("utf-8").replace("# margin = 0.05", "margin = 1e-9"))
        refusal = project.command("promote", check=False)
        assert refusal.status == 1 and "did not pass the gates" in refusal.output
        assert "at worst" in refusal.output and "for one request against" in refusal.output
        assert (project.root / "README.md").read_bytes() == readme
        gates.write_text(gates.read_text("utf-8").replace("margin = 1e-9", "margin = 0.2"))
        project.command("promote")
        new = project.metadata()["model"]["id"]
        assert new != old
        assert new in (project.root / "README.md").read_text("utf-8")
        answers(new)
        project.command("rollback")
        answers(old)
        assert (project.root / "README.md").read_bytes() != readme  # its experiments go on
        assert f"model `{old}`" in (project.root / "README.md").read_text("utf-8")
        status, exposition = request(f"{address}/metrics")
        assert status == 200
        check = promtool(project.root, "check", "metrics", text=exposition)
        assert check is None or check.returncode == 0, check.stdout + check.stderr
        families = set(re.findall(r"^# TYPE (\S+)", exposition, re.MULTILINE))
        names = set(re.findall(r"\b(?:http|model)_[a-z_]+[a-z]\b(?=[{\[) ]|$)", queries(project)))
        assert names
        assert {re.sub("_(bucket|sum|count)$", "", name) for name in names} <= families | LATER
    runs = project.command("runs").output
    assert new in runs


# What is shown only once there was enough traffic or feedback.
LATER = {"model_input_psi", "model_feedback_quality", "model_predictions_total"}


def queries(project: Project) -> str:
    """Return every expression of the dashboard and of the alerts, a line each."""
    board = json.loads((project.root / "monitoring/grafana/dashboards/model.json").read_text())
    expressions = [target["expr"] for panel in board["panels"] for target in panel["targets"]]
    rules = (project.root / "monitoring/alerts.yml").read_text("utf-8")
    expressions += re.findall(r"expr: ([^>].*)$", rules, re.MULTILINE)
    return "\n".join(expressions)


def promtool(
    folder: Path, *words: str, text: str | None = None
) -> subprocess.CompletedProcess[str] | None:
    """Run Prometheus's own checker where it is installed; None where it is not."""
    if shutil.which("promtool") is None:
        return None
    return subprocess.run(
        ["promtool", *words], cwd=folder, input=text, capture_output=True, text=True, check=False
    )


@pytest.mark.parametrize(
    "words",
    [
        ("check", "config", "--syntax-only", "prometheus.yml"),
        ("check", "rules", "alerts.yml"),
        ("test", "rules", "alerts_test.yml"),
    ],
)
def test_prometheus_accepts_its_settings_and_the_alerts_fire(
    fresh: Path, words: tuple[str, ...]
) -> None:
    run = promtool(fresh / "monitoring", *words)
    if run is None:
        pytest.skip("promtool is not installed; Debian's package prometheus has it")
    assert run.returncode == 0, run.stdout + run.stderr


def test_the_manifests_obey_the_schema_of_kubernetes(fresh: Path) -> None:
    run: Run = validate("kubernetes-validate", ["--strict", "kubernetes/model.yaml"], fresh)
    assert run.status == 0, run.output


def test_compose_obeys_its_schema(fresh: Path) -> None:
    arguments = ["--builtin-schema", "vendor.compose-spec", "compose.yaml"]
    run = validate("check-jsonschema", arguments, fresh)
    assert run.status == 0, run.output


def test_the_score_page_of_the_level_counts_28_tests(project: Project) -> None:
    run = project.command("score")
    assert len(re.findall(r"^ ?\d+ +(?:0|0\.5|1) ", run.output, re.MULTILINE)) == 28
    assert "does not hold" not in run.output
    score = re.search(r"ML Test Score: ([\d.]+)", run.output)
    assert score is not None
    assert 0 < float(score[1]) <= 7


def test_the_bill_of_materials_lists_what_the_image_holds(project: Project) -> None:
    project.run("make", "-o", ".venv/.installed", f"PYTHON={sys.executable}", "sbom")
    bill = json.loads((project.root / "sbom.json").read_text("utf-8"))
    assert bill["bomFormat"] == "CycloneDX"
    names = {component["name"].lower() for component in bill["components"]}
    assert {"fastapi", "onnxruntime", "numpy", "prometheus-client"} <= {
        name.replace("_", "-") for name in names
    }
    assert not names & {"torch", "scikit-learn", "pandas", "matplotlib"}
    (project.root / "sbom.json").unlink()


@pytest.fixture
def database(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Return the address of an empty database on a PostgreSQL server of this test's own."""
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin"))
    if not folders:
        pytest.skip("PostgreSQL is not installed; Debian's package postgresql has it")
    tools = folders[-1]
    # The server refuses to run as root; Debian's package brings a user of its own.
    as_user = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
    with tempfile.TemporaryDirectory(prefix="pg", ignore_cleanup_errors=True) as folder:
        if as_user:
            shutil.chown(folder, "postgres")
        port = free_port()
        data, options = f"{folder}/data", f"-p {port} -k {folder} -c fsync=off -h 127.0.0.1"
        make = [*as_user, str(tools / "initdb"), "-D", data, "-A", "trust", "-U", "tuner", "-N"]
        subprocess.run(make, check=True, capture_output=True, cwd=folder)
        server = [*as_user, str(tools / "pg_ctl"), "-D", data, "-w", "-l", f"{folder}/log"]
        subprocess.run([*server, "-o", options, "start"], check=True, capture_output=True)
        try:
            yield f"postgresql://tuner@127.0.0.1:{port}/postgres"
        finally:
            stop = [*server, "-m", "immediate", "stop"]
            subprocess.run(stop, check=False, capture_output=True)


def test_tuning_is_shared_through_a_postgresql_server(
    project: Project, database: str, tmp_path: Path
) -> None:
    """Three workers find it empty at the same moment; one of them is killed."""
    pip = [str(project.python), "-m", "pip", "install", "--quiet", "--target", str(tmp_path)]
    subprocess.run([*pip, "psycopg[binary]==3.3.9"], check=True)
    path = f"{project.environment['PYTHONPATH']}:{tmp_path}"
    run = project.run(
        project.python, "-m", "pytest", "-q", "-p", "no:cacheprovider", "tests/test_tune.py",
        environment={"PYTHONPATH": path, "TUNE_TEST_DATABASE": database},
    )  # fmt: skip
    assert " passed" in run.output and "skipped" not in run.output
