"""What projects of all four types have in common, shown in one trained project of each."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import Require
from tests.templates.browser import accessibility, open_page, press_predict, scrolls_sideways
from tests.templates.production import at_production, own_tests
from tests.templates.projects import Project, request
from tests.templates.validators import model_card
from tests.templates.workflow import Engine, jobs, run_steps, steps

pytestmark = pytest.mark.e2e

ROOT = Path(__file__).parents[2]
KINDS = ("tabular", "cv", "nlp", "asr")
# Bytes that the image may add to its base; Pillow alone brings 23 MB to vision.
IMAGE_BYTES = 190e6  # over its base
TAGS = {
    "tabular": "tabular-classification",
    "cv": "image-classification",
    "nlp": "text-classification",
    "asr": "automatic-speech-recognition",
}


@pytest.fixture(
    scope="module",
    params=[pytest.param(kind, marks=pytest.mark.xdist_group(kind)) for kind in KINDS],
)
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def project(kind: str, request: pytest.FixtureRequest) -> Project:
    project: Project = request.getfixturevalue(f"{kind}_project")
    return project


@pytest.fixture(scope="module")
def address(project: Project) -> Iterator[str]:
    with project.serve() as url:
        yield url


def test_the_metrics_have_one_shape(project: Project, kind: str) -> None:
    metrics = project.metrics()
    assert metrics["schema"] == 2
    assert metrics["project"]["type"] == kind
    assert set(metrics["dataset"]) >= {"name", "source", "version", "sha256", "rows", "licence"}
    assert re.fullmatch(r"[0-9a-f]{64}", metrics["dataset"]["sha256"])
    assert metrics["primary"] in metrics["metrics"]
    others = metrics["candidates"]
    for scores in (metrics["metrics"], *others.values()):
        for score in scores.values():
            if score["value"] is None:  # nothing to divide by
                assert score["reason"] and score["low"] is score["high"] is None
                continue
            # A baseline that says one thing of every row has an interval of no width but rounding.
            assert score["low"] - 1e-4 <= score["value"] <= score["high"] + 1e-4
            assert isinstance(score["higher_is_better"], bool)
    difference = metrics["comparison"]
    assert difference["against"] in others
    outside = not difference["low"] <= 0 <= difference["high"]
    assert (difference["verdict"] in ("better", "worse")) <= outside
    assert metrics["task"] and metrics["slices"] and metrics["model"] and metrics["environment"]


def test_make_all_leaves_results_in_the_readme(project: Project) -> None:
    for name in ("reports/report.html", "MODEL_CARD.md", "model/model.onnx"):
        assert (project.root / name).is_file(), name
    assert list((project.root / "reports/plots").glob("*.svg"))
    text = (project.root / "README.md").read_text("utf-8")
    results = text[text.index("results:begin") : text.index("results:end")]
    assert "| [" not in results
    assert re.search(r"95 ?%", results)
    assert project.git("status", "--porcelain") == ""


def test_hugging_face_reads_the_model_card(project: Project, kind: str) -> None:
    assert model_card(project.root)["pipeline_tag"] == TAGS[kind]


def test_the_lint_job_succeeds_without_the_network(
    project: Project, machine: dict[str, str], tmp_path: Path
) -> None:
    assert jobs(project.root) == {"lint", "test", "train", "image", "audit"}
    run = run_steps(project, steps(project.root, "lint"), machine, tmp_path)
    assert run.status == 0, run.output


@pytest.mark.container
def test_the_image_is_built_started_and_probed(
    project: Project, kind: str, machine: dict[str, str], tmp_path: Path, require: Require
) -> None:
    require("docker podman")
    scripts = [step for step in steps(project.root, "image") if step.name != "Set up"]
    build = project.run("bash", "-e", "-c", scripts[0].script, check=False, environment=machine)
    assert build.status == 0, build.output
    probe = run_steps(project, scripts[1:], machine, tmp_path)
    assert probe.status == 0, probe.output
    answer = {"asr": "text", "cv": "prediction"}
    assert f'"{answer.get(kind, "predictions")}"' in probe.output
    engine, image = Engine(project, machine), project.package.replace("_", "-")
    assert 0 < engine.added_bytes(image) <= IMAGE_BYTES
    assert engine.packages_that_train(image) == []


@pytest.mark.browser
@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("phone", [False, True])
def test_the_page_is_usable_by_everybody(
    chromium: str, address: str, dark: bool, phone: bool
) -> None:
    with open_page(chromium, address, dark=dark, phone=phone) as (page, seen):
        assert accessibility(page) == []
        press_predict(page)
        page.get_by_text("Call it from your own code").click()
        assert accessibility(page) == []
        assert not scrolls_sideways(page)
        assert seen.complaints == []
        assert seen.elsewhere(address) == []


def test_a_service_asks_for_what_it_can_answer(address: str) -> None:
    for path in ("/", "/healthz", "/readyz", "/model", "/openapi.json"):
        assert request(f"{address}{path}")[0] == 200, path
    status, problem = request(f"{address}/predict", b"\0" * 9, **{"Content-Type": "text/plain"})
    assert status == 422 and problem["detail"][0]["msg"]


def test_the_production_level_comes_by_an_update_and_passes_its_own_tests(
    project: Project, kind: str, tmp_path: Path
) -> None:
    if kind == "tabular":
        pytest.skip("test_production does it with a student's work in between")
    production = at_production(project.clone(tmp_path / project.root.name), tmp_path)
    assert own_tests(production) > 40


@pytest.mark.full
@pytest.mark.timeout(3600)
def test_two_processes_of_torchrun_reach_the_result_of_one(
    project: Project, kind: str, tmp_path: Path
) -> None:
    if kind not in ("cv", "asr"):
        pytest.skip("no network is trained")
    production = at_production(project.clone(tmp_path / project.root.name), tmp_path)
    production.command("fetch")
    production.make("train-shared", "PROCESSES=2", timeout=3000)
    alone, joint = production.metadata(), metadata_of_last(production)
    assert joint["model"]["created"] > alone["model"]["created"]
    interval = alone["validation"][alone["primary"]]
    value = joint["validation"][alone["primary"]]["value"]
    assert interval["low"] <= value <= interval["high"]


def metadata_of_last(project: Project) -> dict[str, Any]:
    """Return the metadata of the model that was trained last."""
    facts: dict[str, Any] = json.loads((project.root / "artifacts/metadata.json").read_text())
    return facts
