"""A pretrained checkpoint, of random weights, as one more candidate of a project at production."""

from __future__ import annotations

import json
import re
import subprocess
import tomllib
from dataclasses import replace
from pathlib import Path

import pytest

from tests.templates.production import at_production
from tests.templates.projects import Project, change, clean_environment
from tests.templates.validators import index_settings

# The first test of a kind makes its project, installs torch and trains: on a busy machine, long.
pytestmark = [pytest.mark.e2e, pytest.mark.timeout(3600)]

FULL = [
    pytest.param(kind, marks=[pytest.mark.full, pytest.mark.xdist_group(kind)])
    for kind in ("nlp", "asr")
]
CV = pytest.param("cv", marks=pytest.mark.xdist_group("cv"))
# What it is compared with need not be good; `full` trains the others as they come.
SHORTER = {"cv": {"width": "8", "epochs": "1", "resamples": "200"}, "nlp": {}, "asr": {}}
WRITE = "from pathlib import Path; import tiny_checkpoint as t; t.write_checkpoint(Path('tiny'))"
SERVE = (
    "import sys, {}.serve; sys.exit(not sys.modules.keys().isdisjoint(('transformers', 'torch')))"
)


@pytest.fixture(scope="module", params=[CV, *FULL])
def project(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Project:
    """Return a project at production with a tiny checkpoint that config.toml names."""
    essentials: Project = request.getfixturevalue(f"{request.param}_project")
    place = tmp_path_factory.mktemp(f"pretrained-{request.param}")
    production = at_production(essentials.clone(place / essentials.root.name), place)
    if production.run(production.python, "-c", "import transformers, torch", check=False).status:
        production = with_pretrained(production, place / "pretrained")
    paths = {"PYTHONPATH": f"{production.environment['PYTHONPATH']}:{production.root / 'tests'}"}
    production.run(production.python, "-c", WRITE, environment=paths)
    change(production.root / "config.toml", {"checkpoint": '"tiny"', **SHORTER[request.param]})
    change_epochs(production.root / "config.toml")
    production.command("fetch")
    return production


def change_epochs(config: Path) -> None:
    """Train for one epoch: random weights stay poor after three, which take thrice as long."""
    text = config.read_text("utf-8")
    text, count = re.subn(r"(?ms)(^\[pretrained\].*?^epochs = )\d+", r"\g<1>1", text)
    assert count == 1
    config.write_text(text, encoding="utf-8")


def with_pretrained(project: Project, folder: Path) -> Project:
    """Return a project that imports what the extra `pretrained` brings from ``folder``."""
    names = ["transformers"]
    names += ["torch", "onnxscript"] if project.metadata()["project"]["type"] == "nlp" else []
    words: list[str | Path] = [
        "-m",
        "pip",
        "install",
        "--quiet",
        "-c",
        project.root / "constraints.txt",
    ]
    subprocess.run(
        [project.python, *words, "--target", folder, *names],
        check=True,
        env=clean_environment(index_settings()),
    )
    path = f"{project.environment['PYTHONPATH']}:{folder}"
    return replace(project, environment={**project.environment, "PYTHONPATH": path})


def test_it_is_compared_evaluated_and_published_with_its_reason(project: Project) -> None:
    kind = project.metadata()["project"]["type"]
    training = project.command("train", network=False, timeout=3000)
    assert "Fine-tuned from tiny, a network has a" in training.output
    project.command("evaluate", network=False)
    project.command("promote", "--force", network=False)
    facts = project.metadata()
    row = facts["pretrained"]["candidates"][-1]
    assert row["name"] == "pretrained" and row["value"] >= 0
    assert facts["pretrained"]["served"] is row["chosen"] is False  # of random weights
    card = (project.root / "MODEL_CARD.md").read_text("utf-8")
    assert "By the rule a simpler candidate is chosen" in card
    if kind != "asr":  # its table is of the methods that decode
        scores = project.metrics()["candidates"]["pretrained"]
        assert scores[facts["primary"]]["low"] <= scores[facts["primary"]]["value"]
    sizes = [file.stat().st_size for file in (project.root / "model").iterdir()]
    assert sum(sizes) < 10e6
    (record,) = sorted((project.root / "runs").glob("*.json"))[-1:]
    assert json.loads(record.read_text("utf-8"))["model"]["id"] == facts["model"]["id"]


def test_the_service_needs_nothing_of_it(project: Project) -> None:
    project.run(project.python, "-c", SERVE.format(project.package))
    settings = tomllib.loads((project.root / "pyproject.toml").read_text("utf-8"))
    serve = " ".join(settings["project"]["optional-dependencies"]["serve"])
    assert "transformers" not in serve and "torch" not in serve
    with project.serve() as address:
        assert address


@pytest.mark.parametrize(
    ("checkpoint", "revision", "sentence"),
    [
        ("owner/name", "", "which is no commit"),
        ("owner/name", "0" * 40, "The hub was not reached"),
        ("no such folder", "", "There is no folder"),
    ],
)
def test_what_cannot_be_had_is_one_sentence_before_the_training(
    project: Project, tmp_path: Path, checkpoint: str, revision: str, sentence: str
) -> None:
    clone = tmp_path / "clone"
    subprocess.run(["cp", "-r", project.root, clone], check=True)
    values = {"checkpoint": f'"{checkpoint}"', "revision": f'"{revision}"'}
    change(clone / "config.toml", values)
    surroundings = {"PYTHONPATH": project.environment["PYTHONPATH"], "HF_HUB_OFFLINE": "1"}
    surroundings["HF_HOME"] = str(tmp_path / "cache")
    other = replace(project, root=clone)
    failure = other.command("train", check=False, network=False, environment=surroundings)
    assert failure.status == 1
    assert sentence in failure.output and "hint: " in failure.output
    assert "Traceback" not in failure.output and "epoch" not in failure.output
