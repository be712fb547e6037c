"""A vision project in a fresh clone: its own commands, in its own environment, to a prediction."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from tests.templates import cv_pictures
from tests.templates.projects import Project, request

pytestmark = [pytest.mark.e2e, pytest.mark.xdist_group("cv")]


@pytest.fixture(scope="module")
def example(cv_project: Project, tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """Return the page's example as a PNG, written by the project's own Python."""
    out = tmp_path_factory.mktemp("example")
    content: bytes = cv_pictures.load(cv_project, out)["example"]
    return content


def test_the_network_is_chosen_and_beats_the_linear_baseline(cv_project: Project) -> None:
    """Findings: 88 to 90 % on the embedded subset, where logistic regression reaches 82 to 83 %."""
    facts = cv_project.metrics()
    (choice,) = [c["name"] for c in facts["chosen_by"]["candidates"] if c["chosen"]]
    assert (choice, facts["chosen_by"]["on"]) == ("network", "validation")
    accuracy = facts["metrics"]["accuracy"]
    assert 0.86 < accuracy["value"] < 0.92
    assert 0.79 < facts["candidates"]["linear"]["accuracy"]["value"] < 0.86
    comparison = facts["comparison"]
    assert (comparison["against"], comparison["verdict"]) == ("linear", "better")
    assert comparison["low"] > 0


def test_the_metrics_name_the_pictures_and_have_a_slice_for_each_class(cv_project: Project) -> None:
    facts = cv_project.metrics()
    assert facts["split"]["rows"] == {"train": 7200, "validation": 800, "test": 2000}
    assert facts["dataset"]["rows"] == 10_000
    assert facts["dataset"]["licence"] == "MIT"
    classes = cv_project.metadata()["output"]["classes"]
    assert {row["group"] for row in facts["slices"]} == set(classes)


def test_all_of_it_costs_little_and_needs_no_network(cv_project: Project) -> None:
    """48 times the reference work on an idle machine."""
    assert not cv_project.relative_cost > 72  # not a number where a project at hand is tested


def test_a_clone_serves_without_training(
    cv_project: Project, tmp_path: Path, example: bytes
) -> None:
    fresh = cv_project.clone(tmp_path / "fresh")
    png = {"Content-Type": "image/png"}
    with fresh.serve("make", "-o", ".venv/.installed", "serve") as address:
        status, answer = request(f"{address}/predict", example, **png)
        assert status == 200
        assert answer["prediction"] in fresh.metadata()["output"]["classes"]
        assert sum(answer["probabilities"].values()) == pytest.approx(1, abs=1e-4)
        status, problem = request(f"{address}/predict", b"junk", **png)
        assert status == 422 and "no picture" in problem["detail"][0]["msg"]
        for path in ("/", "/healthz", "/model", "/openapi.json", "/predict.js", "/style.css"):
            assert request(f"{address}{path}")[0] == 200, path
    assert not (fresh.root / "artifacts").exists()


def test_predict_reads_a_folder(cv_project: Project, tmp_path: Path, example: bytes) -> None:
    (tmp_path / "a").mkdir()
    for name in ("one.png", "two.png"):
        (tmp_path / "a" / name).write_bytes(example)
    cv_project.command("predict", tmp_path / "a", "--output", tmp_path / "out.csv")
    with (tmp_path / "out.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [Path(row["file"]).name for row in rows] == ["one.png", "two.png"]
    classes = cv_project.metadata()["output"]["classes"]
    assert sum(float(rows[0][name]) for name in classes) == pytest.approx(1, abs=1e-4)


def test_the_embedded_pictures_are_small_and_the_split_shares_none(cv_project: Project) -> None:
    (file,) = (cv_project.root / "src").rglob("images.npz")
    assert file.stat().st_size <= 4_500_000
    code = (
        "import sys, numpy; a = numpy.load(sys.argv[1]); t = a['test']\n"
        "train, test = ({i.tobytes() for i in a['images'][m]} for m in (~t, t))\n"
        "print(len(train), len(test), len(train & test))"
    )
    counts = cv_project.run(cv_project.python, "-c", code, file).output.split()
    assert counts == ["8000", "2000", "0"]


def test_the_metadata_fits_in_a_page(cv_project: Project) -> None:
    """The example is inside, so that the page needs no other file."""
    assert len(json.dumps(cv_project.metadata())) < 40_000


def test_the_page_is_told_that_the_data_are_a_sample(cv_project: Project) -> None:
    facts = cv_project.metadata()
    assert facts["dataset"]["sample"] is True
    assert facts["example_source"] == "sample"
