"""Images from Kaggle, through generated projects to a served model.

A stand-in speaks Kaggle's wire format over real HTTP; the archives that it serves are generated.
"""

from __future__ import annotations

import base64
import json
import tomllib
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from tests.templates.conftest import Generate
from tests.templates.projects import Project, request
from tests.templates.test_data_in import SHIM

PRESETS: dict[str, Any] = tomllib.loads(
    (Path(__file__).parents[2] / "templates/presets.toml").read_text("utf-8")
)
KAGGLE = ["fashion-full", "sign-language", "chest-xray"]
ROWS = {  # training, validation and test together; copies and given test images do not count twice
    "fashion-full": 700,
    "sign-language": 960,
    "chest-xray": 84 * 4,
}
SPLITS = """
import json
from {package}.data import split
from {package}.settings import load
parts = split.read(load(), "train", "validation", "test")
print(json.dumps([sorted(set(part.groups.tolist())) for part in parts]))
"""
pytestmark = [pytest.mark.e2e, pytest.mark.xdist_group("cv")]


def test_every_kaggle_preset_of_images_is_run_here() -> None:
    images = [name for name, preset in PRESETS.items() if preset["type"] == "cv"]
    assert [n for n in images if PRESETS[n]["answers"]["data_source"] == "kaggle"] == KAGGLE


@pytest.fixture
def project(
    request: pytest.FixtureRequest,
    generate: Generate,
    cv_project: Project,
    kaggle: Any,
    stand_in: ModuleType,
    tmp_path: Path,
) -> Project:
    """Return the project of the preset that the test names, fetched, trained and promoted."""
    name = request.param
    answers = {key: str(value) for key, value in PRESETS[name]["answers"].items()}
    root = generate("cv", name, preset=name, **answers)
    config = root / "config.toml"
    text = config.read_text("utf-8").replace("width = 16", "width = 8")
    text = text.replace("batch = 64", "batch = 16").replace("resamples = 2000", "resamples = 200")
    text = text.replace("ema = 0.98", "ema = 0.9").replace("size = 128", "size = 32")
    config.write_text(text, "utf-8")
    environment = {
        **cv_project.environment, "PYTHONPATH": str(root / "src"), "HOME": str(tmp_path),
        "KAGGLE_CONFIG_DIR": str(tmp_path / ".kaggle"),
    }  # fmt: skip
    made = Project(root, name.replace("-", "_"), cv_project.python, environment)
    archive = tmp_path / "archive.zip"
    made.run(made.python, Path(__file__).with_name("kaggle_images.py"), name, archive)
    kaggle.archive, kaggle.licence = archive.read_bytes(), answers["data_licence"]
    kaggle.version = int(answers["kaggle_dataset"].rpartition("/")[2])
    fetch = ("-c", SHIM, kaggle.api, made.package, "fetch", "--yes")
    made.run(made.python, *fetch, environment={"KAGGLE_API_TOKEN": stand_in.TOKEN})
    made.command("all")
    return made


@pytest.mark.parametrize("project", KAGGLE, indirect=True, ids=KAGGLE)
def test_a_preset_runs_from_fetch_to_an_answer(project: Project) -> None:
    name = project.root.name
    results, facts = project.metrics(), project.metadata()
    assert results["metrics"]["accuracy"]["value"] > 0.7
    assert sum(results["split"]["rows"].values()) == ROWS[name]
    assert results["split"]["rule"] == PRESETS[name]["answers"]["image_split"]
    assert results["dataset"]["licence"] == PRESETS[name]["answers"]["data_licence"]
    assert results["dataset"]["sample"] is False and results["dataset"]["version"]
    classes = facts["output"]["classes"]
    if name == "chest-xray":
        assert results["primary"] == "recall"
        assert classes == ["NORMAL", "PNEUMONIA"]
        assert facts["output"]["positive"] == "PNEUMONIA"
        looked = project.run(project.python, "-c", SPLITS.format(package=project.package)).output
        train, validation, test = map(set, json.loads(looked.splitlines()[-1]))
        assert train and validation and test
        assert not train & test and not train & validation and not validation & test
        assert {"person1", "IM-0000"} <= train | validation | test
    else:
        assert classes[0] == {"fashion-full": "t-shirt or top", "sign-language": "A"}[name]
        assert not any(label.isdigit() for label in classes)
    with project.serve() as address:
        content = base64.b64decode(facts["example"]["base64"])
        status, answer = request(f"{address}/predict", content, **{"Content-Type": "image/png"})
    assert status == 200
    assert answer["predictions"][0]["prediction"] in classes
