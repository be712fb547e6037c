"""A text project in a fresh clone: its own commands, in its own environment, to a prediction."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.templates.projects import Project, request

pytestmark = [pytest.mark.e2e, pytest.mark.xdist_group("nlp")]


def test_the_texts_are_those_of_the_catalogues_in_slices(nlp_project: Project) -> None:
    metrics = nlp_project.metrics()
    assert metrics["dataset"]["rows"] > 10_000
    columns = {one["column"] for one in metrics["slices"]}
    assert columns == {"characters", "words not in training"}
    assert all(one["low"] <= one["value"] <= one["high"] for one in metrics["slices"])


def test_36_languages_are_told_apart_and_the_network_is_compared(nlp_project: Project) -> None:
    """Five splits by message gave 0.866 to 0.907, 0.884 in the mean."""
    metrics = nlp_project.metrics()
    assert 0.85 < metrics["metrics"]["macro_f1"]["value"] < 0.93
    assert metrics["difference"]["significant"]
    assert metrics["model"]["name"] == "tf_idf_linear"
    assert metrics["candidates"]["text_cnn"]["significant"]
    card = (nlp_project.root / "MODEL_CARD.md").read_text("utf-8")
    assert "served because" in card


def test_a_text_is_answered_within_two_milliseconds(nlp_project: Project) -> None:
    candidates = nlp_project.metadata()["candidates"]
    assert candidates["tf_idf_linear"]["milliseconds"] < 2


def test_training_and_evaluation_need_no_network_and_less_than_two_minutes(
    nlp_project: Project, tmp_path: Path
) -> None:
    clone = nlp_project.clone(tmp_path / "clone")
    trained = clone.command("train", network=False)
    evaluated = clone.command("evaluate", network=False)
    assert trained.cpu + evaluated.cpu < 120, "measured: 57; a busy machine takes up to twice that"


def test_a_clone_serves_without_training_and_explains(nlp_project: Project, tmp_path: Path) -> None:
    fresh = nlp_project.clone(tmp_path / "fresh")
    with fresh.serve("make", "-o", ".venv/.installed", "serve") as address:
        for path in ("/", "/healthz", "/readyz", "/model", "/openapi.json"):
            assert request(f"{address}{path}")[0] == 200, path
        texts = ["Bitte geben Sie eine gültige Adresse ein.", "Indtast venligst en gyldig adresse"]
        status, answer = request(f"{address}/predict", {"texts": texts, "explain": True})
        assert status == 200
        assert [one["prediction"] for one in answer["predictions"]] == ["German", "Danish"]
        assert answer["predictions"][0]["parts"]
        assert request(f"{address}/predict", {"texts": []})[0] == 422


def test_predict_reads_lines(nlp_project: Project, tmp_path: Path) -> None:
    (tmp_path / "in.txt").write_text("Veuillez saisir une adresse valide\n", "utf-8")
    nlp_project.command("predict", tmp_path / "in.txt", "--output", tmp_path / "out.csv")
    assert ",French," in (tmp_path / "out.csv").read_text("utf-8")
