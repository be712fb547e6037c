"""Images from Kaggle, through generated projects to a served model.

A stand-in speaks Kaggle's wire format over real HTTP; the archives that it serves are generated.
"""

from __future__ import annotations

import json
import tomllib
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from tests.templates import cv_pictures
from tests.templates.conftest import Generate
from tests.templates.projects import Project, change, request

PRESETS: dict[str, Any] = tomllib.loads(
    (Path(__file__).parents[2] / "templates/presets.toml").read_text("utf-8")
)
KAGGLE = ["fashion-full", "sign-language", "chest-xray"]
ROWS = {  # training, validation and test together; copies and given test images do not count twice
    "fashion-full": 700,
    "sign-language": 960,
    "chest-xray": 84 * 4,
}
# Seconds of training; the blots of the generated pictures are learned by then.
SHORTER = {"width": "8", "batch": "16", "average": "0.9", "resamples": "200"}
# Starts the project's own command line with Kaggle's address changed to the stand-in's.
SHIM = """
import sys
from importlib import import_module
from kagglesdk import kaggle_env
kaggle_env._env_to_endpoint[kaggle_env.KaggleEnv.PROD] = sys.argv[1]
import_module(f"{sys.argv[2]}.fetch").PAUSE = 0
sys.exit(import_module(f"{sys.argv[2]}.cli").main(sys.argv[3:]))
"""
SPLITS = """
import json
from {package} import data
from {package}.config import load_config
from {package}.split import split
images, _ = data.load(load_config())
parts = split(images, load_config()).values()
print(json.dumps([sorted(set(images.groups[rows].tolist())) for rows in parts]))
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
    data_packages: str,
    kaggle: Any,
    stand_in: ModuleType,
    tmp_path: Path,
) -> Project:
    """Return the project of the preset that the test names, fetched, trained and promoted."""
    name = request.param
    answers = {key: str(value) for key, value in PRESETS[name]["answers"].items()}
    root = generate("cv", name, preset=name, **answers)
    size = str(min(32, int(answers["image_size"])))
    change(root / "config.toml", {**SHORTER, "size": size})
    environment = {
        **cv_project.environment, "PYTHONPATH": f"{root / 'src'}:{data_packages}",
        "HOME": str(tmp_path), "KAGGLE_CONFIG_DIR": str(tmp_path / ".kaggle"),
    }  # fmt: skip
    result = Project(root, name.replace("-", "_"), cv_project.python, environment)
    archive = tmp_path / "archive.zip"
    result.run(result.python, Path(__file__).with_name("kaggle_images.py"), name, archive)
    kaggle.archive, kaggle.licence = archive.read_bytes(), answers["data_licence"]
    kaggle.version = int(answers["kaggle_dataset"].rpartition("/")[2])
    fetch = ("-c", SHIM, kaggle.api, result.package, "fetch", "--yes")
    result.run(result.python, *fetch, environment={"KAGGLE_API_TOKEN": stand_in.TOKEN})
    result.command("all")
    return result


@pytest.mark.parametrize("project", KAGGLE, indirect=True, ids=KAGGLE)
def test_a_preset_runs_from_fetch_to_an_answer(project: Project, tmp_path: Path) -> None:
    name = project.root.name
    results, facts = project.metrics(), project.metadata()
    assert results["metrics"]["accuracy"]["value"] > 0.7
    assert sum(results["split"]["rows"].values()) == ROWS[name]
    assert results["split"]["rule"] == PRESETS[name]["answers"]["image_split"]
    assert results["dataset"]["licence"] == PRESETS[name]["answers"]["data_licence"]
    assert results["dataset"]["sample"] is False and results["dataset"]["version"]
    classes = facts["output"]["classes"]
    if name == "chest-xray":
        assert classes == ["NORMAL", "PNEUMONIA"]
        assert facts["output"]["positive"] == "PNEUMONIA"
        assert facts["output"]["threshold"] == pytest.approx(1 / 11)
        output = project.run(project.python, "-c", SPLITS.format(package=project.package)).output
        train, validation, test = map(set, json.loads(output.splitlines()[-1]))
        assert len(train | validation | test) == 120  # 60 patients of either class
        assert train and validation and test
        assert not train & test and not train & validation and not validation & test
    else:
        assert {"fashion-full": "t-shirt or top", "sign-language": "A"}[name] in classes
        assert not any(label.isdigit() for label in classes)
    example = cv_pictures.load(project, tmp_path)["example"]
    with project.serve() as address:
        status, answer = request(f"{address}/predict", example, **{"Content-Type": "image/png"})
    assert status == 200
    assert answer["prediction"] in classes
