"""Texts from Kaggle, from the package index and from files of one's own, to a served model.

A stand-in speaks Kaggle's wire format over real HTTP; the files that it serves are generated.
"""

from __future__ import annotations

import csv
import json
import random
import tomllib
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from tests.templates import kaggle_texts
from tests.templates.conftest import Generate
from tests.templates.projects import Project, request
from tests.templates.test_data_in import SHIM

PRESETS: dict[str, Any] = tomllib.loads(
    (Path(__file__).parents[2] / "templates/presets.toml").read_text("utf-8")
)
KAGGLE = ["sms-spam", "ag-news", "airline-tweets", "imdb-reviews"]
QUICK = ("ag-news", "airline-tweets")
pytestmark = [pytest.mark.e2e, pytest.mark.xdist_group("nlp")]


@pytest.fixture
def borrow(generate: Generate, nlp_project: Project, data_packages: str, tmp_path: Path) -> Any:
    """Return a function that generates a project and runs it in the shared environment."""

    def make(name: str, **answers: str) -> Project:
        root = generate("nlp", name, **answers)
        config = root / "config.toml"
        text = config.read_text("utf-8").replace("resamples = 1000", "resamples = 200")
        config.write_text(text, "utf-8")
        package = next((root / "src").glob("*/__init__.py")).parent.name
        environment = {
            **nlp_project.environment, "PYTHONPATH": f"{root / 'src'}:{data_packages}",
            "HOME": str(tmp_path),
            "KAGGLE_CONFIG_DIR": str(tmp_path / ".kaggle"),
        }  # fmt: skip
        return Project(root, package, nlp_project.python, environment)

    return make


def test_every_kaggle_preset_of_texts_is_run_here() -> None:
    texts = [name for name, preset in PRESETS.items() if preset["type"] == "nlp"]
    assert [n for n in texts if PRESETS[n]["answers"]["data_source"] == "kaggle"] == KAGGLE


@pytest.mark.parametrize(
    "name",
    [name if name in QUICK else pytest.param(name, marks=pytest.mark.full) for name in KAGGLE],
)
def test_a_preset_runs_from_fetch_to_an_answer(
    name: str, borrow: Any, kaggle: Any, stand_in: ModuleType
) -> None:
    answers = {key: str(value) for key, value in PRESETS[name]["answers"].items()}
    project = borrow(name, preset=name, **answers)
    kaggle.archive, kaggle.licence = kaggle_texts.archive(name), answers["data_licence"]
    kaggle.version = int(answers["kaggle_dataset"].rpartition("/")[2])
    fetch = ("-c", SHIM, kaggle.api, project.package, "fetch", "--yes")
    project.run(project.python, *fetch, environment={"KAGGLE_API_TOKEN": stand_in.TOKEN})
    project.command("all")
    results, facts = project.metrics(), project.metadata()
    assert 0.7 < results["metrics"]["macro_f1"]["value"] <= 1
    assert results["candidates"]["constant"]["macro_f1"]["high"] < 0.6
    assert results["dataset"]["licence"] == answers["data_licence"]
    assert results["dataset"]["source"].startswith("https://www.kaggle.com/datasets/")
    assert results["dataset"]["sample"] is False and results["dataset"]["version"]
    assert results["split"]["rule"] == ("group" if name == "airline-tweets" else "stratified")
    classes = {
        "sms-spam": ["ham", "spam"],
        "ag-news": ["Business", "Sci/Tech", "Sports", "World"],
        "airline-tweets": ["negative", "neutral", "positive"],
        "imdb-reviews": ["negative", "positive"],
    }[name]
    assert facts["output"]["classes"] == classes
    rng = random.Random(9)
    texts = [kaggle_texts._text(rng, label, 30) for label in {"ag-news": "1234"}.get(name, classes)]
    with project.serve() as address:
        status, answer = request(f"{address}/predict", {"texts": texts})
    assert status == 200
    labels = [
        max(one["probabilities"], key=one["probabilities"].get) for one in answer["predictions"]
    ]
    assert labels == (["World", "Sports", "Business", "Sci/Tech"] if name == "ag-news" else classes)


# How `mlstarter describe` would have each file read.
SETTINGS = {"csv": {"data_separator": ";"}, "jsonl": {"data_format": "jsonl"}}


@pytest.mark.parametrize("kind", ["csv", "jsonl"])
def test_any_file_with_text_and_label_columns_becomes_a_served_model(
    kind: str, borrow: Any
) -> None:
    project = borrow(
        f"own-{kind}", data_source="local", data_path=f"data/raw/mine.{kind}",
        text_column="Wording", target="kind of it", data_licence="CC0-1.0", **SETTINGS[kind],
    )  # fmt: skip
    rng = random.Random(3)
    labels = [rng.choice(("ham", "spam", "positive")) for _ in range(500)]
    rows = [{"Wording": kaggle_texts._text(rng, x), "kind of it": x, "n": 1} for x in labels]
    path = project.root / f"data/raw/mine.{kind}"
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", newline="", encoding="utf-8") as file:
        if kind == "jsonl":
            file.writelines(json.dumps(row) + "\n" for row in rows)
        else:
            writer = csv.DictWriter(file, list(rows[0]), delimiter=";")
            writer.writeheader()
            writer.writerows(rows)
    project.command("fetch")
    project.command("all", network=False)
    assert project.metrics()["metrics"]["macro_f1"]["value"] > 0.7
    with project.serve() as address:
        status, answer = request(f"{address}/predict", {"texts": ["claim the free prize"]})
    assert (status, answer["predictions"][0]["likeliest"]) == (200, "spam")


def test_the_sentiment_texts_come_from_the_package_index_and_stay_out_of_the_repository(
    borrow: Any,
) -> None:
    """2,667 tweets are rated clearly; always saying "positive" would be right for 0.686 of them."""
    project = borrow("tweets", text_sample="sentiment")
    project.command("fetch")
    project.command("all", network=False)
    accuracy = project.metrics()["metrics"]["accuracy"]["value"]
    assert 0.8 < accuracy < 0.92
    assert project.metrics()["dataset"]["rows"] > 2500
    assert "vaderSentiment" not in project.git("status", "--porcelain", "--untracked-files=all")
